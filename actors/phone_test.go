package actors_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/call"
)

// pair starts alice and bob on a network without sound.
func pair(t *testing.T, edit ...func(*actors.Config)) (alice, bob *party) {
	net := simnet.New()
	net.Deaf = true
	return newParty(t, net, "alice", aliceAddr, edit...), newParty(t, net, "bob", bobAddr, edit...)
}

func TestCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := pair(t)
		id := alice.dial(at("bob", bobAddr))
		alice.wantCalls(call.RingingOut)
		bob.wantCalls(call.RingingIn)
		if got := bob.call(); got.Remote != "sip:alice@10.0.0.1" || got.Direction != "incoming" {
			t.Errorf("bob's call is %+v", got)
		}

		bob.do(bob.Answer, "")
		alice.wantCalls(call.Active)
		bob.wantCalls(call.Active)
		pass(10 * time.Second)
		if got := alice.call(); got.Seconds != 10 || got.Call != id || got.Direction != "outgoing" {
			t.Errorf("alice's call is %+v", got)
		}

		alice.do(alice.Hangup, id)
		alice.wantCalls()
		bob.wantCalls()
		alice.wantTold("call", "dialing", "ringing", "answered", "ended")
		bob.wantTold("call", "incoming", "answered", "ended")
		if e := bob.last("ended"); e.ReasonName != "terminated" {
			t.Errorf("bob's call ended by %s", e.ReasonName)
		}
	})
}

func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := pair(t)
		id := talk(alice, bob, at("bob", bobAddr))
		alice.do(alice.Hold, "")
		alice.wantCalls(call.Held)
		bob.wantCalls(call.Active)
		if !bob.call().PeerHolds {
			t.Error("bob doesn't know that he is on hold")
		}
		alice.do(alice.Resume, id)
		alice.wantCalls(call.Active)
		if bob.call().PeerHolds {
			t.Error("bob thinks that he is still on hold")
		}
		bob.do(bob.Hangup, "")
		alice.wantTold("call", "dialing", "ringing", "answered", "held", "resumed", "ended")
		bob.wantTold("call", "incoming", "answered", "peer-held", "peer-resumed", "ended")
	})
}

func TestReject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := pair(t)
		alice.dial(at("bob", bobAddr))
		bob.do(bob.Hangup, "")
		if e := alice.last("ended"); e.Status != 603 || e.ReasonName != "refused-or-busy" {
			t.Errorf("alice's call ended with %d, %s", e.Status, e.ReasonName)
		}
		alice.wantCalls()
		bob.wantCalls()
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := pair(t)
		id := alice.dial(at("bob", bobAddr))
		alice.do(alice.Hangup, id)
		alice.wantCalls()
		bob.wantCalls()
		bob.wantTold("call", "incoming", "ended")
	})
}

func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		net.Deaf = true
		alice := newParty(t, net, "alice", aliceAddr)
		bob := newParty(t, net, "bob", bobAddr, func(c *actors.Config) { c.MaxCalls = 1 })
		carol := newParty(t, net, "carol", carolAddr)
		talk(alice, bob, at("bob", bobAddr))
		carol.dial(at("bob", bobAddr))
		if e := carol.last("ended"); e.Status != 486 {
			t.Errorf("carol's call ended with %d", e.Status)
		}
		if _, err := bob.Dial(t.Context(), "", at("carol", carolAddr)); err == nil {
			t.Error("bob may make a second call")
		}
		bob.wantCalls(call.Active)
	})
}

// A second call that is answered puts the first on hold.
func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		net.Deaf = true
		alice := newParty(t, net, "alice", aliceAddr)
		bob := newParty(t, net, "bob", bobAddr)
		carol := newParty(t, net, "carol", carolAddr)
		talk(alice, bob, at("bob", bobAddr))
		carol.dial(at("bob", bobAddr))
		bob.wantCalls(call.Active, call.Waiting)
		bob.do(bob.Answer, "")
		bob.wantCalls(call.Held, call.Active)
		if !alice.call().PeerHolds {
			t.Error("alice isn't on hold")
		}
		if err := bob.Hangup(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "name one of 1, 2") {
			t.Errorf("hanging up one of two calls: %v", err)
		}
		bob.do(bob.Hangup, "2")
		bob.do(bob.Resume, "")
		bob.wantCalls(call.Active)
	})
}

func TestUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, _ := pair(t)
		alice.dial("sip:nobody@10.9.9.9")
		pass(40 * time.Second)
		if e := alice.last("ended"); e.ReasonName != "error" && e.Status != 408 {
			t.Errorf("the call to nowhere ended with %d, %s, %q", e.Status, e.ReasonName, e.Text)
		}
		alice.dial("sip:bob@no-such-name.test")
		pass(40 * time.Second)
		if e := alice.last("ended"); !strings.Contains(e.Text, "can't be reached") {
			t.Errorf("the call to an unknown name ended with %q", e.Text)
		}
		alice.wantCalls()
	})
}

func TestCommandErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := pair(t)
		ctx := t.Context()
		dtmf := func(digits string) func(context.Context, string) error {
			return func(ctx context.Context, call string) error { return alice.DTMF(ctx, call, digits) }
		}
		check := func(what string, command func(context.Context, string) error, call, want string) {
			t.Helper()
			if err := command(ctx, call); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want …%s…", what, err, want)
			}
		}
		check("answer nothing", alice.Answer, "", "no call to answer")
		check("hang up nothing", alice.Hangup, "", "no call to hang up")
		check("digits into nothing", dtmf("1"), "", "no call to send digits to")
		check("unknown call", alice.Hangup, "7", `no call "7"`)

		id := alice.dial(at("bob", bobAddr))
		check("digits while ringing", dtmf("1"), id, "must be active")
		check("answer an outgoing call", alice.Answer, id, "nothing to answer")
		bob.do(bob.Answer, "")
		check("bad digit", dtmf("x"), "", "x")
		check("answer twice", alice.Answer, id, "nothing to answer")
		check("resume what isn't held", alice.Resume, "", "no call to resume")

		if _, err := alice.Dial(ctx, "work", "sip:bob@10.0.0.2"); err == nil || !strings.Contains(err.Error(), `no account "work"`) {
			t.Errorf("dial on an unknown account: %v", err)
		}
		if err := alice.Register(ctx, "work"); err == nil || !strings.Contains(err.Error(), "alice") {
			t.Errorf("register an unknown account: %v", err)
		}
		alice.dial("http://example.org")
		if e := alice.last("ended"); !strings.Contains(e.Text, "can't be called") {
			t.Errorf("a web page was called: %q", e.Text)
		}
	})
}

// Commands after the end get an error, and don't hang.
func TestStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := pair(t)
		talk(alice, bob, at("bob", bobAddr))
		alice.Stop(t.Context())
		pass(100 * time.Millisecond)
		bob.wantCalls()
		if _, err := alice.Status(t.Context()); err == nil {
			t.Error("a stopped phone has a status")
		}
		select {
		case <-alice.Died():
		default:
			t.Error("a stopped phone lives")
		}
	})
}

func TestCompleteURI(t *testing.T) {
	const aor = "sip:alice@example.org:5070"
	for _, test := range []struct{ in, want string }{
		{"bob", "sip:bob@example.org:5070"},
		{" bob ", "sip:bob@example.org:5070"},
		{"+15550001", "sip:+15550001@example.org:5070"},
		{"bob@host.test", "sip:bob@host.test"},
		{"sip:bob@host.test;transport=tcp", "sip:bob@host.test;transport=tcp"},
		{"SIPS:bob@host.test", "SIPS:bob@host.test"},
		{"sip:10.0.0.1", "sip:10.0.0.1"},
		{"tel:+15550001", "tel:+15550001"},
		{"+49 30 123 456", "sip:+4930123456@example.org:5070"},
		{"(030) 123-45/6", "sip:030123456@example.org:5070"},
		{"tel:+49 30 123;phone-context=a-b.c", "tel:+4930123;phone-context=a-b.c"},
		{"Tel:+1-201-555-0123", "Tel:+12015550123"},
		{"030 123@host.test", ""},
		{"bob-1", "sip:bob-1@example.org:5070"},
		{"10.0.0.1", "sip:10.0.0.1@example.org:5070"},
		{"sip:bob@[2001:db8::1]", "sip:bob@[2001:db8::1]"},
		{"", ""},
		{"sip:", ""},
		{"http://example.org", ""},
		{"mailto:bob@example.org", ""},
		{"bob smith", ""},
		{"bob@", ""},
		{"bob\r\nTo: eve", ""},
	} {
		got, err := actors.CompleteURI(test.in, aor)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%q: %q, %v", test.in, got, err)
		}
	}
}
