package dtmf

import "time"

// Sender turns keys into the packets of one stream, one call of Next for each
// packet interval (RFC 4733 §2.5.1):
//
//	idle    --Press-->              sounding  M bit, duration grows
//	sounding --duration is over-->  ending    E bit, three packets
//	ending  --third end packet-->   pause     nothing is sent
//	pause   --60 ms-->              sounding, or idle
type Sender struct {
	clock    int // Hz
	interval int // RTP clock units of a packet
	queue    []press
	begun    bool
	stamp    uint32 // of the segment that is being sent
	segment  int    // where it begins within the event, in clock units
	elapsed  int    // since the event began
	ends     int    // end packets that were sent
	pause    int    // intervals until the next key
}

type press struct {
	event    Event
	duration int // RTP clock units
}

const (
	// The end of an event is sent three times (RFC 4733 §2.5.1.4).
	endPackets = 3
	// Keys are told apart by 60 ms, more than the 40 ms of Q.24, and last that
	// long at least.
	pauseTime = 60 * time.Millisecond
	minTime   = 40 * time.Millisecond
	volume    = 10 // −10 dBm0
	maxQueue  = 64
	// An event that lasts longer than a duration can say goes on in another
	// segment (§2.5.1.3).
	maxSegment = 0xFFFF
)

// NewSender makes the sender of a stream whose packets are ptime apart, with
// an RTP clock of clock Hz.
func NewSender(clock int, ptime time.Duration) *Sender {
	return &Sender{clock: clock, interval: max(units(clock, ptime), 1)}
}

// units is d in clock units, an hour at most, which fits in 32 bits at any
// clock of audio.
func units(clock int, d time.Duration) int {
	return int(int64(min(d, time.Hour)) * int64(clock) / int64(time.Second))
}

// Press queues a key for duration, 40 ms at least and an hour at most; false
// where 64 keys wait already.
func (s *Sender) Press(e Event, duration time.Duration) bool {
	if len(s.queue) >= maxQueue {
		return false
	}
	s.queue = append(s.queue, press{e, units(s.clock, max(duration, minTime))})
	return true
}

// Busy tells whether a key is being sent or waits, or the pause after one
// lasts.
func (s *Sender) Busy() bool { return len(s.queue) > 0 || s.pause > 0 }

// Next gives the packet of this interval, where there is one. now is the RTP
// timestamp that audio sent in this interval has; stamp is the packet's own,
// that of the event's beginning, and first asks for the marker bit. It does
// not allocate.
func (s *Sender) Next(now uint32) (p Payload, stamp uint32, first, ok bool) {
	if s.pause > 0 {
		s.pause--
		return Payload{}, 0, false, false
	}
	if len(s.queue) == 0 {
		return Payload{}, 0, false, false
	}
	key := s.queue[0]
	first = !s.begun
	if first {
		s.begun, s.stamp, s.segment, s.elapsed, s.ends = true, now, 0, 0, 0
	}
	s.elapsed = min(s.elapsed+s.interval, key.duration)
	p, stamp = Payload{Event: key.event, Volume: volume}, s.stamp
	if s.elapsed-s.segment > maxSegment {
		p.Duration = maxSegment
		s.segment += maxSegment
		s.stamp += maxSegment
		return p, stamp, first, true
	}
	p.Duration = uint16(s.elapsed - s.segment)
	if s.elapsed >= key.duration {
		p.End = true
		s.end()
	}
	return p, stamp, first, true
}

// end counts an end packet; after the last one the next key waits its turn.
func (s *Sender) end() {
	if s.ends++; s.ends < endPackets {
		return
	}
	s.queue = append(s.queue[:0], s.queue[1:]...)
	s.begun = false
	s.pause = max(units(s.clock, pauseTime)/s.interval, 1)
}
