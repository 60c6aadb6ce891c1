package session

import (
	"net/netip"
	"time"
)

// latch decides whose packets are the peer's. The negotiated address is
// believed at once. Behind an address translator the packets come from
// elsewhere (RFC 7362): a port, or an address, other than the negotiated one
// is taken only within a short time after the negotiation, only once, and only
// as long as nothing has come from the negotiated address itself. After that,
// strangers are dropped: otherwise anyone who guesses our port could take over
// the call (RTPbleed).
type latch struct {
	rtp       netip.AddrPort // where we send, and whom we hear
	agreed    netip.AddrPort
	until     time.Time
	confirmed bool
}

// latchTime is how long after a negotiation another address may be taken.
const latchTime = 5 * time.Second

func newLatch(now time.Time, agreed netip.AddrPort) latch {
	return latch{rtp: agreed, agreed: agreed, until: now.Add(latchTime)}
}

// accepts tells whether an RTP packet from an address is the peer's.
func (l *latch) accepts(now time.Time, from netip.AddrPort) bool {
	switch {
	case !l.agreed.IsValid():
		return false
	case from == l.agreed:
		l.rtp, l.confirmed = l.agreed, true
		return true
	case l.confirmed:
		return from == l.rtp
	case now.Before(l.until):
		l.rtp, l.confirmed = from, true
		return true
	}
	return false
}

// acceptsRTCP tells whether a control packet is the peer's: the address must
// be the one that is heard.
func (l *latch) acceptsRTCP(from, agreed netip.AddrPort) bool {
	return from == agreed || l.rtp.IsValid() && from.Addr() == l.rtp.Addr()
}
