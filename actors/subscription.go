package actors

import (
	"fmt"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/protocol/event"
	"github.com/imsphone/imsphone/protocol/reg"
	"github.com/imsphone/imsphone/protocol/regevent"
	"github.com/imsphone/imsphone/protocol/sip"
)

// subscriptionActor keeps a line's subscription to the state of its own
// registration (RFC 3680, TS 24.229 §5.1.1.3), and tells the Line when the
// network has ended it.
type subscriptionActor struct {
	*env
	log       zerolog.Logger
	transport *actor.PID
	contact   sip.URI // that we registered

	core  *event.Subscription
	alarm alarm
	fx    []event.Effect
	// origin is of the NOTIFY that is being taken.
	origin requested
	// over: the Line was told that the registration has ended, so that the
	// subscription's own end is nothing to warn of.
	over bool
}

// terminated tells a Line that the network has ended its registration.
type terminated struct {
	subscription *actor.PID // who says so
	event        reg.Terminated
}

func newSubscriptionActor(e *env, log zerolog.Logger, transport *actor.PID, contact string, cfg event.Config) *subscriptionActor {
	s := &subscriptionActor{env: e, log: log, transport: transport, core: event.New(cfg)}
	s.contact, _ = sip.ParseURI(contact) // our own
	return s
}

func (s *subscriptionActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		s.step(ctx, event.Start{})
	case *actor.Stopped:
		s.alarm.stop()
	case transportChanged:
		s.transport = msg.transport
	case tick:
		s.alarm.rung()
		s.step(ctx, event.Tick{})
	case responded:
		s.step(ctx, event.Response{Key: msg.key, Msg: msg.msg})
	case unanswered:
		s.step(ctx, event.Failed{Key: msg.key, Err: msg.err})
	case requested:
		s.origin = msg
		s.step(ctx, event.Notify{Msg: msg.msg})
	}
}

func (s *subscriptionActor) step(ctx actor.Context, in event.Input) {
	fx := s.core.Step(time.Now(), in, s.fx[:0])
	s.fx = nil
	for _, effect := range fx {
		s.perform(ctx, effect)
	}
	s.fx = fx
	s.alarm.set(ctx, s.core.Next())
}

func (s *subscriptionActor) perform(ctx actor.Context, effect event.Effect) {
	switch e := effect.(type) {
	case event.Request:
		ctx.Send(s.transport, sendRequest{owner: ctx.Self(), key: e.Key, draft: e.Draft, hop: e.Hop})
	case event.Answer:
		respond(ctx, s.origin, e.Draft)
	case event.News:
		s.news(ctx, e)
	case event.Lost:
		if !s.over {
			s.log.Warn().Time("retry", e.Retry).Msg("not told of the registration's state: " + e.Text)
		}
	case event.Unexpected:
		s.counters.unexpected.Add(1)
	}
}

// news reads what the network says of our registration.
func (s *subscriptionActor) news(ctx actor.Context, n event.News) {
	doc, err := regevent.Parse(n.Body)
	if err != nil {
		s.counters.malformed.Add(1)
		s.log.Warn().Err(err).Msg("can't read what the network says of the registration")
		return
	}
	if v := doc.Judge(s.ours); v.Fate != regevent.Stands {
		s.over = true
		ctx.Send(ctx.Parent(), terminated{ctx.Self(), ended(v)})
	}
}

// ours recognises our contact by user, host and port: registrars add parameters
// of their own.
func (s *subscriptionActor) ours(uri string) bool {
	u, err := sip.ParseURI(uri)
	return err == nil && u.User == s.contact.User && strings.EqualFold(u.Host, s.contact.Host) && u.Port == s.contact.Port
}

// ended puts a verdict in words and in what the registration has to do.
func ended(v regevent.Verdict) reg.Terminated {
	switch {
	case v.Fate == regevent.Rejoin && v.Event == "":
		return reg.Terminated{Rejoin: true, Text: "the network ended the registration without saying why"}
	case v.Fate == regevent.Rejoin:
		return reg.Terminated{Rejoin: true, Text: fmt.Sprintf("the network asked for a new registration (%s)", v.Event)}
	case v.Fate == regevent.Later:
		return reg.Terminated{After: v.RetryAfter, Text: fmt.Sprintf("the network ended the registration for a while (%s)", v.Event)}
	}
	return reg.Terminated{Text: fmt.Sprintf("the network ended the registration (%s): ask its operator why", v.Event)}
}
