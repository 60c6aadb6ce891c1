package lab_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/lab"
)

// TestMisbehaviour: whatever the network does wrong, the phone takes none of it,
// never sends anything but REGISTER in the clear, and explains itself.
func TestMisbehaviour(t *testing.T) {
	tests := map[lab.Misbehaviour][]string{
		lab.WrongMAC:        {"not registered: AUTN MAC wrong: OP instead of OPc?"},
		lab.OldSQN:          {"not registered: the network goes on with sequence numbers (SQN) that the SIM has seen", "somebody replays challenges"},
		lab.WeakOffer:       {"not registered: the P-CSCF offered no algorithm that we accept: its algorithms are not ours: alg=hmac-md5-96, ealg=des-ede3-cbc; tried again"},
		lab.StrippedServer:  {"not registered: the P-CSCF offered no security mechanism (no Security-Server)", "somebody took the header away"},
		lab.ReorderedServer: {"494", "our view of the security agreement differ; somebody may have changed it on its way"},
		lab.TamperedServer:  {"no answer on the protected port"},
		lab.ZeroSPI:         {"not registered: the P-CSCF offered no algorithm that we accept: ", "SPIs below 256 are reserved"},
		lab.ZeroPort:        {"not registered: the P-CSCF offered no algorithm that we accept: ", "a port is 0"},
		lab.ClearOK:         {"not registered: somebody answered the registration with 200 in the clear", "not accepted"},
		lab.ClearAnswers:    {"no answer on the protected port, but in the clear, which is not accepted"},
		lab.WrongKeys:       {"no answer on the protected port"},
		lab.LostAnswers:     {"no answer on the protected port"},
	}
	for m, want := range tests {
		t.Run(m.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				alice := newCore(t, misbehaving(m)).subscriber("alice", aliceAddr)
				pass(3 * time.Minute)
				alice.wantExplain(want...)
				if a := alice.account(); a.State == "registered" || len(a.Associations) > 1 {
					t.Errorf("%s with sets %q", a.State, alice.sets())
				}
				for _, m := range alice.seen() {
					if strings.HasPrefix(m, ">0 ") && m != ">0 REGISTER" {
						t.Errorf("%q was sent in the clear", m)
					}
				}
				if e := alice.ended("bob"); e.Status == 200 || slices.Contains(alice.seen(), ">0 INVITE") {
					t.Errorf("a call ended with %+v", e)
				}
			})
		})
	}
}

// TestMisbehaviourLater: the same, when a registration that stands is renewed.
// What stands is used as long as it stands, and then the phone begins anew. Where
// only the new set came to nothing, the answer to its challenge renews the
// registration over the old one, which nobody has tampered with.
func TestMisbehaviourLater(t *testing.T) {
	for _, m := range lab.Misbehaviours() {
		if m == lab.ClearOK || m == lab.ClearRequests || m == lab.EarlyRemoval {
			continue // not about renewals
		}
		t.Run(m.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCore(t)
				alice := c.subscriber("alice", aliceAddr)
				c.misbehave(m)
				pass(55 * time.Minute) // the renewal is due after 50
				if text := alice.explain(); text == "" || len(alice.sets()) > 2 {
					t.Errorf("%s with sets %q", text, alice.sets())
				}
				pass(4 * time.Hour)
				if a := alice.account(); a.State == "registered" && (m != lab.ReorderedServer || a.Associations[0].Set != 1) {
					t.Errorf("set %d: %s", a.Associations[0].Set, alice.explain())
				}
				c.misbehave(lab.WellBehaved)
				pass(time.Hour)
				alice.wantExplain("alice is registered as")
				for _, m := range alice.seen() {
					if strings.HasPrefix(m, ">0 ") && m != ">0 REGISTER" {
						t.Errorf("%q was sent in the clear", m)
					}
				}
				pass(10 * time.Minute)
				if n := c.sets.Sets(); n == 0 || n > 2 {
					t.Errorf("the P-CSCF has %d sets", n)
				}
			})
		})
	}
}

// TestRequestsInTheClear: a registered phone drops them, and says that they came.
func TestRequestsInTheClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		alice, bob := c.subscriber("alice", aliceAddr), c.subscriber("bob", bobAddr)
		c.misbehave(lab.ClearRequests)
		alice.dial("bob")
		pass(3 * time.Minute)
		if bob.received("INVITE") {
			t.Error("a call got through in the clear")
		}
		bob.wantExplain("bob is registered as", "messages and packets that came from outside of its security associations were dropped")
	})
}

// TestEarlyRemoval: a phone whose SAs are gone before its de-registration is
// answered doesn't hang.
func TestEarlyRemoval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice := newCore(t, misbehaving(lab.EarlyRemoval)).subscriber("alice", aliceAddr)
		begin := time.Now()
		alice.Stop(t.Context())
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
		if got := alice.seen(); !strings.HasSuffix(got[len(got)-1], " REGISTER") {
			t.Errorf("%q", got)
		}
	})
}

// TestMisbehaviourNames: each is found by its name, and tested.
func TestMisbehaviourNames(t *testing.T) {
	for _, m := range lab.Misbehaviours() {
		var got lab.Misbehaviour
		if err := got.UnmarshalText([]byte(m.String())); err != nil || got != m || m.What() == "" {
			t.Errorf("%s: %v", m, err)
		}
	}
	var none lab.Misbehaviour
	if err := none.UnmarshalText([]byte("charming")); err == nil || !strings.Contains(err.Error(), "wrong-mac") {
		t.Error(err)
	}
}
