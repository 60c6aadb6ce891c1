package actors

import (
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net/netip"
	"strings"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/reg"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// planCall tells a call how to leave: on the registration's flow, or, for a
// line that doesn't register, on whatever flow leads to the callee.
func (l *lineActor) planCall(ctx actor.Context, msg planCall) {
	uri, err := completeURI(msg.uri, l.account.AOR)
	if err != nil {
		ctx.Send(msg.owner, planned{err: err})
		return
	}
	msg.uri = uri
	switch {
	case l.core == nil:
		l.ref++
		l.plans[l.ref] = msg
		hop := uri
		if len(l.route) > 0 {
			hop = l.hop()
		}
		ctx.Send(l.transport, findFlow{owner: ctx.Self(), ref: l.ref, hop: hop})
	case l.status.State == "registered" || !l.core.Expires().IsZero():
		ctx.Send(msg.owner, l.plan(uri, l.contact, l.flow.Local.Addr()))
	default:
		why := l.status.Text
		if why == "" {
			why = "it is " + l.status.State
		}
		ctx.Send(msg.owner, planned{err: fmt.Errorf("account %s is not registered: %s", l.account.Name, why)})
	}
}

// planIncoming is the same for a call that has come in: we are reached by the
// registered contact, else by the address that the INVITE found us at.
func (l *lineActor) planIncoming(ctx actor.Context, msg planIncoming) {
	contact := l.contact
	if contact == "" || msg.flow != l.flow && !l.account.secured() {
		contact = l.contactURI(msg.flow.Proto, msg.flow.Local)
	}
	ctx.Send(msg.owner, l.plan("", contact, msg.flow.Local.Addr()))
}

func (l *lineActor) flowFound(ctx actor.Context, msg flowFound) {
	if msg.ref == registrationRef {
		if msg.err != nil && l.nextPCSCF() {
			ctx.Send(l.transport, findFlow{owner: ctx.Self(), ref: registrationRef, hop: l.hop()})
			return
		}
		if msg.err != nil {
			l.step(ctx, reg.NoFlow{Err: msg.err})
			return
		}
		l.flow = msg.flow
		l.step(ctx, reg.FlowReady{Contacts: []string{l.contactURI(msg.flow.Proto, msg.at)}})
		return
	}
	p, ok := l.plans[msg.ref]
	delete(l.plans, msg.ref)
	switch {
	case !ok:
	case msg.err != nil:
		ctx.Send(p.owner, planned{err: fmt.Errorf("%s can't be reached: %w", p.uri, msg.err)})
	default:
		ctx.Send(p.owner, l.plan(p.uri, l.contactURI(msg.flow.Proto, msg.at), msg.flow.Local.Addr()))
	}
}

func (l *lineActor) plan(uri, contact string, media netip.Addr) planned {
	from := sip.Address{Display: l.account.Display}
	from.URI, _ = sip.ParseURI(l.identity()) // which the configuration or the registration has checked
	return planned{
		uri: uri, transport: l.transport, media: media.Unmap(),
		trusted: l.account.secured(), // as is all that comes over the SAs
		config: call.Config{
			Dialog: dialog.Config{
				Contact:   "<" + contact + ">" + l.contactParams(),
				UserAgent: l.UserAgent, Timers: l.account.dialogTimers(), Extra: l.extra(),
				SessionExpires: l.account.SessionExpires,
				Token:          newToken,
				Random:         mathrand.IntN,
				Authorize:      l.agent.authorize,
			},
			From: from.String(), Preferred: l.preferred(), Fields: l.serviceFields(),
			Route: l.callRoute(), MaxRedirects: 5,
		},
	}
}

// contactURI is how others reach us at an address and transport.
func (l *lineActor) contactURI(proto transport.Proto, at netip.AddrPort) string {
	user := ""
	if u, err := sip.ParseURI(l.account.AOR); err == nil && u.User != "" {
		user = u.User + "@"
	}
	uri := "sip:" + user + netip.AddrPortFrom(at.Addr().Unmap().WithZone(""), at.Port()).String()
	if proto != transport.UDP {
		uri += ";transport=" + proto.Param()
	}
	return uri
}

// completeURI makes a full URI out of what a user types: "bob" and "+1 555-0001"
// are at the account's own domain. The visual separators of numbers are dropped
// (RFC 3966 §5.1.1).
func completeURI(s, aor string) (string, error) {
	s = plainNumber(strings.TrimSpace(s))
	full := s
	if !hasScheme(s) {
		full = "sip:" + s
		if !strings.Contains(s, "@") {
			home, err := sip.ParseURI(aor)
			if err != nil {
				return "", err
			}
			full = "sip:" + s + "@" + home.HostPort()
		}
	}
	u, err := sip.ParseURI(full)
	if err != nil {
		return "", fmt.Errorf("%q can't be called: %w", s, err)
	}
	switch strings.ToLower(u.Scheme) {
	case "sip", "sips":
		if u.Host != "" {
			return full, nil
		}
	case "tel":
		return full, nil
	}
	return "", fmt.Errorf("%q can't be called: give sip:user@host, tel:+number, or a name at your own domain", s)
}

// plainNumber drops the visual separators of a number, with tel: or without.
func plainNumber(s string) string {
	if number, ok := call.Number(s); ok {
		return number
	}
	scheme, rest, _ := strings.Cut(s, ":")
	written, _, _ := strings.Cut(rest, ";")
	number, ok := call.Number(written)
	if !ok || !strings.EqualFold(scheme, "tel") {
		return s
	}
	return scheme + ":" + number + rest[len(written):]
}

func hasScheme(s string) bool {
	scheme, _, ok := strings.Cut(s, ":")
	switch strings.ToLower(scheme) {
	case "sip", "sips", "tel", "urn", "http", "https", "mailto":
		return ok
	}
	return false
}

// looseRoute adds ;lr to a proxy's URI (RFC 3261 §19.1.1).
func looseRoute(uri string) string {
	u, err := sip.ParseURI(uri)
	if err != nil || u.Params.Has("lr") {
		return uri
	}
	u.Params = u.Params.With("lr", "")
	return u.String()
}

// sameHop tells whether a route entry and a URI name the same host and port.
func sameHop(route, uri string) bool {
	a, err1 := sip.ParseAddress(route)
	b, err2 := sip.ParseURI(uri)
	return err1 == nil && err2 == nil && strings.EqualFold(a.URI.Host, b.Host) && a.URI.Port == b.Port
}

// newToken gives 26 characters of 128 random bits, for tags, branches and
// Call-IDs.
func newToken() string { return strings.ToLower(rand.Text()) }

// authorizer shares an account's digest agent between its calls' dialogs, each
// an actor of its own.
type authorizer struct {
	mu    sync.Mutex
	agent *digest.Agent
	// answered are the requests that were given credentials lately: the next
	// challenge to one of them means that the credentials are wrong.
	answered [32]answeredRequest
	next     int
}

type answeredRequest struct {
	callID string
	cseq   sip.CSeq
}

func newAuthorizer(user, password string) *authorizer {
	return &authorizer{agent: digest.NewAgent(user, password, newToken)}
}

// authorize is dialog.Config's Authorize.
func (a *authorizer) authorize(method, uri, body string, resp *sip.Message) ([]sip.Field, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	header, lines := sip.HAuthorization, resp.Lines(sip.HWWWAuthenticate)
	if resp.Status() == 407 {
		header, lines = sip.HProxyAuthorization, resp.Lines(sip.HProxyAuthenticate)
	}
	req := digest.Request{Method: method, URI: uri, Body: body}
	values, err := a.agent.Answer(lines, req, a.attempts(resp))
	if err != nil {
		return nil, false
	}
	fields := make([]sip.Field, len(values))
	for i, v := range values {
		fields[i] = sip.Field{ID: header, Value: v}
	}
	return fields, true
}

// attempts tells how often the request behind a challenge was challenged
// before: each retry has the next CSeq.
func (a *authorizer) attempts(resp *sip.Message) int {
	cseq, err := resp.CSeq()
	if err != nil {
		return 0
	}
	before := answeredRequest{resp.CallID(), sip.CSeq{Seq: cseq.Seq - 1, Method: cseq.Method}}
	n := 0
	for _, r := range a.answered {
		if r == before {
			n = 1
		}
	}
	a.answered[a.next] = answeredRequest{resp.CallID(), cseq}
	a.next = (a.next + 1) % len(a.answered)
	return n
}
