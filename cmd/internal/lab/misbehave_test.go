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
		lab.WrongMAC:        {"not registered: AUTN's MAC is wrong: check K, and whether OP was given instead of OPc"},
		lab.OldSQN:          {"not registered: the network goes on with sequence numbers (SQN) that the SIM has seen", "somebody replays challenges"},
		lab.WeakOffer:       {"not registered: the P-CSCF offered no security mechanism that we accept: its algorithms are not ours: alg=hmac-md5-96, ealg=des-ede3-cbc; tried again"},
		lab.StrippedServer:  {"not registered: the P-CSCF offered no security mechanism (no Security-Server)", "somebody took the header away"},
		lab.ReorderedServer: {"494", "our view of the security agreement differ; somebody may have changed it on its way"},
		lab.TamperedServer:  {"no answer on the protected port"},
		lab.ZeroSPI:         {"not registered: the P-CSCF offered no security mechanism that we accept: ", "SPIs below 256 are reserved"},
		lab.ZeroPort:        {"not registered: the P-CSCF offered no security mechanism that we accept: ", "a port is 0"},
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
