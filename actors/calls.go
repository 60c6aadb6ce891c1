package actors

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/sip"
)

// callsActor is the call table: it makes the calls, routes requests to them by
// Call-ID and tag, and finds the call that a user's command means. It holds
// maps and no protocol state, so that there is little in it to fail.
type callsActor struct {
	*env
	calls   map[string]*callEntry
	routes  map[call.Route]*callEntry
	invites map[serverTxn]*callEntry
	last    int
	// rings: the phone was told to ring.
	rings bool
	// draining: the phone stops, and waits for the calls.
	draining bool
	// stopping: the calls end with us.
	stopping bool
}

type callEntry struct {
	pid    *actor.PID
	run    *callRun
	status CallStatus
	routes []call.Route
	txns   []serverTxn
	closed bool
	// quiet: it is answered at once by itself; toned: it plays the tone of a
	// waiting call.
	quiet, toned bool
}

// dialCommand starts a call on a line.
type dialCommand struct {
	line    *actor.PID
	account AccountConfig
	uri     string
	video   bool
	reply   func(string, error)
}

// callCommand is a command for the call named call, or, where that is empty,
// for the one that the verb can only mean.
type callCommand struct {
	call string
	cmd  command
}

// incoming is a request that a Line hands to the call table.
type incoming struct {
	requested
	line    *actor.PID
	account AccountConfig
}

func newCallsActor(e *env) *callsActor {
	return &callsActor{env: e, calls: map[string]*callEntry{},
		routes: map[call.Route]*callEntry{}, invites: map[serverTxn]*callEntry{}}
}

func (c *callsActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case dialCommand:
		c.dial(ctx, msg)
	case callCommand:
		c.command(ctx, msg)
	case incoming:
		c.incoming(ctx, msg)
	case acked:
		if e := c.find(call.RouteOf(msg.msg)); e != nil {
			ctx.Send(e.pid, msg)
		}
	case canceled:
		if e := c.invites[msg.origin.key()]; e != nil {
			ctx.Send(e.pid, msg)
		}
	case unacked:
		if e := c.invites[msg.origin.key()]; e != nil {
			ctx.Send(e.pid, msg)
		}
	case callStarted:
		if e := c.calls[msg.call]; e != nil {
			c.route(e, msg.route)
		}
	case CallStatus:
		c.status(ctx, msg)
	case callClosed:
		if e := c.calls[msg.call]; e != nil && !e.closed {
			e.closed = true
			ctx.Stop(e.pid)
			c.alert(ctx)
		}
	case hangupAll:
		c.hangupAll(ctx)
	case audioRestarted, cameraRestarted:
		for _, e := range c.live() {
			ctx.Send(e.pid, msg)
		}
	case transportChanged:
		for _, e := range c.calls {
			if e.status.Account == msg.account {
				ctx.Send(e.pid, msg)
			}
		}
	case *actor.Stopping:
		c.stopping = true
	case *actor.Terminated:
		c.gone(ctx, msg.Who)
	}
}

// hangupAll ends every call, as the phone stops; allClosed answers it at once
// where there is none.
type (
	hangupAll struct{}
	allClosed struct{}
)

func (c *callsActor) hangupAll(ctx actor.Context) {
	c.draining = true
	for _, e := range c.live() {
		ctx.Send(e.pid, command{verb: verbHangup, reply: func(error) {}})
	}
	if len(c.live()) == 0 {
		ctx.Send(ctx.Parent(), allClosed{})
	}
}

func (c *callsActor) dial(ctx actor.Context, msg dialCommand) {
	if len(c.live()) >= c.MaxCalls {
		msg.reply("", fmt.Errorf("there are %d calls already: hang one up first", len(c.live())))
		return
	}
	c.holdOthers(ctx, nil)
	e := c.start(ctx, msg.line, msg.account, dialTo{msg.uri, msg.video}, "outgoing")
	msg.reply(e.run.id, nil)
}

// start makes the actor of a call; first is what the call begins with.
func (c *callsActor) start(ctx actor.Context, line *actor.PID, account AccountConfig, first any, direction string) *callEntry {
	c.last++
	id := strconv.Itoa(c.last)
	run := &callRun{id: id, dialogs: map[call.DialogKey]*dialogChild{}}
	status := CallStatus{Call: id, Account: account.Name, Direction: direction,
		Waiting: direction == "incoming" && len(c.live()) > 0}
	env := c.env
	pid := spawn(ctx, func() actor.Actor {
		return &callActor{env: env, run: run, line: line, account: account, first: first, status: status,
			log: env.Log.With().Str("call", id).Str("account", account.Name).Logger()}
	}, "call-"+id)
	e := &callEntry{pid: pid, run: run, status: status, quiet: account.AutoAnswer && account.AnswerDelay == 0}
	c.calls[id] = e
	return e
}

func (c *callsActor) incoming(ctx actor.Context, msg incoming) {
	if e := c.find(call.RouteOf(msg.msg)); e != nil {
		c.remember(e, msg.requested)
		ctx.Send(e.pid, msg.requested)
		return
	}
	switch {
	case msg.msg.ToTag() != "" || msg.msg.Method() != sip.INVITE:
		respond(ctx, msg.requested, sip.NewResponse(msg.msg, 481, ""))
	case c.draining || len(c.live()) >= c.MaxCalls:
		respond(ctx, msg.requested, sip.NewResponse(msg.msg, 486, ""))
	default:
		e := c.start(ctx, msg.line, msg.account, msg.requested, "incoming")
		c.remember(e, msg.requested)
	}
}

// respond answers a request that reaches no call.
func respond(ctx actor.Context, r requested, d *sip.Draft) {
	ctx.Send(r.origin.transport, respondRequest{id: r.origin.id, draft: d})
}

// find looks a call up. A request within a dialog names our tag; the call's
// later requests all do.
func (c *callsActor) find(r call.Route) *callEntry {
	if r.LocalTag == "" {
		return nil
	}
	return c.routes[r]
}

func (c *callsActor) route(e *callEntry, r call.Route) {
	c.routes[r] = e
	e.routes = append(e.routes, r)
}

// remember lets a CANCEL, or the news that an ACK is missing, find its call.
func (c *callsActor) remember(e *callEntry, r requested) {
	if r.msg.Method() == sip.INVITE {
		c.invites[r.origin.key()] = e
		e.txns = append(e.txns, r.origin.key())
	}
}

func (c *callsActor) status(ctx actor.Context, s CallStatus) {
	e := c.calls[s.Call]
	if e == nil {
		return
	}
	answered := s.State == int(call.Active) && e.status.State != int(call.Active)
	e.status = s
	if answered {
		c.holdOthers(ctx, e)
	}
	c.alert(ctx)
	ctx.Send(ctx.Parent(), s)
}

// holdOthers puts the active calls on hold for the sake of one that becomes
// active: one conversation at a time has the microphone.
func (c *callsActor) holdOthers(ctx actor.Context, keep *callEntry) {
	for _, e := range c.live() {
		if e != keep && e.status.State == int(call.Active) {
			ctx.Send(e.pid, command{verb: verbHold, reply: func(error) {}})
		}
	}
}

// live gives the calls that haven't ended, in the order of their numbers.
func (c *callsActor) live() []*callEntry {
	var list []*callEntry
	for _, e := range c.calls {
		if !e.closed && e.status.State != int(call.Terminated) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b *callEntry) int {
		return len(a.run.id) - len(b.run.id) + strings.Compare(a.run.id, b.run.id)
	})
	return list
}

func (c *callsActor) command(ctx actor.Context, msg callCommand) {
	e, err := c.choose(msg)
	if err != nil {
		msg.cmd.reply(err)
		return
	}
	ctx.Send(e.pid, msg.cmd)
}

// choose finds the call that a command means.
func (c *callsActor) choose(msg callCommand) (*callEntry, error) {
	live := c.live()
	if msg.call != "" {
		for _, e := range live {
			if e.run.id == msg.call {
				return e, nil
			}
		}
		return nil, fmt.Errorf("there is no call %q: status lists the calls", msg.call)
	}
	fits := slices.DeleteFunc(slices.Clone(live), func(e *callEntry) bool {
		return !msg.cmd.verb.fits(call.State(e.status.State))
	})
	switch len(fits) {
	case 1:
		return fits[0], nil
	case 0:
		return nil, fmt.Errorf("there is no call to %s", msg.cmd.verb)
	}
	return nil, fmt.Errorf("there are %d calls to %s: name one of %s", len(fits), msg.cmd.verb, ids(fits))
}

func ids(list []*callEntry) string {
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = e.run.id
	}
	return strings.Join(names, ", ")
}

// fits tells whether a command without a call's name can mean one in state s.
func (v verb) fits(s call.State) bool {
	switch v {
	case verbAnswer:
		return s == call.RingingIn || s == call.Waiting
	case verbResume:
		return s == call.Held
	case verbHangup:
		return true
	}
	return s == call.Active
}

// String gives the verb as an error message needs it.
func (v verb) String() string {
	return [...]string{"answer", "hang up", "hold", "resume", "send digits to", "mute", "unmute", "show video in"}[v]
}

// gone forgets a call; one that we did not stop has failed, or goes down with
// the table, and gets a farewell.
func (c *callsActor) gone(ctx actor.Context, who *actor.PID) {
	for id, e := range c.calls {
		if !e.pid.Equal(who) {
			continue
		}
		delete(c.calls, id)
		for _, r := range e.routes {
			delete(c.routes, r)
		}
		for _, t := range e.txns {
			delete(c.invites, t)
		}
		if !e.closed {
			c.failed(ctx, e)
		}
		e.status.State = int(call.Terminated)
		ctx.Send(ctx.Parent(), e.status)
		c.alert(ctx)
	}
}

func (c *callsActor) failed(ctx actor.Context, e *callEntry) {
	if !c.stopping {
		c.counters.panics.Add(1)
	}
	e.run.farewell(ctx.ActorSystem().Root, e.pid)
	c.bus.publish(Event{Class: "call", Type: "ended", Call: e.run.id, Account: e.status.Account, Remote: e.status.Remote,
		State: int(call.Terminated), Reason: int(call.ReasonError), ReasonName: call.ReasonError.String(),
		Text: "the call failed inside the phone; please report the log"})
}
