package call_test

import (
	"time"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/call/calltest"
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sip"
)

const (
	alice = "192.0.2.1:5060"
	bob   = "192.0.2.2:5060"
	carol = "192.0.2.3:5060"
	relay = "192.0.2.9:5060"
)

// scenario is one call flow. It plays against a fresh lab; the test hangs up
// what is left at its end.
type scenario struct {
	name string
	play func(*calltest.Lab)
}

// scenarios are played three ways: for their golden ladders, for leaks, and
// with each of their effects failing.
func scenarios() []scenario {
	return []scenario{
		{"basic", basic},
		{"callee-hangs-up", calleeHangsUp},
		{"proxy", viaProxy},
		{"strict-router", strictRouter},
		{"fork-early-dialogs", forkEarlyDialogs},
		{"fork-double-200", forkDouble200},
		{"fork-double-200-crossing", forkDouble200Held},
		{"prack", prack},
		{"prack-lost-183", prackLost},
		{"prack-never", prackNever},
		{"update-early", updateEarly},
		{"update-glare", updateGlare},
		{"early-media-unreliable", earlyMedia},
		{"hold-resume", holdResume},
		{"hold-both", holdBoth},
		{"glare", glare},
		{"bye-during-reinvite", byeDuringReinvite},
		{"bye-crossing", byeCrossing},
		{"cancel-before-ringing", cancelBeforeRinging},
		{"cancel-after-ringing", cancelAfterRinging},
		{"cancel-200-race", cancelRace},
		{"cancel-unanswered", cancelUnanswered},
		{"lost-ack", lostAck},
		{"no-ack-at-all", noAck},
		{"lost-bye", lostBye},
		{"lost-200", lost200},
		{"no-answer", noAnswer},
		{"unreachable", unreachable},
		{"session-refresh", sessionRefresh},
		{"session-expiry", sessionExpiry},
		{"session-422", session422},
		{"challenge-407", challenge407},
		{"challenge-in-dialog", challengeInDialog},
		{"wrong-password", wrongPassword},
		{"late-offer", lateOffer},
		{"late-offer-prack", lateOfferPrack},
		{"redirect", redirect},
		{"busy", busy},
		{"declined", declined},
		{"no-common-codec", noCommonCodec},
		{"private-caller", privateCaller},
		{"waiting", waiting},
		{"info", info},
		{"video", videoCall},
		{"video-refused", videoRefused},
		{"video-added", videoAdded},
		{"video-dropped", videoDropped},
		{"video-answered", videoAnswered},
		{"video-glare", videoGlare},
		{"video-hold", videoHold},
		{"video-early", videoEarly},
	}
}

func two(l *calltest.Lab) (a, b *calltest.Phone) {
	return l.Phone("alice", alice), l.Phone("bob", bob)
}

// up brings a call from a to b up.
func up(l *calltest.Lab, a, b *calltest.Phone) {
	a.Dial(b.URI())
	l.Run(time.Second)
	b.Do(call.Answer{})
	l.Run(time.Second)
}

func basic(l *calltest.Lab) {
	a, b := two(l)
	up(l, a, b)
	a.Do(call.Hangup{})
}

func calleeHangsUp(l *calltest.Lab) {
	a, b := two(l)
	up(l, a, b)
	b.Do(call.Hangup{})
}

// proxied makes phones that call through a proxy which forks "sip:home" to all
// but the first.
func proxied(l *calltest.Lab, names ...string) (*calltest.Proxy, []*calltest.Phone) {
	addresses := []string{alice, bob, carol}
	var phones []*calltest.Phone
	proxy := l.Proxy("proxy", relay, func(uri string) []string {
		if uri != "sip:home@example.com" {
			return []string{uri}
		}
		var targets []string
		for _, p := range phones[1:] {
			targets = append(targets, p.URI())
		}
		return targets
	})
	for i, name := range names {
		p := l.Phone(name, addresses[i])
		p.Config.Route = []string{proxy.Route()}
		phones = append(phones, p)
	}
	return proxy, phones
}

func viaProxy(l *calltest.Lab) {
	_, p := proxied(l, "alice", "bob")
	p[0].Dial("sip:home@example.com")
	l.Run(time.Second)
	p[1].Do(call.Answer{})
	l.Run(time.Second)
	p[1].Do(call.Hangup{})
}

func strictRouter(l *calltest.Lab) {
	proxy, p := proxied(l, "alice", "bob")
	proxy.Strict = true
	p[0].Dial("sip:home@example.com")
	l.Run(time.Second)
	p[1].Do(call.Answer{})
	l.Run(time.Second)
	p[0].Do(call.Hold{})
	l.Run(time.Second)
	p[1].Do(call.Hangup{})
}

func forkEarlyDialogs(l *calltest.Lab) {
	_, p := proxied(l, "alice", "bob", "carol")
	p[0].Dial("sip:home@example.com")
	l.Run(time.Second)
	p[1].Do(call.Progress{})
	l.Run(time.Second)
	p[2].Do(call.Progress{})
	l.Run(time.Second)
	p[1].Do(call.Answer{})
	l.Run(time.Second)
	p[0].Do(call.Hangup{})
}

func forkDouble200(l *calltest.Lab) {
	proxy, p := proxied(l, "alice", "bob", "carol")
	proxy.KeepLosers = true
	p[0].Dial("sip:home@example.com")
	l.Run(time.Second)
	p[1].Do(call.Answer{})
	l.Run(time.Second)
	p[2].Do(call.Answer{})
	l.Run(2 * time.Second)
	p[0].Do(call.Hangup{})
}

// forkDouble200Held has both answer in the same instant, without ringing.
func forkDouble200Held(l *calltest.Lab) {
	_, p := proxied(l, "alice", "bob", "carol")
	for _, x := range p[1:] {
		x.OnCall = func(line *calltest.Line) { line.Do(call.Answer{}) }
	}
	p[0].Dial("sip:home@example.com")
	l.Run(2 * time.Second)
	p[0].Do(call.Hangup{})
}

func prack(l *calltest.Lab) {
	a, b := two(l)
	a.Config.Dialog.RequireReliable = true
	a.Dial(b.URI())
	l.Run(time.Second)
	b.Do(call.Progress{})
	l.Run(time.Second)
	b.Do(call.Answer{})
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

func prackLost(l *calltest.Lab) {
	a, b := two(l)
	b.OnCall = func(line *calltest.Line) {
		line.Do(call.Ring{})
		line.Do(call.Progress{})
	}
	l.DropNext(2, "SIP/2.0 183")
	l.DropNext(1, "PRACK")
	a.Dial(b.URI())
	l.Run(600 * time.Millisecond)
	b.Do(call.Answer{})
	l.Run(6 * time.Second)
	a.Do(call.Hangup{})
}

func prackNever(l *calltest.Lab) {
	a, b := two(l)
	l.DropNext(1000, "PRACK")
	a.Dial(b.URI())
	l.Run(40 * time.Second)
}

func updateEarly(l *calltest.Lab) {
	a, b := two(l)
	a.Dial(b.URI())
	l.Run(time.Second)
	b.Do(call.Progress{})
	l.Run(time.Second)
	local := calltest.OtherLocal(b.Local)
	l.Note("bob changes his port before he answers")
	b.Do(call.Modify{Local: &local})
	l.Run(time.Second)
	b.Do(call.Answer{})
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

// updateGlare has both sides send UPDATE with an offer at once.
func updateGlare(l *calltest.Lab) {
	a, b := two(l)
	a.Dial(b.URI())
	l.Run(time.Second)
	b.Do(call.Progress{})
	l.Run(time.Second)
	for _, p := range []*calltest.Phone{a, b} {
		local := calltest.OtherLocal(p.Local)
		p.Do(call.Modify{Local: &local})
	}
	l.Run(8 * time.Second)
	b.Do(call.Answer{})
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

func earlyMedia(l *calltest.Lab) {
	a, b := two(l)
	l.Without100rel(a)
	a.Dial(b.URI())
	l.Run(time.Second)
	b.Do(call.Progress{})
	l.Run(time.Second)
	b.Do(call.Answer{})
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

func holdResume(l *calltest.Lab) {
	a, b := two(l)
	up(l, a, b)
	a.Do(call.Hold{})
	l.Run(time.Second)
	a.Do(call.Resume{})
	l.Run(time.Second)
	b.Do(call.Hangup{})
}

func holdBoth(l *calltest.Lab) {
	a, b := two(l)
	up(l, a, b)
	a.Do(call.Hold{})
	l.Run(time.Second)
	b.Do(call.Hold{})
	l.Run(time.Second)
	a.Do(call.Resume{})
	l.Run(time.Second)
	b.Do(call.Resume{})
	l.Run(time.Second)
	b.Do(call.Hangup{})
}

func glare(l *calltest.Lab) {
	a, b := two(l)
	up(l, a, b)
	a.Do(call.Hold{})
	b.Do(call.Hold{})
	l.Run(6 * time.Second)
	b.Do(call.Hangup{})
}

func byeDuringReinvite(l *calltest.Lab) {
	a, b := two(l)
	up(l, a, b)
	l.DropNext(3, "SIP/2.0 200 OK")
	a.Do(call.Hold{})
	l.Run(200 * time.Millisecond)
	a.Do(call.Hangup{})
	l.Run(time.Second)
}

func byeCrossing(l *calltest.Lab) {
	a, b := two(l)
	up(l, a, b)
	a.Do(call.Hangup{})
	b.Do(call.Hangup{})
}

func cancelBeforeRinging(l *calltest.Lab) {
	a, b := two(l)
	b.OnCall = func(*calltest.Line) {}
	a.Dial(b.URI())
	a.Do(call.Hangup{})
	l.Run(time.Second)
}

func cancelAfterRinging(l *calltest.Lab) {
	a, b := two(l)
	a.Dial(b.URI())
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

func cancelRace(l *calltest.Lab) {
	a, b := two(l)
	a.Dial(b.URI())
	l.Run(time.Second)
	l.Note("bob answers while alice hangs up")
	b.Do(call.Answer{})
	a.Do(call.Hangup{})
}

// cancelUnanswered loses everything that bob says after he has rung.
func cancelUnanswered(l *calltest.Lab) {
	a, b := two(l)
	a.Dial(b.URI())
	l.Run(time.Second)
	l.Silence(b)
	a.Do(call.Hangup{})
}

func lostAck(l *calltest.Lab) {
	a, b := two(l)
	l.DropNext(2, "ACK ")
	up(l, a, b)
	l.Run(3 * time.Second)
	a.Do(call.Hangup{})
}

func noAck(l *calltest.Lab) {
	a, b := two(l)
	l.DropNext(1000, "ACK ")
	up(l, a, b)
	l.Run(40 * time.Second)
}

func lostBye(l *calltest.Lab) {
	a, b := two(l)
	up(l, a, b)
	l.DropNext(3, "BYE ")
	a.Do(call.Hangup{})
}

func lost200(l *calltest.Lab) {
	a, b := two(l)
	l.DropNext(2, "SIP/2.0 200 OK")
	up(l, a, b)
	l.Run(3 * time.Second)
	a.Do(call.Hangup{})
}

func noAnswer(l *calltest.Lab) {
	a, b := two(l)
	a.Config.RingTimeout = 20 * time.Second
	a.Dial(b.URI())
	l.Run(30 * time.Second)
}

func unreachable(l *calltest.Lab) {
	a := l.Phone("alice", alice)
	a.Dial("sip:nobody@192.0.2.99")
	l.Run(40 * time.Second)
}

func sessionRefresh(l *calltest.Lab) {
	a, b := two(l)
	a.Config.Dialog.SessionExpires = 120 * time.Second
	up(l, a, b)
	l.Run(150 * time.Second)
	a.Do(call.Hangup{})
}

func sessionExpiry(l *calltest.Lab) {
	a, b := two(l)
	a.Config.Dialog.SessionExpires = 120 * time.Second
	up(l, a, b)
	l.Note("alice is gone")
	l.Silence(a)
	l.Run(120 * time.Second)
}

func session422(l *calltest.Lab) {
	a, b := two(l)
	a.Config.Dialog.SessionExpires = 120 * time.Second
	b.Config.Dialog.MinSE = 300 * time.Second
	up(l, a, b)
	a.Do(call.Hangup{})
}

// credentials answer any challenge that isn't a second one.
func credentials(p *calltest.Phone, good bool) {
	p.Config.Dialog.Authorize = func(method, uri, body string, resp *sip.Message) ([]sip.Field, bool) {
		header := sip.HProxyAuthorization
		if resp.Status() == 401 {
			header = sip.HAuthorization
		}
		return []sip.Field{{ID: header, Value: `Digest username="alice", response="x"`}}, good
	}
}

func challenging(status int, methods ...sip.Method) func(*sip.Message) int {
	return func(m *sip.Message) int {
		for _, x := range methods {
			if m.Method() == x && !m.Has(sip.HProxyAuthorization) && !m.Has(sip.HAuthorization) {
				return status
			}
		}
		return 0
	}
}

func challenge407(l *calltest.Lab) {
	proxy, p := proxied(l, "alice", "bob")
	proxy.Challenge = challenging(407, sip.INVITE)
	credentials(p[0], true)
	p[0].Dial("sip:home@example.com")
	l.Run(time.Second)
	p[1].Do(call.Answer{})
	l.Run(time.Second)
	p[0].Do(call.Hangup{})
}

func challengeInDialog(l *calltest.Lab) {
	proxy, p := proxied(l, "alice", "bob")
	credentials(p[0], true)
	p[0].Dial("sip:home@example.com")
	l.Run(time.Second)
	p[1].Do(call.Answer{})
	l.Run(time.Second)
	proxy.Challenge = challenging(401, sip.INVITE, sip.BYE)
	p[0].Do(call.Hold{})
	l.Run(time.Second)
	p[0].Do(call.Hangup{})
}

func wrongPassword(l *calltest.Lab) {
	proxy, p := proxied(l, "alice", "bob")
	proxy.Challenge = challenging(407, sip.INVITE)
	credentials(p[0], false)
	p[0].Dial("sip:home@example.com")
	l.Run(time.Second)
}

func late(d *call.Dial) { d.LateOffer = true }

func lateOffer(l *calltest.Lab) {
	a, b := two(l)
	l.Without100rel(a)
	a.Dial(b.URI(), late)
	l.Run(time.Second)
	b.Do(call.Answer{})
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

func lateOfferPrack(l *calltest.Lab) {
	a, b := two(l)
	a.Dial(b.URI(), late)
	l.Run(time.Second)
	b.Do(call.Answer{})
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

func redirect(l *calltest.Lab) {
	a, b := two(l)
	c := l.Phone("carol", carol)
	a.Config.MaxRedirects = 3
	a.Dial(b.URI())
	l.Run(time.Second)
	b.Do(call.Reject{Status: 302, Fields: []sip.Field{{ID: sip.HContact, Value: "<" + b.URI() + ">;q=1, <" + c.URI() + ">;q=0.5"}}})
	l.Run(time.Second)
	c.Do(call.Answer{})
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

func busy(l *calltest.Lab) {
	a, b := two(l)
	b.OnCall = func(line *calltest.Line) { line.Do(call.Reject{Status: 486}) }
	a.Dial(b.URI())
	l.Run(time.Second)
}

func declined(l *calltest.Lab) {
	a, b := two(l)
	a.Dial(b.URI())
	l.Run(time.Second)
	b.Do(call.Hangup{})
	l.Run(time.Second)
}

func noCommonCodec(l *calltest.Lab) {
	a, b := two(l)
	b.Local = calltest.ForeignLocal(b.Local)
	a.Dial(b.URI())
	l.Run(time.Second)
}

func privateCaller(l *calltest.Lab) {
	a, b := two(l)
	a.Config.Preferred = "<tel:+15550001>"
	a.Dial(b.URI(), func(d *call.Dial) { d.Private = true })
	l.Run(time.Second)
	a.Do(call.Hangup{})
}

func waiting(l *calltest.Lab) {
	a, b := two(l)
	c := l.Phone("carol", carol)
	up(l, a, b)
	c.Dial(b.URI())
	l.Run(time.Second)
	l.Note("bob puts alice on hold and takes carol's call")
	if len(b.Lines) == 2 {
		b.Lines[0].Do(call.Hold{})
		l.Run(time.Second)
		b.Lines[1].Do(call.Answer{})
		l.Run(time.Second)
	}
	a.Do(call.Hangup{})
	c.Do(call.Hangup{})
}

func info(l *calltest.Lab) {
	a, b := two(l)
	b.Config.Dialog.HandUp = []string{"INFO"}
	up(l, a, b)
	ask := dialog.Ask{Ref: 7, Method: "INFO", ContentType: "application/dtmf-relay", Body: "Signal=5\r\nDuration=160\r\n"}
	a.Do(call.Ask{Ask: ask})
	l.Run(time.Second)
	b.ReplyAll(200)
	l.Run(time.Second)
	b.Do(call.Ask{Ask: ask})
	l.Run(time.Second)
	a.Do(call.Hangup{})
}
