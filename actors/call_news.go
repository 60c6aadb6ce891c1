package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/sip"
)

// tell turns a notice of the core into status and events.
func (c *callActor) tell(ctx actor.Context, notice call.Notice) {
	switch n := notice.(type) {
	case call.Changed:
		c.changed(ctx, n)
	case call.Arrived:
		c.status.Remote, c.status.Name = n.URI, n.Name
	case call.Ringing:
		ctx.Send(c.stream, ringback{on: true})
		c.publish(ctx, Event{Type: "ringing"})
	case call.EarlyMedia:
		c.publish(ctx, Event{Type: "early-media"})
	case call.OnHold:
		c.publish(ctx, Event{Type: "held"})
	case call.OffHold:
		c.publish(ctx, Event{Type: "resumed"})
	case call.PeerHold:
		c.peerHold(ctx, n.Held)
	case call.Updated:
		c.videoAsked(ctx)
		c.publish(ctx, Event{Type: "updated"})
	case call.Refused:
		c.publish(ctx, Event{Type: "refused", Status: n.Status, Text: n.Text})
		c.videoAsked(ctx)
	case call.Forwarded:
		c.status.Remote = n.URI
		c.publish(ctx, Event{Type: "forwarded", Text: "forwarded to " + n.URI})
	case call.Closed:
		c.close(ctx)
	}
}

func (c *callActor) peerHold(ctx actor.Context, held bool) {
	c.status.PeerHolds = held
	kind := "peer-resumed"
	if held {
		kind = "peer-held"
	}
	c.publish(ctx, Event{Type: kind})
}

func (c *callActor) changed(ctx actor.Context, n call.Changed) {
	if n.State == call.Terminated {
		c.end(ctx, n)
		return
	}
	before := call.State(c.status.State)
	c.status.State, c.status.StateName = int(n.State), n.State.String()
	switch n.State {
	case call.RingingIn, call.Waiting:
		c.publish(ctx, Event{Type: "incoming", Video: c.video.offered()})
		c.step(ctx, call.Ring{})
		if c.account.AutoAnswer {
			after(ctx, c.account.AnswerDelay, autoAnswer{})
		}
	case call.Held:
		ctx.Send(c.stream, holding{true})
	case call.Active:
		ctx.Send(c.stream, ringback{})
		ctx.Send(c.stream, holding{false})
		if before != call.Held && before != call.Active {
			c.status.Answered = time.Now()
			c.publish(ctx, Event{Type: "answered"})
			c.videoAsked(ctx)
			return
		}
	}
	c.snapshot(ctx)
}

func (c *callActor) end(ctx actor.Context, n call.Changed) {
	c.status.State, c.status.StateName = int(call.Terminated), call.Terminated.String()
	if c.stream != nil {
		ctx.Send(c.stream, configureStream{})
	}
	c.applyVideo(ctx, nil)
	c.publish(ctx, Event{Type: "ended", Reason: int(n.Reason), ReasonName: n.Reason.String(),
		Status: n.Status, Text: n.Text, Quality: c.status.Quality, Codec: c.status.Codec})
}

// publish completes an event with what it is about, and hands the new status
// up with it.
func (c *callActor) publish(ctx actor.Context, e Event) {
	e.Class, e.Call, e.CallID, e.Account = "call", c.run.id, c.status.CallID, c.account.Name
	e.Remote, e.Name, e.State = c.status.Remote, c.status.Name, c.status.State
	c.snapshot(ctx)
	c.bus.publish(e)
	logEvent(c.log, e)
}

func (c *callActor) snapshot(ctx actor.Context) {
	c.status.StateName = call.State(c.status.State).String()
	ctx.Send(ctx.Parent(), c.status)
}

// refuse answers an INVITE that could not be given a core.
func (c *callActor) refuse(ctx actor.Context, first requested) {
	transport := c.run.transport
	if transport == nil {
		transport = first.origin.transport
	}
	ctx.Send(transport, respondRequest{id: first.origin.id, draft: sip.NewResponse(first.msg, 480, "")})
}
