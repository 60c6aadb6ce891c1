package dialog

// sequence follows the RSeq numbers of the reliable responses to one INVITE
// (RFC 3262 §4).
type sequence struct {
	invite uint32 // CSeq of the INVITE
	last   uint32
	begun  bool
}

// verdict is what a reliable response is worth.
type verdict uint8

const (
	// fresh is the next in order: it gets a PRACK.
	fresh verdict = iota
	// repeated was acknowledged before: its PRACK is on the way.
	repeated
	// early came before one that is missing: it is dropped, and comes again.
	tooEarly
)

// take judges the response rseq to the INVITE of that CSeq. A re-INVITE starts
// a new count.
func (s *sequence) take(invite, rseq uint32) verdict {
	if !s.begun || invite != s.invite {
		*s = sequence{invite: invite, last: rseq, begun: true}
		return fresh
	}
	switch {
	case rseq == s.last+1:
		s.last = rseq
		return fresh
	case rseq <= s.last:
		return repeated
	}
	return tooEarly
}
