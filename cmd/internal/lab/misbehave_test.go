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
		lab.ClearAnswers:    {"no answer on the protected port"},
		lab.WrongKeys:       {"no answer on the protected port"},
		lab.LostAnswers:     {"no answer on the protected port"},
	}
	for m, want := range tests {
		t.Run(m.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				alice := newCore(t, misbehaving(m)).subscriber("alice", aliceAddr)
				pass(3 * time.Minute)
				t.Log(alice.explain())
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
