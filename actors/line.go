package actors

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/reg"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// lineActor is one account: it keeps the registration, owns the Transport, and
// tells calls how to leave.
type lineActor struct {
	*env
	log     zerolog.Logger
	account AccountConfig
	calls   *actor.PID

	transport *actor.PID
	failures  int // of the transport, in a row
	stopping  bool

	core  *reg.Registration // nil where the account does not register
	agent *authorizer       // of the calls; the registration has its own, as it runs in this actor
	alarm alarm
	fx    []reg.Effect

	flow    transport.Flow // of the registration
	contact string         // what we registered, a URI
	route   []string       // preloaded route of calls, in angle brackets
	status  AccountStatus

	ims *imsLine // nil for plain SIP

	ref   uint64
	plans map[uint64]planCall // waiting for a flow
}

// The refs of findFlow: the registration's own, then one for each plan.
const registrationRef = 0

// Messages of a Line.
type (
	// stopLine de-registers; the Phone gets lineStopped.
	stopLine    struct{}
	lineStopped struct{ account string }
	// transportChanged tells the calls of an account where to send from now on.
	transportChanged struct {
		account   string
		transport *actor.PID
	}
	respawnTransport struct{}
	// callsRestarted tells where requests of calls go from now on.
	callsRestarted struct{ calls *actor.PID }
	// registerNow cuts the wait for the next try short.
	registerNow struct{}
)

func newLineActor(e *env, account AccountConfig, calls *actor.PID) *lineActor {
	l := &lineActor{env: e, account: account, calls: calls, plans: map[uint64]planCall{},
		log:    e.Log.With().Str("account", account.Name).Logger(),
		agent:  newAuthorizer(account.AuthUser, account.Password),
		status: newLineStatus(account)}
	if account.IMS != nil {
		l.ims = &imsLine{allocator: e.allocator}
	}
	l.route = l.preloaded(nil)
	if account.Register {
		l.core = reg.New(reg.Config{
			AOR: account.AOR, Display: account.Display, Registrar: account.Registrar, Route: l.registerRoute(),
			ContactParams: l.contactParams(), Expires: account.Expires, UserAgent: e.UserAgent,
			Agent: digest.NewAgent(account.AuthUser, account.Password, newToken), NewToken: newToken, Jitter: rand.Float64,
			IMS: l.imsRegistration(),
		})
	}
	return l
}

// newLineStatus is a line before it has done anything.
func newLineStatus(a AccountConfig) AccountStatus {
	s := AccountStatus{Name: a.Name, AOR: a.AOR, State: "disabled"}
	if a.Register {
		s.State = "unregistered"
	}
	switch {
	case a.secured():
		s.Security = "ipsec"
	case a.IMS != nil:
		s.Security = "none"
	}
	return s
}

func (l *lineActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		l.spawnTransport(ctx)
		l.spawnSIM(ctx)
		l.snapshot(ctx)
		if l.core != nil {
			l.step(ctx, reg.Start{})
		}
	case *actor.Stopping:
		l.stopping = true
	case *actor.Stopped:
		l.alarm.stop()
		if l.ims != nil {
			l.ims.setAlarm.stop()
			l.giveAllBack()
		}
	case *actor.Terminated:
		l.childFailed(ctx, msg.Who)
	case respawnTransport:
		l.spawnTransport(ctx)
		changed := transportChanged{l.account.Name, l.transport}
		ctx.Send(l.calls, changed)
		if l.ims != nil && l.ims.subscription != nil {
			ctx.Send(l.ims.subscription, changed)
		}
		l.transportRestarted(ctx)
	case callsRestarted:
		l.calls = msg.calls
	case stopLine:
		l.stop(ctx)
	case registerNow:
		if l.core != nil && !l.stopping {
			l.step(ctx, reg.Start{})
		}
	case tick:
		l.alarm.rung()
		l.step(ctx, reg.Tick{})
	case responded:
		l.step(ctx, reg.Response{Key: msg.key, Msg: msg.msg})
	case unanswered:
		l.step(ctx, reg.Failed{Key: msg.key, Err: msg.err})
	case flowFound:
		l.flowFound(ctx, msg)
	case flowLost:
		l.flowBroke(ctx, msg)
	case linkChanged:
		l.linkChanged(ctx, msg.change)
	case addressLost:
		if l.core != nil {
			l.step(ctx, reg.FlowLost{Err: msg.err})
		}
	case requested:
		l.requested(ctx, msg)
	case acked, canceled, unacked:
		ctx.Send(l.calls, msg)
	case planCall:
		l.planCall(ctx, msg)
	case planIncoming:
		l.planIncoming(ctx, msg)
	default:
		l.imsMessage(ctx)
	}
}

var errTransportRestarted = fmt.Errorf("the line's transport was restarted")

func (l *lineActor) spawnTransport(ctx actor.Context) {
	env, account, log := l.env, l.account, l.log
	l.transport = spawn(ctx, func() actor.Actor { return newTransportActor(env, account, log) }, "transport")
}

// transportFailed makes a Transport that has failed anew, after a pause that
// grows as it keeps failing.
func (l *lineActor) transportFailed(ctx actor.Context, who *actor.PID) {
	if l.stopping || !who.Equal(l.transport) {
		return
	}
	l.counters.panics.Add(1)
	l.log.Error().Msg("the transport failed: restarting it")
	after(ctx, restartDelay(l.failures), respawnTransport{})
	l.failures++
}

// transportRestarted starts the registration over: its flow, its sets of SAs,
// and the question for a flow, if one was under way, went with the transport.
func (l *lineActor) transportRestarted(ctx actor.Context) {
	if l.ims != nil {
		l.stepSets(ctx, secagree.Released{})
	}
	if l.core == nil {
		return
	}
	asked := l.core.State() == reg.Locating
	l.step(ctx, reg.FlowLost{Err: errTransportRestarted})
	if asked {
		ctx.Send(l.transport, findFlow{owner: ctx.Self(), ref: registrationRef, hop: l.hop()})
	}
}

func (l *lineActor) stop(ctx actor.Context) {
	l.stopping = true
	if l.core == nil {
		ctx.Send(ctx.Parent(), lineStopped{l.account.Name})
		return
	}
	l.step(ctx, reg.Stop{})
}

// linkChanged looks after the registration: whether our address is still the
// one that it names, and after a sleep, in which the server may have given us
// up, by registering at once.
func (l *lineActor) linkChanged(ctx actor.Context, change LinkChange) {
	if l.core == nil {
		return
	}
	ctx.Send(l.transport, checkAddress{l.flow})
	if state := l.core.State(); change.Resumed && (state == reg.Up || state == reg.Waiting) {
		l.step(ctx, reg.Start{})
	}
}

// hop is the URI that decides where registrations and calls leave for.
func (l *lineActor) hop() string {
	switch proxy := l.outbound(); {
	case l.ims != nil && len(l.account.IMS.PCSCF) > 0:
		return proxy
	case proxy != "":
		return looseRoute(proxy)
	}
	return l.account.Registrar
}

// outbound is the proxy that everything is sent through: the P-CSCF in use, or
// the outbound proxy, or "" for none.
func (l *lineActor) outbound() string {
	if l.ims != nil && len(l.account.IMS.PCSCF) > 0 {
		return l.account.IMS.PCSCF[l.ims.pcscf]
	}
	return l.account.Proxy
}

// registerRoute is the Route of REGISTER: the outbound proxy. A P-CSCF is
// reached by its address alone.
func (l *lineActor) registerRoute() []string {
	if l.ims != nil {
		return nil
	}
	return l.route
}

// preloaded is the route of calls: the outbound proxy, then the service route,
// whose first entry often is that proxy already. It is that of the last
// registration alone (RFC 3608 §5).
func (l *lineActor) preloaded(service []string) []string {
	proxy := l.outbound()
	if proxy == "" || len(service) > 0 && sameHop(service[0], proxy) {
		return service
	}
	return append([]string{"<" + looseRoute(proxy) + ">"}, service...)
}

func (l *lineActor) step(ctx actor.Context, ev reg.Event) {
	fx := l.core.Step(time.Now(), ev, l.fx[:0])
	l.fx = nil
	for _, effect := range fx {
		l.perform(ctx, effect)
	}
	l.fx = fx
	l.alarm.set(ctx, l.core.Next())
}

func (l *lineActor) perform(ctx actor.Context, effect reg.Effect) {
	switch e := effect.(type) {
	case reg.NeedFlow:
		// A binding of plain SIP stands while it's moved. One over SAs doesn't:
		// they have been given up.
		if l.status.State != "registered" || l.account.secured() {
			l.status.State = "registering"
			l.publish(ctx, Event{Type: "registering"})
		}
		if l.ims != nil {
			l.ims.tried = 0
		}
		ctx.Send(l.transport, findFlow{owner: ctx.Self(), ref: registrationRef, hop: l.hop(), failover: e.Failover})
	case reg.Request:
		ctx.Send(l.transport, sendRequest{owner: ctx.Self(), key: e.Key, draft: e.Draft, hop: l.hop(),
			way: way{clear: e.Gen == 0, gen: e.Gen}})
	case reg.Authenticate:
		l.askSIM(ctx, e)
	case reg.Protect:
		l.protect(ctx, e)
	case reg.Confirm:
		l.stepSets(ctx, secagree.Confirmed(e))
	case reg.Abandon:
		l.stepSets(ctx, secagree.Abandoned(e))
	case reg.Release:
		l.unsubscribe(ctx)
		l.stepSets(ctx, secagree.Released{})
	case reg.Notice:
		l.notice(ctx, e.Text)
	case reg.Registered:
		l.registered(ctx, e)
	case reg.Refused:
		l.refused(ctx, e)
	case reg.Stopped:
		l.unsubscribe(ctx)
		notices := l.status.Notices
		l.status = newLineStatus(l.account)
		l.status.Notices = notices
		l.publish(ctx, Event{Type: "unregistered"})
		if l.stopping {
			ctx.Send(ctx.Parent(), lineStopped{l.account.Name})
		}
	case reg.Unexpected:
		l.counters.unexpected.Add(1)
		l.log.Debug().Stringer("state", e.State).Type("event", e.Event).Msg("unexpected event")
	}
}

func (l *lineActor) registered(ctx actor.Context, e reg.Registered) {
	l.failures = 0
	l.contact = e.Contacts[0]
	if l.ims != nil {
		l.ims.serviceRoute = e.ServiceRoute
	}
	l.route = l.preloaded(e.ServiceRoute)
	l.status.State, l.status.Text, l.status.Status, l.status.Retry = "registered", "", 200, nil
	l.status.Expires, l.status.Contact = int(e.Expires/time.Second), l.contact
	l.status.Flow, l.status.Identities = l.flow.String(), e.Associated
	if l.ims != nil {
		if e.First {
			l.ims.restarts = 0
		}
		l.subscribe(ctx, e.First)
	}
	if e.First {
		l.publish(ctx, Event{Type: "registered", Expires: l.status.Expires})
		return
	}
	l.publish(ctx, Event{Type: "refreshed", Expires: l.status.Expires})
}

func (l *lineActor) refused(ctx actor.Context, e reg.Refused) {
	l.status.State, l.status.Text, l.status.Status, l.status.Retry = "failed", e.Text, e.Status, &e.Retry
	l.publish(ctx, Event{Type: "failed", Status: e.Status, Text: e.Text})
}

func (l *lineActor) publish(ctx actor.Context, e Event) {
	e.Class, e.Account = "registration", l.account.Name
	l.snapshot(ctx)
	l.bus.publish(e)
	logEvent(l.log, e)
}

func (l *lineActor) snapshot(ctx actor.Context) { ctx.Send(ctx.Parent(), l.status) }

// requested takes a new server transaction: what belongs to a call goes to the
// call table, the rest is answered here.
func (l *lineActor) requested(ctx actor.Context, r requested) {
	switch method := r.msg.Method(); {
	case l.notified(ctx, r):
	case method == sip.INVITE || r.msg.ToTag() != "" || method == sip.BYE || method == sip.PRACK || method == sip.UPDATE:
		ctx.Send(l.calls, incoming{requested: r, line: ctx.Self(), account: l.account})
	case method == sip.OPTIONS:
		respond(ctx, r, l.describe(r.msg, 200))
	case method == sip.SUBSCRIBE || method == sip.NOTIFY || method == sip.PUBLISH:
		d := sip.NewResponse(r.msg, 489, "")
		respond(ctx, r, d)
	default:
		respond(ctx, r, l.describe(r.msg, 405))
	}
}

// describe says what we can do (RFC 3261 §11.2, §8.2.1).
func (l *lineActor) describe(req *sip.Message, status int) *sip.Draft {
	d := sip.NewResponse(req, status, "")
	d.Add(sip.HAllow, "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, OPTIONS")
	d.Add(sip.HAccept, "application/sdp")
	d.Add(sip.HSupported, "100rel, timer")
	return d
}
