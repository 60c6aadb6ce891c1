package actors

import (
	"net/netip"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/reg"
	"github.com/imsphone/imsphone/protocol/transport"
)

// nextPCSCF turns to the next P-CSCF of the list; false when all were tried.
func (l *lineActor) nextPCSCF() bool {
	if l.ims == nil {
		return false
	}
	n := len(l.account.IMS.PCSCF)
	if l.ims.tried++; l.ims.tried >= n {
		return false
	}
	l.ims.pcscf = (l.ims.pcscf + 1) % n
	return true
}

// callRoute is the preloaded route of initial requests: over SAs the P-CSCF at
// its protected server port, then the Service-Route (TS 24.229 §5.1.2A.1.1).
func (l *lineActor) callRoute() []string {
	if !l.account.secured() {
		return l.route
	}
	gen, ok := l.ims.sets.Active()
	if !ok {
		return l.route
	}
	for _, m := range l.ims.sets.Members() {
		if m.Gen == gen {
			at := netip.AddrPortFrom(m.Set.PCSCF.Addr, m.Set.PCSCF.ServerPort)
			return append([]string{"<sip:" + at.String() + ";lr>"}, l.ims.serviceRoute...)
		}
	}
	return l.route
}

// nudgeInterval is the least pause between two registrations that broken flows
// bring about.
const nudgeInterval = time.Minute

// flowBroke hears of a lost flow. That of a SIP registration has to be found
// anew. A protected connection is opened again when something is sent; whether
// the P-CSCF still knows us, a registration over it finds out.
func (l *lineActor) flowBroke(ctx actor.Context, msg flowLost) {
	switch {
	case l.core == nil:
	case !l.account.secured():
		if msg.flow == l.flow {
			l.step(ctx, reg.FlowLost{Err: msg.err})
		}
	case msg.flow.Proto != transport.UDP && l.isActive(msg.flow.Gen) && l.core.State() == reg.Up:
		if now := time.Now(); now.Sub(l.ims.nudged) >= nudgeInterval {
			l.ims.nudged = now
			l.step(ctx, reg.Start{})
		}
	}
}

func (l *lineActor) isActive(gen uint32) bool {
	active, ok := l.ims.sets.Active()
	return ok && gen == active
}
