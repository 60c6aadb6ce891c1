package actors

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/reg"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// setTick says that the alarm of the sets has rung.
type setTick struct{}

var errPorts = errors.New("no protected port is free: too many sets of security associations at one time")

// offer is reg.IMS's Offer. What was offered before and became no set is given
// back, so that nothing runs out.
func (l *lineActor) offer(server uint16) (secagree.Offer, error) {
	l.giveBack()
	end, ok := l.ims.allocator.Allocate(server)
	if !ok {
		return secagree.Offer{}, errPorts
	}
	l.ims.offered = end
	return secagree.Offer{Suites: l.account.IMS.Suites, Modes: l.account.IMS.Modes, End: end}, nil
}

// giveBack releases an offer that no set came of.
func (l *lineActor) giveBack() {
	end := l.ims.offered
	l.ims.offered = secagree.End{}
	if end.ClientPort != 0 {
		l.ims.allocator.Release(end, !l.serverPortInUse(end.ServerPort))
	}
}

// giveAllBack releases what a line that ends has; its Transport, which has taken
// the sets down, is gone already.
func (l *lineActor) giveAllBack() {
	for _, m := range l.ims.sets.Members() {
		l.ims.allocator.Release(m.Set.UE, true)
	}
	l.giveBack()
}

// serverPortInUse: sets share it, and what is on offer with them.
func (l *lineActor) serverPortInUse(port uint16) bool {
	if l.ims.offered.ServerPort == port {
		return true
	}
	for _, m := range l.ims.sets.Members() {
		if m.Set.UE.ServerPort == port {
			return true
		}
	}
	return false
}

// protect takes the registration's agreement to the table of sets: with the
// addresses of the flow that the agreement was made on.
func (l *lineActor) protect(ctx actor.Context, e reg.Protect) {
	e.Set.UE.Addr, e.Set.PCSCF.Addr = l.flow.Local.Addr().Unmap(), l.flow.Remote.Addr().Unmap()
	l.ims.offered = secagree.End{} // the table's from now on
	l.stepSets(ctx, secagree.Agreed{Gen: e.Gen, Set: e.Set})
}

func (l *lineActor) stepSets(ctx actor.Context, ev secagree.TableEvent) {
	before := l.ims.sets.Members()
	fx := l.ims.sets.Step(time.Now(), ev, l.ims.setFx[:0])
	l.ims.setFx = nil
	l.status.Associations = associationStatus(l.ims.sets.Members()) // what follows may tell of it
	for _, effect := range fx {
		l.performSet(ctx, before, effect)
	}
	l.ims.setFx = fx
	l.ims.setAlarm.setWith(ctx, l.ims.sets.Next(), setTick{})
	l.snapshot(ctx)
}

func (l *lineActor) performSet(ctx actor.Context, before []secagree.Member, effect secagree.TableEffect) {
	switch e := effect.(type) {
	case secagree.Create:
		ctx.Send(l.transport, createSet{e, l.flow.Proto})
	case secagree.Ready:
		l.step(ctx, reg.Protected{Gen: e.Gen})
	case secagree.NotReady:
		l.step(ctx, reg.Unprotected{Gen: e.Gen, Err: e.Err})
	case secagree.Use:
		ctx.Send(l.transport, useSet{e.Gen, l.core.SecurityVerify()})
	case secagree.Extend:
		ctx.Send(l.transport, extendSet{e})
	case secagree.Watch:
		ctx.Send(l.transport, watchSet{e.Gen})
	case secagree.Delete:
		l.releaseSet(before, e.Gen)
		ctx.Send(l.transport, deleteSet{e.Gen})
	case secagree.Ended:
		l.step(ctx, reg.SetEnded{Gen: e.Gen, Err: e.Err})
	case secagree.OutOfPlace:
		l.counters.unexpected.Add(1)
		l.log.Debug().Stringer("state", e.State).Type("event", e.Event).Msg("unexpected event of a set of security associations")
	}
}

// releaseSet gives the SPIs and ports of a set that is gone back.
func (l *lineActor) releaseSet(before []secagree.Member, gen uint32) {
	for _, m := range before {
		if m.Gen == gen {
			l.ims.allocator.Release(m.Set.UE, !l.serverPortInUse(m.Set.UE.ServerPort))
		}
	}
}
