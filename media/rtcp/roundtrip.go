package rtcp

import "time"

// Sent remembers the sender reports that went out, so that a peer's LSR can be
// believed: an LSR that is none of ours measures nothing. The zero value is
// ready.
type Sent struct {
	reports [8]reports
	next    int
}

// Add notes a sender report that was sent.
func (s *Sent) Add(info SenderInfo, now time.Time) {
	s.reports[s.next%len(s.reports)] = reports{Middle(info.NTP), now}
	s.next = (s.next + 1) % len(s.reports)
}

// tolerance is how much shorter than nothing a round trip may come out for the
// rounding of DLSR.
const tolerance = time.Millisecond

// RoundTrip gives the round trip time that a peer's block shows when it arrives
// at now: the time since our report, less the peer's delay (RFC 3550 §6.4.1).
// It goes by now's monotonic clock, so that a step of the wall clock does no
// harm. False where the block names no report of ours, or a delay longer than
// that report is old.
func (s *Sent) RoundTrip(b Block, now time.Time) (time.Duration, bool) {
	if b.LSR == 0 {
		return 0, false
	}
	for _, r := range s.reports {
		if r.at.IsZero() || r.middle != b.LSR {
			continue
		}
		trip := now.Sub(r.at) - FromShort(b.DLSR)
		return max(trip, 0), trip >= -tolerance
	}
	return 0, false
}
