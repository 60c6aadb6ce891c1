package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/call"
)

// waitingTone plays the tone of a waiting call into an active one, on its way
// from Calls through the Call to its Stream.
type waitingTone struct{ on bool }

// alert tells of calls that come in: the phone rings, or where somebody talks or
// calls, the tone of a waiting call is heard there.
func (c *callsActor) alert(ctx actor.Context) {
	coming, busy := false, false
	for _, e := range c.live() {
		switch call.State(e.status.State) {
		case call.RingingIn, call.Waiting:
			coming = coming || !e.quiet
		case call.Active, call.Dialing, call.RingingOut:
			busy = true
		}
	}
	if ring := coming && !busy; ring != c.rings {
		c.rings = ring
		ctx.Send(ctx.Parent(), ringing{ring})
	}
	for _, e := range c.live() {
		if tone := coming && e.status.State == int(call.Active); tone != e.toned {
			e.toned = tone
			ctx.Send(e.pid, waitingTone{tone})
		}
	}
}
