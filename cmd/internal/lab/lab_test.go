package lab_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// received tells whether the phone got a request of a method.
func (p *party) received(method string) bool {
	return slices.ContainsFunc(p.trace.Records(), func(r actors.TraceRecord) bool {
		return !r.Out && strings.HasPrefix(r.Raw, method+" ")
	})
}

// forked lets alice call bob, who has two devices.
func forked(t *testing.T) (alice, mobile, desk *party) {
	w := newWorld(t)
	alice = w.phone("alice", "wonder", aliceAddr)
	mobile, desk = w.phone("bob", "builder", bobAddr), w.phone("bob", "builder", deskAddr)
	alice.dial("bob")
	alice.want(call.RingingOut)
	mobile.want(call.RingingIn)
	desk.want(call.RingingIn)
	return alice, mobile, desk
}

func TestForkAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, mobile, desk := forked(t)
		desk.do(desk.Answer)
		alice.want(call.Active)
		desk.want(call.Active)
		mobile.want(call.Terminated)
		if !mobile.received("CANCEL") || desk.received("CANCEL") {
			t.Error("the CANCEL went to the wrong device")
		}
		alice.do(alice.Hangup)
		desk.want(call.Terminated)
	})
}

func TestForkDeclined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, mobile, desk := forked(t)
		mobile.do(mobile.Hangup) // 603 is everybody's (RFC 3261 §16.7 step 5)
		alice.want(call.Terminated)
		desk.want(call.Terminated)
		if !desk.received("CANCEL") {
			t.Error("the other device still rings")
		}
	})
}

func TestForkCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, mobile, desk := forked(t)
		alice.do(alice.Hangup)
		for _, p := range []*party{alice, mobile, desk} {
			p.want(call.Terminated)
		}
		if !mobile.received("CANCEL") || !desk.received("CANCEL") {
			t.Error("a device was not canceled")
		}
	})
}

func TestNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice := newWorld(t).phone("alice", "wonder", aliceAddr)
		for _, test := range []struct {
			uri    string
			status int
		}{
			{"carol", 480}, // has an account but no device
			{"mallory", 404},
			{"sip:bob@example.org", 404},
		} {
			if e := alice.ended(test.uri); e.Status != test.status {
				t.Errorf("%s: %d %q, want %d", test.uri, e.Status, e.Text, test.status)
			}
		}
	})
}

func TestWrongPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice := newWorld(t).phone("alice", "wrong", aliceAddr)
		a := alice.account()
		if a.State != "failed" || a.Status != 401 || a.Text == "" || a.Retry == nil {
			t.Errorf("the account is %+v", a)
		}
		if e := alice.ended("bob"); !strings.Contains(e.Text, "not registered") {
			t.Errorf("the call ended with %q", e.Text)
		}
	})
}

// An interval that is too brief is raised to what the registrar asks for.
func TestTooBrief(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice := newWorld(t).phone("alice", "wonder", aliceAddr, func(a *actors.AccountConfig) { a.Expires = 5 * time.Second })
		if a := alice.account(); a.State != "registered" || a.Expires != 10 {
			t.Errorf("the account is %+v", a)
		}
		pass(time.Hour)
		if a := alice.account(); a.State != "registered" {
			t.Errorf("an hour later the account is %+v", a)
		}
	})
}

// exchange sends a request from a host of its own, and gives the final
// responses.
func (w *world) exchange(req string) (statuses []int) {
	w.t.Helper()
	local := netip.MustParseAddrPort("10.0.0.50:5060")
	socket := w.net.Listen(local, func(in transport.Inbound) {
		if msg, err := sip.Parse(in.Data); err == nil && msg.Status() >= 200 {
			statuses = append(statuses, msg.Status())
		}
	})
	defer socket.Close()
	flow := transport.Flow{Local: local, Remote: w.server.Addr(), Proto: transport.UDP}
	if err := socket.Send(flow, []byte(strings.ReplaceAll(req, "\n", "\r\n"))); err != nil {
		w.t.Fatal(err)
	}
	pass(100 * time.Millisecond)
	return statuses
}

const options = `OPTIONS sip:bob@lab.test SIP/2.0
Via: SIP/2.0/UDP 10.0.0.50:5060;branch=z9hG4bKone
Max-Forwards: 70
From: <sip:eve@lab.test>;tag=1
To: <sip:bob@lab.test>
Call-ID: one
CSeq: 1 OPTIONS
Content-Length: 0

`

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name, old, new string
		status         int
	}{
		{"no credentials", "", "", 407},
		{"no hop left", "Max-Forwards: 70", "Max-Forwards: 0", 483},
		{"not a URI that is forwarded", "OPTIONS sip:bob@lab.test", "OPTIONS foo:bar", 416},
		{"no dialog's route", "To: <sip:bob@lab.test>", "To: <sip:bob@lab.test>;tag=2", 404},
		{"no Call-ID", "Call-ID: one\n", "", 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				got := w.exchange(strings.Replace(options, test.old, test.new, 1))
				if !slices.Equal(got, []int{test.status}) {
					t.Errorf("%d, want %d", got, test.status)
				}
			})
		})
	}
}

// Over TCP all goes the same way; and when the connections break, the phones
// register again and can be called.
func TestTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		alice := w.phone("alice", "wonder", aliceAddr, overTCP)
		bob := w.phone("bob", "builder", bobAddr, overTCP)
		if flow := bob.account().Flow; !strings.HasPrefix(flow, "TCP ") {
			t.Errorf("bob registered over %s", flow)
		}
		talk := func() {
			t.Helper()
			alice.dial("bob")
			bob.do(bob.Answer)
			alice.want(call.Active)
			bob.want(call.Active)
			bob.do(bob.Hangup)
			alice.want(call.Terminated)
		}
		talk()
		w.socket.Cut()
		pass(10 * time.Second)
		talk()
	})
}

// One side may use TCP and the other UDP.
func TestTCPToUDP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		alice := w.phone("alice", "wonder", aliceAddr, overTCP)
		bob := w.phone("bob", "builder", bobAddr)
		for _, pair := range [][2]*party{{alice, bob}, {bob, alice}} {
			caller, callee := pair[0], pair[1]
			caller.dial(callee.name)
			callee.do(callee.Answer)
			caller.want(call.Active)
			callee.do(callee.Hangup)
			caller.want(call.Terminated)
		}
	})
}
