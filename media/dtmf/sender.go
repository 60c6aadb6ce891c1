package dtmf

import "time"

// Sender turns keys into the packets of one stream, one call of Next for each
// packet interval. Keys queue; between two there is a pause, so that a far end
// hears them apart.
type Sender struct {
	clock    int // Hz
	interval int // RTP clock units of a packet
	queue    []press
	begun    bool
	stamp    uint32 // of the event that is being sent
	elapsed  int
	ends     int // end packets that were sent
	pause    int // intervals until the next key
}

type press struct {
	event    Event
	duration int // RTP clock units
}

// The end of an event is sent three times (RFC 4733 §2.5.1.4); keys are 60 ms
// apart, more than the 40 ms of Q.24.
const (
	endPackets = 3
	pauseTime  = 60 * time.Millisecond
	volume     = 10 // −10 dBm0
	maxQueue   = 64
)

// NewSender makes the sender of a stream whose packets are ptime apart, at
// clock Hz.
func NewSender(clock int, ptime time.Duration) *Sender {
	return &Sender{clock: clock, interval: units(clock, ptime)}
}

func units(clock int, d time.Duration) int { return int(int64(d) * int64(clock) / int64(time.Second)) }

// Press queues a key for duration; false where too many wait.
func (s *Sender) Press(e Event, duration time.Duration) bool {
	if len(s.queue) >= maxQueue {
		return false
	}
	// 0xFFFF is the longest that one event can last without segments.
	s.queue = append(s.queue, press{e, min(units(s.clock, duration), 0xFFFF)})
	return true
}

// Busy tells whether a key is being sent or waits.
func (s *Sender) Busy() bool { return len(s.queue) > 0 || s.pause > 0 }

// Next gives the packet of this interval, where there is one. now is the
// stream's RTP timestamp; stamp is the packet's own, that of the event's
// beginning, and first asks for the marker bit.
func (s *Sender) Next(now uint32) (p Payload, stamp uint32, first, ok bool) {
	if s.pause > 0 {
		s.pause--
		return Payload{}, 0, false, false
	}
	if len(s.queue) == 0 {
		return Payload{}, 0, false, false
	}
	key := s.queue[0]
	if !s.begun {
		s.begun, s.stamp, s.elapsed, s.ends, first = true, now, 0, 0, true
	}
	s.elapsed = min(s.elapsed+s.interval, key.duration)
	p = Payload{Event: key.event, Volume: volume, Duration: uint16(s.elapsed), End: s.elapsed >= key.duration}
	if p.End {
		s.ends++
		if s.ends == endPackets {
			s.queue = append(s.queue[:0], s.queue[1:]...)
			s.begun = false
			s.pause = units(s.clock, pauseTime) / s.interval
		}
	}
	return p, s.stamp, first, true
}
