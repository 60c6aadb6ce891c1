package actors

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/reg"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// imsLine is what a Line of an IMS core has besides: its SIM, its sets of SAs.
type imsLine struct {
	sim       *actor.PID
	asked     uint64 // the id of the last question to it
	allocator *allocator
	sets      secagree.Table
	setFx     []secagree.TableEffect
	setAlarm  alarm
	// offered are SPIs and ports that no set has yet.
	offered secagree.End
	// serviceRoute is what the registrar gave us (RFC 3608).
	serviceRoute []string
	// subscription is nil while nothing is registered; route is callRoute, for it,
	// and restarts is how often it had to be made anew since the registration began.
	subscription *actor.PID
	route        atomic.Pointer[[]string]
	restarts     int
	// pcscf is the index of the P-CSCF in use, tried how many failed in a row.
	pcscf, tried int
	// nudged is when a broken flow last made us register again.
	nudged time.Time
}

// imsRegistration is what the registration core has to know of an IMS core.
func (l *lineActor) imsRegistration() *reg.IMS {
	c := l.account.IMS
	if c == nil {
		return nil
	}
	ims := &reg.IMS{PrivateID: c.PrivateID, Realm: c.Realm, AccessNetwork: c.AccessNetwork}
	if c.IPsec {
		ims.Offer = l.offer
	}
	return ims
}

// childFailed is told of a Transport, a subscription or a SIM that has ended.
func (l *lineActor) childFailed(ctx actor.Context, who *actor.PID) {
	if l.ims != nil && who.Equal(l.ims.subscription) && !l.stopping {
		l.subscriptionFailed(ctx)
		return
	}
	if l.ims != nil && who.Equal(l.ims.sim) && !l.stopping {
		l.counters.panics.Add(1)
		l.spawnSIM(ctx)
		l.step(ctx, reg.Authenticated{ID: l.ims.asked, Err: errSIMFailed})
		return
	}
	l.transportFailed(ctx, who)
}

// maxNotices bounds the notices that status shows.
const maxNotices = 8

// notice tells of something that befell the registration without ending it.
func (l *lineActor) notice(ctx actor.Context, text string) {
	n := append(slices.Clone(l.status.Notices), Notice{Time: time.Now(), Text: text})
	l.status.Notices = n[max(len(n)-maxNotices, 0):]
	l.publish(ctx, Event{Type: "notice", Text: text})
}

// imsMessage takes what only a line of an IMS core hears.
func (l *lineActor) imsMessage(ctx actor.Context) {
	if l.ims == nil {
		return
	}
	switch msg := ctx.Message().(type) {
	case setInstalled:
		if msg.err != nil {
			l.stepSets(ctx, secagree.NotInstalled{Gen: msg.gen, Err: msg.err})
			return
		}
		l.stepSets(ctx, secagree.Installed{Gen: msg.gen})
	case setHeard:
		l.stepSets(ctx, secagree.Heard{Gen: msg.gen})
	case setQuiet:
		l.stepSets(ctx, secagree.Quiet{Gen: msg.gen})
	case setLost:
		l.stepSets(ctx, secagree.Lost{Gen: msg.gen, Err: msg.err})
	case setTick:
		l.ims.setAlarm.rung()
		l.stepSets(ctx, secagree.TableTick{})
	case terminated:
		l.terminated(ctx, msg)
	case resubscribe:
		l.resubscribe(ctx)
	case authenticated:
		l.step(ctx, reg.Authenticated{ID: msg.id, Keys: msg.keys, Err: msg.err})
	}
}
