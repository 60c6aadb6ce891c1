package rtpend

import (
	"time"

	"github.com/imsphone/imsphone/media/rtcp"
)

// source is the synchronisation source that is heard (RFC 3550 §8.2, A.1).
//
// The first one after negotiation is taken at once. Another one is taken when
// two of its packets came in sequence and either the one before has been silent
// for a while or it has said goodbye: so a second sender at the peer's address
// does not disturb the one that is heard.
type source struct {
	known     bool
	ssrc      uint32
	left      bool // it said goodbye
	last      time.Time
	candidate trial
	reception rtcp.Reception
	clock     rtcp.SenderInfo // of its last sender report, where told
	told      bool
}

// silence is how long a source must not have been heard to be replaced.
const silence = 100 * time.Millisecond

type claim uint8

const (
	foreign claim = iota // another source's packet: drop it
	same
	replaced // the packet is the first of a new source
)

// claim judges a packet from the peer's address.
func (s *source) claim(now time.Time, ssrc uint32, seq uint16) claim {
	switch {
	case !s.known:
		s.become(now, ssrc)
		return replaced
	case ssrc == s.ssrc:
		s.last, s.left, s.candidate.set = now, false, false
		return same
	}
	was := s.candidate
	s.candidate = trial{ssrc: ssrc, next: seq + 1, set: true}
	if !was.set || was.ssrc != ssrc || was.next != seq {
		return foreign
	}
	if !s.left && now.Sub(s.last) < silence {
		return foreign
	}
	s.become(now, ssrc)
	return replaced
}

func (s *source) become(now time.Time, ssrc uint32) {
	*s = source{known: true, ssrc: ssrc, last: now}
}
