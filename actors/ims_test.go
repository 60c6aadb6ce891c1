package actors_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/regevent"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

func TestIMSRegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		pass(time.Second)
		a := alice.account()
		if a.State != "registered" || a.Security != "ipsec" || len(a.Associations) != 1 {
			t.Fatalf("%+v", a)
		}
		if got := core.requests(); !slices.Equal(got, []string{"REGISTER 0", "REGISTER 1"}) {
			t.Errorf("requests %q", got)
		}
		if got := alice.sets(); !slices.Equal(got, []string{"1 active"}) {
			t.Errorf("sets %q", got)
		}
		if n := a.Associations[0].SAs[0].Counters; n == nil || n.Packets != 3 { // REGISTER, SUBSCRIBE, the answer to NOTIFY
			t.Errorf("counters %+v", n)
		}
		if text := a.Explain(time.Now()); !strings.Contains(text, "protected by IPsec (hmac-sha-1-96/aes-cbc)") {
			t.Error(text)
		}
		alice.Stop(t.Context())
		if got := core.requests(); got[len(got)-1] == "REGISTER 0" {
			t.Errorf("the de-registration went in the clear: %q", got)
		}
		if core.users["alice@ims.example.org"] != 1 {
			t.Error("not registered over set 1")
		}
	})
}

// TestSetsOfSAsAreRenewed lets a line re-register for a day: never more than two
// sets, each renewal over the former one, and nothing left behind.
func TestSetsOfSAsAreRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		for range 24 {
			pass(time.Hour)
			a := alice.account()
			if n := len(a.Associations); a.State != "registered" || n == 0 || n > 2 {
				t.Fatalf("%s with sets %q", a.State, alice.sets())
			}
		}
		got := core.requests()
		if len(got) < 40 || slices.Index(got[1:], "REGISTER 0") >= 0 {
			t.Errorf("%d requests, %q", len(got), got)
		}
	})
}

// TestTheNetworkEndsTheRegistration: what the phone does is up to the reason
// (TS 24.229 §5.1.1.7), and the NOTIFY that tells it is answered first.
func TestTheNetworkEndsTheRegistration(t *testing.T) {
	for event, want := range map[regevent.Event]struct {
		state, text string
		after       time.Duration // registered again
	}{
		regevent.Deactivated: {"registered", "the network asked for a new registration (deactivated)", 0},
		regevent.Probation:   {"failed", "ended the registration for a while (probation)", 6 * time.Minute},
		regevent.Rejected:    {"failed", "the network ended the registration (rejected): ask its operator why", 40 * time.Minute},
	} {
		t.Run(string(event), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := simnet.New()
				core := newIMSCore(t, net)
				alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
				pass(time.Second)
				core.with(func() {
					core.seen, core.answers = nil, nil
					core.notify(regevent.Terminated, event, "terminated;reason=noresource")
				})
				pass(time.Second)
				core.with(func() {
					if len(core.answers) == 0 || core.answers[0] != "NOTIFY 200" {
						t.Errorf("answers %q", core.answers)
					}
				})
				a := alice.account()
				if text := a.Explain(time.Now()); a.State != want.state || !strings.Contains(text, want.text) {
					t.Errorf("%s: %s", a.State, text)
				}
				pass(want.after)
				got := core.requests()
				if alice.account().State != "registered" || got[0] != "REGISTER 0" {
					t.Errorf("%s after %q", alice.account().State, got)
				}
			})
		})
	}
}

func TestNonceReuseKeepsTheSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		core.with(func() { core.reuse = true })
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		pass(3 * time.Hour)
		if got := alice.sets(); !slices.Equal(got, []string{"1 active"}) {
			t.Errorf("sets %q", got)
		}
		if got := core.requests(); len(got) < 4 || got[len(got)-1] != "REGISTER 1" {
			t.Errorf("requests %q", got)
		}
	})
}

func TestResynchronisation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 3))
		pass(time.Second)
		a := alice.account()
		if len(a.Notices) == 0 || !strings.Contains(a.Notices[0].Text, "SQN behind by") {
			t.Errorf("notices %+v", a.Notices)
		}
		if got := core.requests(); !slices.Equal(got[:2], []string{"REGISTER 0", "REGISTER 0"}) {
			t.Errorf("AUTS went by %q", got)
		}
	})
}

// TestWrongKeysAreExplained: the SIM takes the challenge for somebody else's.
func TestWrongKeysAreExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		newIMSCore(t, net)
		usim, err := aka.NewUSIM(aka.NewMilenage([16]byte{1, 2, 3}, [16]byte{4, 5, 6}), aka.State{}, aka.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		alice := subscriber(t, net, aliceAddr, softSIM{usim})
		pass(time.Second)
		if text := alice.account().Explain(time.Now()); !strings.Contains(text, "not registered: AUTN MAC wrong: OP instead of OPc?") {
			t.Error(text)
		}
	})
}

// TestSilenceOnTheProtectedPortIsExplained: both sides have installed SAs that
// don't fit.
func TestSilenceOnTheProtectedPortIsExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		core.with(func() { core.wrong = true })
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		pass(135 * time.Second) // timer F is 128 s, and 15 more pass before the next try
		if text := alice.account().Explain(time.Now()); !strings.Contains(text, ": no answer on the protected port: do the P-CSCF's keys and ours differ?") {
			t.Error(text)
		}
		if got := alice.sets(); len(got) != 0 {
			t.Errorf("sets %q are left", got)
		}
	})
}

// hinting is IPsec whose kernel has counted something.
type hinting struct{ actors.IPsecPort }

type hintingSocket struct{ actors.ProtectedSocket }

func (p hinting) Open(cfg actors.ProtectedConfig, recv func(transport.Inbound)) (actors.ProtectedSocket, error) {
	s, err := p.IPsecPort.Open(cfg, recv)
	return hintingSocket{s}, err
}

func (hintingSocket) Hints() string {
	return "kernel counts XfrmInStateMismatch 3 (the P-CSCF has mistaken SPIs or ports)"
}

// TestTheKernelsCountersExplainSilence in the first words of the explanation.
func TestTheKernelsCountersExplainSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		core.with(func() { core.wrong = true })
		ports := net.Ports(netip.MustParseAddr(aliceAddr))
		ports.SIM, ports.IPsec = newSIM(t, 0), hinting{ports.IPsec}
		alice := newPartyWith(t, ports, "alice", aliceAddr, func(c *actors.Config) { c.Accounts = imsAccount("alice") })
		pass(131 * time.Second) // timer F is 128 s
		want := "alice is not registered: no answer on the protected port: kernel counts XfrmInStateMismatch 3 ("
		if text := alice.account().Explain(time.Now()); !strings.HasPrefix(text, want) {
			t.Error(text)
		}
	})
}

// TestNothingFromOutsideReachesCalls sends 10,000 requests of every kind past
// the SAs, half of them from the P-CSCF's own address.
func TestNothingFromOutsideReachesCalls(t *testing.T) {
	const forged = 10_000
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		pass(time.Second)
		core.with(func() { core.seen, core.answers = nil, nil })
		attacker := net.Listen(netip.MustParseAddrPort("10.0.0.66:5060"), func(in transport.Inbound) {
			t.Errorf("the phone answers an attacker:\n%s", in.Data)
		})
		defer attacker.Close()
		from := []*simnet.Socket{attacker, core.clear}
		for i := range forged {
			flow := transport.Flow{Local: from[i%2].Local(transport.UDP), Remote: netip.MustParseAddrPort(aliceAddr + ":5060")}
			method := []sip.Method{sip.INVITE, sip.BYE, sip.MESSAGE, sip.NOTIFY, sip.CANCEL, sip.ACK, sip.OPTIONS, "NONSENSE"}[i/2%8]
			d := sip.NewRequest(method, "sip:alice@"+aliceAddr)
			d.Add(sip.HVia, "SIP/2.0/UDP 10.0.0.66:5060;branch=z9hG4bK"+string(rune('a'+i%26)))
			d.Add(sip.HFrom, "<sip:mallory@example.org>;tag=1")
			d.Add(sip.HTo, "<sip:alice@ims.example.org>")
			d.Add(sip.HCallID, "forged")
			d.Add(sip.HCSeq, "1 "+string(method))
			if err := from[i%2].Send(flow, d.Bytes()); err != nil {
				t.Fatal(err)
			}
			if i%1000 == 999 {
				pass(10 * time.Millisecond)
			}
		}
		pass(time.Second)
		s := alice.status()
		if s.Counters.Outside != forged || s.Accounts[0].Outside != forged || len(s.Calls) != 0 {
			t.Errorf("%d counted, %d of them of the line, %d calls", s.Counters.Outside, s.Accounts[0].Outside, len(s.Calls))
		}
		if text := s.Accounts[0].Explain(time.Now()); !strings.Contains(text, "10000 messages and packets that came from outside of its security associations were dropped") {
			t.Error(text)
		}
		core.with(func() {
			if len(core.seen)+len(core.answers) > 0 {
				t.Errorf("the phone answers in the P-CSCF's name: %q %q", core.seen, core.answers)
			}
		})
		alice.wantTold("call")
	})
}

func TestARegistrationThatIsLostStartsInTheClearAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		pass(time.Second)
		core.with(func() { core.deaf = true })
		pass(55 * time.Minute) // the refresh comes after 50 and fails after two more
		if a := alice.account(); a.State == "registered" || len(a.Associations) != 0 {
			t.Errorf("%s with sets %q", a.State, alice.sets())
		}
		core.with(func() { core.deaf, core.seen = false, nil })
		pass(time.Hour)
		if got := core.requests(); alice.account().State != "registered" || got[0] != "REGISTER 0" {
			t.Errorf("%s after %q", alice.account().State, got)
		}
	})
}

// TestTheNextPCSCF takes over where one is silent, at the start and at a renewal:
// with an initial registration, as it knows nothing of the other's SAs.
func TestTheNextPCSCF(t *testing.T) {
	const otherAddr = "10.0.0.101"
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		one, other := newIMSCore(t, net), newIMSCoreAt(t, net, otherAddr)
		one.with(func() { one.deaf = true })
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0), func(c *actors.Config) {
			c.Accounts[0].IMS.PCSCF = []string{"sip:" + coreAddr, "sip:" + otherAddr}
		})
		pass(130 * time.Second) // timer F is 128 s
		if got := other.requests(); alice.account().State != "registered" || !slices.Equal(got, []string{"REGISTER 0", "REGISTER 1"}) {
			t.Fatalf("%s; the other has %q", alice.account().Explain(time.Now()), got)
		}
		other.with(func() { other.deaf = true })
		one.with(func() {
			one.deaf = false
			other.mu.Lock()
			defer other.mu.Unlock()
			one.sqn.Resynchronise(other.sqn.Last()) // they have one HSS
		})
		pass(50 * time.Minute)
		pass(130 * time.Second)
		if got := one.requests(); alice.account().State != "registered" || !slices.Equal(got, []string{"REGISTER 0", "REGISTER 1"}) {
			t.Errorf("%s; the first has %q", alice.account().Explain(time.Now()), got)
		}
	})
}

var errCard = errors.New("the card is gone")

type brokenSIM struct{}

func (brokenSIM) Open(string) (actors.SIM, error) { return brokenSIM{}, nil }

func (brokenSIM) Authenticate(context.Context, [16]byte, [16]byte) (aka.Keys, error) {
	return aka.Keys{}, errCard
}

func TestABrokenSIMIsExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		newIMSCore(t, net)
		ports := net.Ports(netip.MustParseAddr(bobAddr))
		ports.SIM = brokenSIM{}
		bob := newPartyWith(t, ports, "bob", bobAddr, func(c *actors.Config) { c.Accounts = imsAccount("bob") })
		pass(time.Second)
		if text := bob.account().Explain(time.Now()); !strings.Contains(text, "the SIM can't be asked: the card is gone") {
			t.Error(text)
		}
	})
}
