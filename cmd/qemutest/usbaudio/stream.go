package usbaudio

import (
	"slices"
	"time"

	"github.com/imsphone/imsphone/cmd/qemutest/usbip"
)

// stream is the time of one direction: which requests the bus has for it, and
// when they are complete. Packets follow each other without a gap as long as
// requests do.
//
// A machine that stands still asks too late. The packets that it missed follow as
// soon as it asks again, up to patience, as if the headset had kept them: it is
// the phone that is judged, not the emulator. The clock is kept thereby.
type stream struct {
	queue   []usbip.Request
	running bool
	at      time.Time // when the first packet of the queue begins
	starts  int       // how often the stream began, or began anew
}

// patience is how late the host may be.
const patience = 300 * time.Millisecond

// frame is how long a packet takes.
const frame = time.Millisecond

// submit takes a request.
func (s *stream) submit(now time.Time, r usbip.Request) {
	if !s.running || len(s.queue) == 0 && now.Sub(s.at) > patience {
		s.running, s.at = true, now
		s.starts++
	}
	s.queue = append(s.queue, r)
}

// busy tells whether a request is under way.
func (s *stream) busy() bool { return s.running && len(s.queue) > 0 }

// next takes a request out of the queue that is complete by now.
func (s *stream) next(now time.Time) (r usbip.Request, ok bool) {
	if !s.busy() {
		return r, false
	}
	at := s.at.Add(time.Duration(len(s.queue[0].Packets)) * frame)
	if at.After(now) {
		return r, false
	}
	r, s.at = s.queue[0], at
	s.queue = s.queue[1:]
	return r, true
}

// stop ends the stream: the next request begins a new one.
func (s *stream) stop() { s.running = false }

// withdraw takes back a request, if it isn't complete, which stops the stream: the
// host does so with all of them.
func (s *stream) withdraw(seq uint32) (found bool) {
	if s.queue, found = without(s.queue, seq); found {
		s.stop()
	}
	return found
}

// without gives a queue without the request of a number.
func without(queue []usbip.Request, seq uint32) (rest []usbip.Request, found bool) {
	i := slices.IndexFunc(queue, func(r usbip.Request) bool { return r.Seq == seq })
	if i < 0 {
		return queue, false
	}
	return slices.Delete(queue, i, i+1), true
}
