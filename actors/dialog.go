package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/dialog"
)

// dialogActor runs one dialog.Dialog for its call.
type dialogActor struct {
	*env
	log   zerolog.Logger
	key   call.DialogKey
	run   *dialogRun
	alarm alarm
	fx    []dialog.Effect
}

// dialogRun is what survives a panic of the call's actor, so that the call
// table can send a BYE for it.
type dialogRun struct {
	core      *dialog.Dialog
	transport *actor.PID
}

// passed hands an event of the call to its dialog.
type passed struct{ event dialog.Event }

// reported hands a dialog's notice to its call.
type reported struct {
	dialog call.DialogKey
	notice dialog.Notice
}

func (d *dialogActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case passed:
		d.step(ctx, msg.event)
	case responded:
		d.step(ctx, dialog.Response{Key: msg.key, Msg: msg.msg})
	case unanswered:
		d.step(ctx, dialog.Failed{Key: msg.key, Err: msg.err})
	case transportChanged:
		d.run.transport = msg.transport
	case tick:
		d.alarm.rung()
		d.step(ctx, dialog.Tick{})
	case *actor.Stopped:
		d.alarm.stop()
	}
}

func (d *dialogActor) step(ctx actor.Context, ev dialog.Event) {
	d.fx = d.run.core.Step(time.Now(), ev, d.fx[:0])
	root := ctx.ActorSystem().Root
	for _, effect := range d.fx {
		switch e := effect.(type) {
		case dialog.Tell:
			ctx.Send(ctx.Parent(), reported{d.key, e.Notice})
		case dialog.Unexpected:
			d.counters.unexpected.Add(1)
			d.log.Debug().Stringer("state", e.State).Type("event", e.Event).Msg("unexpected event")
		default:
			d.run.send(root, ctx.Self(), effect)
		}
	}
	d.alarm.set(ctx, d.run.core.Next())
}

// send performs the effects that go to the network.
func (r *dialogRun) send(root *actor.RootContext, self *actor.PID, effect dialog.Effect) {
	switch e := effect.(type) {
	case dialog.Request:
		root.Send(r.transport, sendRequest{owner: self, key: e.Key, draft: e.Draft, hop: e.Hop})
	case dialog.Stateless:
		root.Send(r.transport, sendStateless{draft: e.Draft, hop: e.Hop})
	case dialog.Respond:
		root.Send(r.transport, respondRequest{id: e.ID, draft: e.Draft})
	case dialog.Cancel:
		root.Send(r.transport, cancelRequest{owner: self, key: e.Key})
	case dialog.Abandon:
		root.Send(r.transport, abandonRequest{owner: self, key: e.Key})
	}
}

// farewell says BYE for a dialog whose call has failed. Its actor is gone, so
// its core may be used from here; should it panic, the peer's session timer or
// its user ends the call.
func (r *dialogRun) farewell(root *actor.RootContext, self *actor.PID) {
	_ = attempt(func() {
		for _, effect := range r.core.Step(time.Now(), dialog.Bye{}, nil) {
			r.send(root, self, effect)
		}
	})
}
