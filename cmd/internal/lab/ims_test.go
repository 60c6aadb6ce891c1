package lab_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/lab"
	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/regevent"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestIMSRegistration: in the clear first, and then over SAs only.
func TestIMSRegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		alice := c.subscriber("alice", aliceAddr)
		alice.wantExplain("alice is registered as sip:alice@lab.test, protected by IPsec (null/aes-gcm).")
		want := []string{">0 REGISTER", "<0 401 to REGISTER", ">1 REGISTER", "<1 200 to REGISTER",
			">1 SUBSCRIBE", "<1 200 to SUBSCRIBE", "<1 NOTIFY", ">1 200 to NOTIFY"}
		if got := alice.seen(); !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		a := alice.account()
		if !slices.Equal(a.Identities, []string{"sip:alice@lab.test", "tel:+15550001"}) || a.Expires != 3600 {
			t.Errorf("%+v", a)
		}
	})
}

// TestIMSSuites: every suite that a phone may offer is agreed on where the P-CSCF
// has no other, and the P-CSCF's liking decides where it has.
func TestIMSSuites(t *testing.T) {
	for _, suite := range secagree.Suites() {
		synctest.Test(t, func(t *testing.T) {
			c := newCore(t, func(cfg *lab.IMSConfig) { cfg.Suites = []secagree.Suite{suite} })
			c.subscriber("alice", aliceAddr).wantExplain("protected by IPsec (" + suite.String() + ")")
		})
	}
}

// TestIMSCall: by name, by telephone number, and what the callee is told of the
// caller.
func TestIMSCall(t *testing.T) {
	for _, uri := range []string{"bob", "sip:bob@lab.test", "sip:+15550002@lab.test", "tel:+15550002"} {
		synctest.Test(t, func(t *testing.T) {
			c := newCore(t)
			alice, bob := c.subscriber("alice", aliceAddr), c.subscriber("bob", bobAddr)
			alice.dial(uri)
			bob.want(call.RingingIn)
			if from := bob.status().Calls[0].Remote; from != "sip:alice@lab.test" {
				t.Errorf("the caller is %q", from)
			}
			bob.do(bob.Answer)
			alice.want(call.Active)
			bob.want(call.Active)
			alice.do(alice.Hangup)
			alice.want(call.Terminated)
			bob.want(call.Terminated)
			for _, p := range []*party{alice, bob} {
				for i, m := range p.seen() {
					if i > 1 && m[1] == '0' {
						t.Errorf("%s: %s in the clear", p.name, m)
					}
				}
			}
		})
	}
}

// TestWhatIsBetweenPhoneAndPCSCF stays there: the callee gets none of it.
func TestWhatIsBetweenPhoneAndPCSCF(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		alice, bob := c.subscriber("alice", aliceAddr), c.subscriber("bob", bobAddr)
		alice.dial("bob")
		for _, r := range bob.trace.Records() {
			if r.Out || !strings.HasPrefix(r.Raw, "INVITE ") {
				continue
			}
			for _, name := range []string{"\r\nSecurity-", "sec-agree", "P-Preferred-Identity", "P-Access-Network-Info", "\r\nRoute:"} {
				if strings.Contains(r.Raw, name) {
					t.Errorf("%q goes through to the callee:\n%s", name, r.Raw)
				}
			}
			if !strings.Contains(r.Raw, "\r\nP-Asserted-Identity: <sip:alice@lab.test>\r\n") {
				t.Errorf("nobody asserts the caller:\n%s", r.Raw)
			}
		}
	})
}

func TestIMSCallToNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice := newCore(t).subscriber("alice", aliceAddr)
		for uri, status := range map[string]int{"bob": 480, "mallory": 404, "tel:+15559999": 416, "sip:bob@example.org": 404} {
			if e := alice.ended(uri); e.Status != status {
				t.Errorf("%s: %d %q, want %d", uri, e.Status, e.Text, status)
			}
		}
	})
}

// TestIMSRenewal: each renewal is challenged over the former set and brings a new
// one; neither end keeps more than two.
func TestIMSRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		alice, bob := c.subscriber("alice", aliceAddr), c.subscriber("bob", bobAddr)
		for range 12 {
			pass(50 * time.Minute)
			for _, p := range []*party{alice, bob} {
				if got := p.sets(); p.account().State != "registered" || len(got) == 0 || len(got) > 2 {
					t.Fatalf("%s is %s with sets %q", p.name, p.account().State, got)
				}
			}
			if n := c.sets.Sets(); n > 4 {
				t.Fatalf("the P-CSCF has %d sets", n)
			}
		}
		if got := alice.seen(); slices.Contains(got[2:], ">0 REGISTER") || !slices.Contains(got, ">9 REGISTER") {
			t.Errorf("%q", got)
		}
		bob.dial("alice")
		alice.want(call.RingingIn)
	})
}

// TestIMSNonceReuse: who repeats the nonce keeps his set.
func TestIMSNonceReuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t, func(cfg *lab.IMSConfig) { cfg.NonceReuse = true })
		alice := c.subscriber("alice", aliceAddr)
		pass(5 * time.Hour)
		if got := alice.seen(); alice.account().State != "registered" || slices.Contains(got, ">2 REGISTER") || c.sets.Sets() != 1 {
			t.Errorf("%q", got)
		}
	})
}

// TestIMSResynchronisation: a SIM that is ahead of the HSS says so by AUTS, and
// its sequence number is taken over.
func TestIMSResynchronisation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		alice := c.subscriberWith("alice", aliceAddr, newSIM(t, c.user("alice"), 7))
		want := []string{">0 REGISTER", "<0 401 to REGISTER", ">0 REGISTER", "<0 401 to REGISTER", ">1 REGISTER", "<1 200 to REGISTER"}
		if got := alice.seen(); !slices.Equal(got[:6], want) {
			t.Errorf("%q", got)
		}
		alice.wantExplain("registered as", "lately: SQN behind by", "resynchronised")
		pass(10 * time.Minute)
		if n := c.sets.Sets(); n != 1 {
			t.Errorf("the P-CSCF has %d sets", n)
		}
	})
}

// TestIMSDeregistration: the answer comes over the SAs, and then they go.
func TestIMSDeregistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		alice, bob := c.subscriber("alice", aliceAddr), c.subscriber("bob", bobAddr)
		alice.Stop(t.Context())
		got := alice.seen()
		if last := got[len(got)-1]; last != "<1 200 to REGISTER" && last != "<2 200 to REGISTER" {
			t.Errorf("%q", got)
		}
		pass(5 * time.Minute)
		if n := c.sets.Sets(); n != 1 {
			t.Errorf("the P-CSCF has %d sets", n)
		}
		if e := bob.ended("alice"); e.Status != 480 {
			t.Errorf("a call to her ended with %d", e.Status)
		}
	})
}

// TestIMSNetworkDeregistration: the phone does what the reason asks of it
// (TS 24.229 §5.1.1.7), and the former SAs go.
func TestIMSNetworkDeregistration(t *testing.T) {
	for event, want := range map[regevent.Event]struct{ state, text string }{
		regevent.Deactivated: {"registered", "the network asked for a new registration (deactivated)"},
		regevent.Probation:   {"failed", "the network ended the registration for a while (probation); tried again in"},
		regevent.Rejected:    {"failed", "the network ended the registration (rejected): ask its operator why"},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newCore(t)
			alice := c.subscriber("alice", aliceAddr)
			if err := c.server.Deregister("alice", event, time.Hour); err != nil {
				t.Fatal(err)
			}
			pass(time.Second)
			if a := alice.account(); a.State != want.state {
				t.Errorf("%s: %s", event, a.State)
			}
			alice.wantExplain(want.text)
			pass(10 * time.Minute)
			if n := c.sets.Sets(); n != len(alice.sets()) {
				t.Errorf("%s: the P-CSCF has %d sets, the phone %q", event, n, alice.sets())
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		if err := newCore(t).server.Deregister("mallory", regevent.Rejected, 0); err == nil {
			t.Error("nobody was de-registered")
		}
	})
}

// TestIMSRestart: a phone that has lost its memory registers anew; its former SAs
// and contact make way.
func TestIMSRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		bob := c.subscriber("bob", bobAddr)
		former := c.subscriber("alice", aliceAddr)
		c.net.Lose = func([]byte) bool { return true } // it dies without a word
		former.Stop(t.Context())
		c.net.Lose = nil
		alice := c.subscriberWith("alice", deskAddr, newSIM(t, c.user("alice"), 100))
		pass(10 * time.Minute)
		if n := c.sets.Sets(); n != 2 {
			t.Errorf("the P-CSCF has %d sets", n)
		}
		bob.dial("alice")
		alice.want(call.RingingIn)
	})
}

// TestIMSUnderLoss: a tenth of the packets gets lost, and what people see works.
func TestIMSUnderLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		c.net.Lose = lossy(0.1)
		answers := func(a *actors.AccountConfig) { a.AutoAnswer, a.AnswerDelay = true, 2*time.Second }
		alice, bob := c.subscriber("alice", aliceAddr, answers), c.subscriber("bob", bobAddr, answers)
		pass(10 * time.Minute)
		for range 20 {
			begin := time.Now()
			alice.dial("bob")
			pass(3 * time.Minute)
			alice.want(call.Active)
			bob.want(call.Active)
			alice.do(alice.Hangup)
			pass(5 * time.Minute)
			bob.want(call.Terminated)
			pass(20*time.Minute - time.Since(begin))
		}
		for _, p := range []*party{alice, bob} {
			if a := p.account(); a.State != "registered" {
				t.Errorf("%s: %s", p.name, p.explain())
			}
		}
		if n := c.sets.Sets(); n > 4 {
			t.Errorf("the P-CSCF has %d sets", n)
		}
	})
}

// TestIMSEachPacketLost: whichever packet of two registrations and a call gets
// lost, both phones register and the call is made.
func TestIMSEachPacketLost(t *testing.T) {
	for i := range 32 {
		synctest.Test(t, func(t *testing.T) {
			c := newCore(t)
			n := 0
			c.net.Lose = func([]byte) bool { n++; return n == i+1 }
			alice, bob := c.subscriber("alice", aliceAddr), c.subscriber("bob", bobAddr)
			pass(time.Minute)
			alice.dial("bob")
			pass(30 * time.Second)
			bob.do(bob.Answer)
			pass(30 * time.Second)
			alice.want(call.Active)
			bob.want(call.Active)
			alice.do(alice.Hangup)
			pass(3 * time.Minute)
			alice.want(call.Terminated)
			bob.want(call.Terminated)
			if t.Failed() {
				t.Fatalf("packet %d was lost", i+1)
			}
		})
	}
}

// TestIMSForking: the phones of one user ring together, each over SAs of its own.
func TestIMSForking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		instance := func(id string) func(*actors.AccountConfig) {
			return func(a *actors.AccountConfig) { a.InstanceID = "urn:gsma:imei:35622410-48384" + id + "-0" }
		}
		alice := c.subscriber("alice", aliceAddr)
		mobile, desk := c.subscriber("bob", bobAddr, instance("0")), c.subscriber("bob", deskAddr, instance("1"))
		alice.dial("bob")
		mobile.want(call.RingingIn)
		desk.want(call.RingingIn)
		desk.do(desk.Answer)
		alice.want(call.Active)
		mobile.want(call.Terminated)
		if n := c.sets.Sets(); n != 3 || !mobile.received("CANCEL") {
			t.Errorf("%d sets", n)
		}
	})
}

// TestIMSOverTCP: requests go by TCP over the SAs, and so do their answers.
func TestIMSOverTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		tcp := func(a *actors.AccountConfig) {
			overTCP(a)
			a.IMS.PCSCF = []string{a.Proxy}
		}
		alice, bob := c.subscriber("alice", aliceAddr, tcp), c.subscriber("bob", bobAddr)
		alice.wantExplain("protected by IPsec")
		for _, p := range [][2]*party{{alice, bob}, {bob, alice}} {
			p[0].dial(p[1].name)
			p[1].do(p[1].Answer)
			p[0].want(call.Active)
			p[1].do(p[1].Hangup)
			p[0].want(call.Terminated)
		}
	})
}

var errSets = errors.New("no more sets of security associations")

// brokenSets can't install anything.
type brokenSets struct{ lab.Associations }

func (brokenSets) Install(context.Context, uint32, secagree.Set, time.Duration) error { return errSets }

// TestSetsThatCannotBeInstalled: the phone hears nothing where it should be heard,
// and the lab knows why.
func TestSetsThatCannotBeInstalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCoreWith(t, func(sets lab.Associations) lab.Associations { return brokenSets{sets} })
		alice := c.subscriber("alice", aliceAddr)
		pass(3 * time.Minute)
		alice.wantExplain("no answer on the protected port")
		if err := c.server.Failure(); !errors.Is(err, errSets) {
			t.Error(err)
		}
	})
}
