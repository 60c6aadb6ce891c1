package actors_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// honest is the nonce of a vector.
func honest(v aka.Vector) string { return aka.FormatNonce(v.RAND, v.AUTN, nil) }

// nothing leaves Security-Server out.
func nothing(string) []string { return nil }

// with replaces a part of Security-Server.
func with(old, new string) func(string) []string {
	return func(s string) []string {
		if !strings.Contains(s, old) {
			panic(s + " has no " + old)
		}
		return []string{strings.Replace(s, old, new, 1)}
	}
}

// TestHostileChallenges: whatever the first 401 is made of, nothing is accepted,
// nothing that proves who we are leaves in the clear, and explain says why.
func TestHostileChallenges(t *testing.T) {
	for name, c := range map[string]struct {
		spoiled spoiled
		want    string
	}{
		"AUTN forged": {spoiled{nonce: func(v aka.Vector) string { v.AUTN[15] ^= 1; return honest(v) }}, "AUTN MAC wrong: OP instead of OPc?"},
		"RAND forged": {spoiled{nonce: func(v aka.Vector) string { v.RAND[3] ^= 0x10; return honest(v) }}, "AUTN MAC wrong: OP instead of OPc?"},
		"nonce too short": {spoiled{nonce: func(v aka.Vector) string { return honest(v)[:40] }},
			"the network's challenge can't be read: not a value of AKA: the nonce holds 30 bytes, RAND and AUTN need 32"},
		"nonce is no base64": {spoiled{nonce: func(aka.Vector) string { return "?" }}, "the nonce is not base64"},
		"stripped":           {spoiled{servers: nothing}, "the P-CSCF offered no security mechanism (no Security-Server)"},
		"no encryption":      {spoiled{servers: with("ealg=aes-cbc", "ealg=null")}, "the P-CSCF offered no algorithm that we accept"},
		"3DES":               {spoiled{servers: with("ealg=aes-cbc", "ealg=des-ede3-cbc")}, "the P-CSCF offered no algorithm that we accept"},
		"unknown algorithm":  {spoiled{servers: with("alg=hmac-sha-1-96", "alg=hmac-sha-9")}, "the P-CSCF offered no algorithm that we accept"},
		"another mechanism":  {spoiled{servers: with("ipsec-3gpp", "tls")}, "another mechanism than ipsec-3gpp"},
		"AH":                 {spoiled{servers: with("prot=esp", "prot=ah")}, "its protocol is not esp"},
		"tunnel":             {spoiled{servers: with("mod=trans", "mod=tun")}, "its mode is not ours"},
		"SPI 0":              {spoiled{servers: with("spi-c=5002", "spi-c=0")}, "SPIs below 256 are reserved"},
		"port 0":             {spoiled{servers: with("port-s=19999", "port-s=0")}, "a port is 0"},
		"a long list": {spoiled{servers: func(s string) []string { return []string{strings.Repeat("tls, ", 40) + s} }},
			"more than 32 mechanisms"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := simnet.New()
				core := newIMSCore(t, net)
				core.with(func() { core.spoiled = c.spoiled; core.spoiled.register = provesNothing(t) })
				alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
				pass(10 * time.Minute)
				alice.wantRefused(c.want)
				for _, r := range core.requests() {
					if r != "REGISTER 0" {
						t.Errorf("sent %s", r)
					}
				}
				alice.wantTold("call")
			})
		})
	}
}

// provesNothing looks at each REGISTER in the clear: no response, no nonce of a
// former challenge with one, and no sec-agree left out.
func provesNothing(t *testing.T) func(transport.Flow, *sip.Message) bool {
	return func(flow transport.Flow, msg *sip.Message) bool {
		c, err := digest.ParseCredentials(msg.Get(sip.HAuthorization))
		if flow.Gen == 0 && (err != nil || c.Response != "" || !msg.Has(sip.HSecurityClient) || msg.Has(sip.HPAccessNetworkInfo)) {
			t.Errorf("in the clear:\n%s", msg)
		}
		return false
	}
}

// wantRefused checks that the phone isn't registered and says why.
func (p *party) wantRefused(why string) {
	p.t.Helper()
	a := p.account()
	if text := a.Explain(time.Now()); a.State == "registered" || len(a.Associations) != 0 || !strings.Contains(text, why) {
		p.t.Errorf("%s with sets %q: %s\nwant %q", a.State, p.sets(), text, why)
	}
}

// TestHostileAnswers: what answers a REGISTER without being the network's, or
// without the network's consent, registers nobody.
func TestHostileAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		// answer gives the response to the REGISTER that went over set gen, and the
		// set it comes by; 0 is in the clear.
		gen, by uint32
		status  int
		want    string
	}{
		"200 to the first, in the clear":       {0, 0, 200, "answered the registration with 200 in the clear and without authenticating himself: not accepted (ipsec = off would)"},
		"200 to a protected one, in the clear": {1, 0, 200, "no answer on the protected port"},
		"403 to a protected one, in the clear": {1, 0, 403, "no answer on the protected port"},
		"494 to the first":                     {0, 0, 494, "the P-CSCF's and our view of the security agreement differ"},
		"494 to the second":                    {1, 1, 494, "the P-CSCF's and our view of the security agreement differ"},
		"420 to the first":                     {0, 0, 420, "it lacks sec-agree"},
		"403 to the second":                    {1, 1, 403, "403 Forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := simnet.New()
				core := newIMSCore(t, net)
				core.with(func() {
					core.spoiled.register = func(flow transport.Flow, msg *sip.Message) bool {
						if (flow.Gen == 0) != (c.gen == 0) {
							return false
						}
						d := sip.NewResponse(msg, c.status, "")
						d.Add(sip.HContact, msg.Get(sip.HContact)+";expires=3600")
						d.Add(sip.HUnsupported, "sec-agree")
						if c.by == 0 {
							flow = transport.Flow{Local: netip.MustParseAddrPort(coreAddr + ":5060"), Remote: netip.MustParseAddrPort(aliceAddr + ":5060")}
						}
						core.send(flow, d.Bytes())
						return true
					}
				})
				alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
				pass(135 * time.Second) // timer F is 128 s, and 15 more pass before the next try
				alice.wantRefused(c.want)
				if c.gen != c.by && alice.status().Counters.Outside == 0 {
					t.Error("not counted as from outside the SAs")
				}
			})
		})
	}
}

// TestReplayedChallenges: a renewal is challenged with what was answered before.
// The SIM refuses, the SAs stand, and no others come up.
func TestReplayedChallenges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		var first aka.Vector
		core.with(func() {
			core.spoiled.nonce = func(v aka.Vector) string {
				if first.RAND == ([16]byte{}) {
					first = v
				}
				return honest(first)
			}
		})
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		pass(51 * time.Minute)
		text := alice.account().Explain(time.Now())
		if !strings.Contains(text, "although it was told the SIM's (AUTS)") {
			t.Error(text)
		}
		if got := alice.sets(); !slices.Equal(got, []string{"1 active"}) {
			t.Errorf("sets %q", got)
		}
	})
}

// TestBehindBy96 is a SIM that another phone used meanwhile.
func TestBehindBy96(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		newIMSCore(t, net)
		usim, err := aka.NewUSIM(functions, aka.State{1: 4}, aka.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		alice := subscriber(t, net, aliceAddr, softSIM{usim})
		pass(time.Second)
		if text := alice.account().Explain(time.Now()); !strings.HasSuffix(text, "; lately: SQN behind by 96, resynchronised.") {
			t.Error(text)
		}
	})
}

// slowRemoval is IPsec that takes its time to take a set down.
type slowRemoval struct{ actors.IPsecPort }

type slowSocket struct{ actors.ProtectedSocket }

func (p slowRemoval) Open(cfg actors.ProtectedConfig, recv func(transport.Inbound)) (actors.ProtectedSocket, error) {
	s, err := p.IPsecPort.Open(cfg, recv)
	return slowSocket{s}, err
}

func (s slowSocket) Remove(gen uint32) error {
	time.Sleep(100 * time.Millisecond)
	return s.ProtectedSocket.Remove(gen)
}

// TestChallengedAgainOverTheSAs: a challenge that comes over the SAs of the one
// before makes the phone ask for a further one, with SPIs and ports that nobody has
// SAs of.
func TestChallengedAgainOverTheSAs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		core.with(func() { core.spoiled.again = 1 })
		ports := net.Ports(netip.MustParseAddr(aliceAddr))
		ports.SIM, ports.IPsec = newSIM(t, 0), slowRemoval{ports.IPsec}
		alice := newPartyWith(t, ports, "alice", aliceAddr, func(c *actors.Config) { c.Accounts = imsAccount("alice") })
		pass(5 * time.Second)
		if got := alice.sets(); alice.account().State != "registered" || !slices.Equal(got, []string{"2 active"}) {
			t.Errorf("%s with sets %q", alice.account().Explain(time.Now()), got)
		}
		if got := core.requests(); !slices.Equal(got, []string{"REGISTER 0", "REGISTER 1", "REGISTER 0", "REGISTER 3"}) {
			t.Errorf("requests %q", got)
		}
	})
}

// TestANetworkThatRefusesRES for two days: the same words each time, and neither
// SPIs nor ports run out.
func TestANetworkThatRefusesRES(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		core.with(func() { core.spoiled.again = 1 << 30 })
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0), func(c *actors.Config) { c.FirstPort, c.LastPort = 31000, 31007 })
		for range 48 {
			pass(time.Hour)
			if a := alice.account(); a.State == "failed" {
				alice.wantRefused("the network refused the SIM's answer: its K or OPc differs from ours")
			}
		}
		if n := len(core.requests()); n < 48 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestForgedResponsesAreCounted: responses may come in the clear to a first
// REGISTER, and at no other time.
func TestForgedResponsesAreCounted(t *testing.T) {
	const forged = 1000
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		pass(time.Minute) // the transaction of the first REGISTER has ended
		attacker := net.Listen(netip.MustParseAddrPort("10.0.0.66:5060"), func(in transport.Inbound) {
			t.Errorf("the phone answers an attacker:\n%s", in.Data)
		})
		defer attacker.Close()
		flow := transport.Flow{Local: netip.MustParseAddrPort("10.0.0.66:5060"), Remote: netip.MustParseAddrPort(aliceAddr + ":5060")}
		for i := range forged {
			method := []sip.Method{sip.INVITE, sip.REGISTER, sip.SUBSCRIBE, sip.BYE}[i%4]
			err := attacker.Send(flow, fmt.Appendf(nil, "SIP/2.0 %d OK\r\nVia: SIP/2.0/UDP %s:5060;branch=z9hG4bK%d\r\nFrom: <sip:a@b>;tag=1\r\n"+
				"To: <sip:a@b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 %s\r\nContent-Length: 0\r\n\r\n", 200+i%7*100%500, aliceAddr, i, method))
			if err != nil {
				t.Fatal(err)
			}
		}
		pass(time.Second)
		s := alice.status()
		if s.Counters.Outside != forged || len(s.Calls) != 0 || s.Accounts[0].State != "registered" {
			t.Errorf("%d counted, %d calls, %s", s.Counters.Outside, len(s.Calls), s.Accounts[0].State)
		}
	})
}
