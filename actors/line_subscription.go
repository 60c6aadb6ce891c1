package actors

import (
	"strings"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/event"
	"github.com/imsphone/imsphone/protocol/regevent"
	"github.com/imsphone/imsphone/protocol/sip"
)

// subscribe asks to be told what becomes of the registration, anew with each
// registration from the beginning: the former subscription's dialog went with
// the SAs.
func (l *lineActor) subscribe(ctx actor.Context, first bool) {
	route := l.callRoute()
	l.ims.route.Store(&route)
	if !first {
		return
	}
	l.unsubscribe(ctx)
	routes, identity := &l.ims.route, l.sipIdentity()
	cfg := event.Config{
		Package: "reg", Accept: regevent.ContentType, URI: identity, From: identity,
		Contact: "<" + l.contact + ">" + l.contactParams(), Expires: l.account.Expires, UserAgent: l.UserAgent,
		Route: func() []string { return *routes.Load() }, Authorize: l.agent.authorize, NewToken: newToken,
	}
	preferred := sip.Field{ID: sip.HPPreferredIdentity, Value: l.preferred()}
	extra := l.extra()
	cfg.Fields = func() []sip.Field {
		fields := []sip.Field{preferred}
		if extra != nil {
			fields = append(fields, extra(string(sip.SUBSCRIBE))...)
		}
		return fields
	}
	env, log, transport, contact := l.env, l.log, l.transport, l.contact
	l.ims.subscription = spawn(ctx, func() actor.Actor { return newSubscriptionActor(env, log, transport, contact, cfg) }, "subscription")
}

// resubscribe starts a subscription that has failed again.
type resubscribe struct{}

// subscriptionFailed makes a subscription that has failed anew, after a pause
// that grows as it keeps failing.
func (l *lineActor) subscriptionFailed(ctx actor.Context) {
	l.counters.panics.Add(1)
	l.log.Error().Msg("the subscription to the registration's state failed: starting it again")
	l.ims.subscription = nil
	after(ctx, restartDelay(l.ims.restarts), resubscribe{})
	l.ims.restarts++
}

// resubscribe does so unless the registration has ended meanwhile, or was made
// anew and has its own.
func (l *lineActor) resubscribe(ctx actor.Context) {
	if l.ims.subscription == nil && !l.stopping && !l.core.Expires().IsZero() {
		l.subscribe(ctx, true)
	}
}

// terminated hears from the subscription that the network has ended the
// registration, and the subscription with it. What a former one said is late.
func (l *lineActor) terminated(ctx actor.Context, msg terminated) {
	if !msg.subscription.Equal(l.ims.subscription) {
		l.counters.unexpected.Add(1)
		return
	}
	l.unsubscribe(ctx)
	l.step(ctx, msg.event)
}

func (l *lineActor) unsubscribe(ctx actor.Context) {
	if l.ims != nil && l.ims.subscription != nil {
		ctx.Stop(l.ims.subscription)
		l.ims.subscription = nil
	}
}

// notified passes a NOTIFY on to the subscription that it may be of.
func (l *lineActor) notified(ctx actor.Context, r requested) bool {
	if l.ims == nil || l.ims.subscription == nil || r.msg.Method() != sip.NOTIFY {
		return false
	}
	name, _, _ := strings.Cut(r.msg.Get(sip.HEvent), ";")
	if !strings.EqualFold(strings.TrimSpace(name), "reg") {
		return false
	}
	ctx.Send(l.ims.subscription, r)
	return true
}
