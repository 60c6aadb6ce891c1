//go:build peers

package peertest

import (
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/cmd/internal/hss"
)

// esp is what the phones of these tests protect their signalling with: on a
// machine whose kernel has no ESP nothing, as Kamailio does there, and in the
// guest of make test-ipsec the kernel or the phone itself.
func esp() string {
	if name := os.Getenv("IMSPHONE_ESP"); name != "" {
		return name
	}
	return "unprotected"
}

// core starts an IMS core whose P-CSCF does as the phones do.
func (e *env) core(o IMSOptions) *IMSCore {
	o.RealESP = esp() != "unprotected"
	return e.imsCore(o)
}

// subscriber is a phone's account at the core.
func subscriber(u IMSUser, transport string) PhoneConfig {
	return PhoneConfig{Domain: IMSRealm, Transport: transport, Expires: 600, Tone: phoneTone, Codec: "PCMA",
		IMS: &PhoneIMS{IMSI: u.IMSI, K: hex.EncodeToString(u.K[:]), OP: hex.EncodeToString(u.OP[:]),
			PCSCF: []string{"10.46.0.11"}, IPsec: esp()}}
}

// overBoth runs a test over UDP and over TCP.
func overBoth(t *testing.T, f func(t *testing.T, transport string)) {
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			f(t, transport)
		})
	}
}

func TestIMSRegistration(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, transport string) {
		e := newEnv(t)
		c := e.core(IMSOptions{NonceReuse: true})
		p := e.phone(e.host("phone", 21), subscriber(IMSAlice(), transport))
		s := e.registered(p)
		a := s.Accounts[0]
		if len(a.Associations) != 1 || a.Associations[0].State != "active" || len(a.Identities) < 2 || a.Identities[0] != IMSAlice().URI() {
			t.Errorf("%+v", a)
		}
		before := len(c.HSS.Journal())
		check(t, p.Stop())
		if _, _, err := c.HSS.Await(e.step(), before, func(x hss.Entry) bool {
			return x.Command == "SAR" && x.Assignment == hss.UserDeregistration
		}); err != nil {
			t.Errorf("no de-registration is told to the HSS: %v", err)
		}
	})
}

// associations counts the phone's sets of security associations by state.
func associations(s PhoneStatus) map[string]int {
	n := map[string]int{}
	for _, a := range s.Accounts[0].Associations {
		n[a.State]++
	}
	return n
}

// explains demands that the phone says why it isn't registered, with these
// words.
func (e *env) explains(p *Phone, words ...string) {
	e.t.Helper()
	must(p.waitStatus(e.step(), "a refused registration", func(s PhoneStatus) bool { return s.Accounts[0].State == "failed" }))(e.t)
	var said []struct{ Text string }
	check(e.t, p.Command(e.step(), &said, "explain"))
	for _, w := range words {
		if !strings.Contains(said[0].Text, w) {
			e.t.Errorf("explain says %q, without %q", said[0].Text, w)
		}
	}
}

// refreshed waits until the registration has been renewed.
func (e *env) refreshed(p *Phone) {
	e.t.Helper()
	must(p.Events.Wait(e.step(), "a renewed registration", is("class", "registration", "type", "refreshed")))(e.t)
}

// TestIMSResynchronisation: the HSS's sequence numbers are behind the SIM's.
func TestIMSResynchronisation(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, transport string) {
		e := newEnv(t)
		c := e.core(IMSOptions{NonceReuse: true})
		p := e.phone(e.host("phone", 21), subscriber(IMSAlice(), transport))
		e.registered(p)
		for try := 1; ; try++ {
			check(t, p.Stop())
			before := len(c.HSS.Journal())
			check(t, c.Store.Misbehave(IMSAlice().IMPI(), hss.Misbehaviour{OldSQN: true, Times: 1}))
			p = e.phone(e.host("phone", 21), subscriber(IMSAlice(), transport))
			s := e.registered(p)
			if n := s.Accounts[0].Notices; len(n) == 0 || !strings.Contains(n[0].Text, "resynchronised") {
				t.Errorf("notices %+v", n)
			}
			if slices.ContainsFunc(c.HSS.Journal()[before:], func(x hss.Entry) bool { return x.Resync }) {
				return
			}
			// Who is quick gets another challenge instead (see enter).
			if try == quickTries {
				t.Fatal("the HSS was not asked to resynchronise")
			}
		}
	})
}

// TestIMSWrongKeys: OPc where OP is meant, and a network that isn't the SIM's. Each
// challenge takes a set of associations, and a try gets several of them.
func TestIMSWrongKeys(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := e.core(IMSOptions{Associations: 24})
	config := subscriber(IMSAlice(), "udp")
	config.IMS.OP = strings.Repeat("ab", 16)
	p := e.phone(e.host("phone", 21), config)
	e.explains(p, "AUTN MAC wrong", "OPc")
	check(t, p.Stop())
	check(t, c.Store.Misbehave(IMSBob().IMPI(), hss.Misbehaviour{WrongMAC: true}))
	e.explains(e.phone(e.host("phone2", 22), subscriber(IMSBob(), "udp")), "AUTN MAC wrong")
}

// TestIMSRenewal: with the nonce that is known the associations stay; with a
// new challenge there are new ones, and the old ones go.
func TestIMSRenewal(t *testing.T) {
	t.Parallel()
	for _, reuse := range []bool{true, false} {
		t.Run(map[bool]string{true: "nonce reused", false: "challenged"}[reuse], func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			e.core(IMSOptions{NonceReuse: reuse})
			p := e.phone(e.host("phone", 21), subscriber(IMSAlice(), "udp"))
			before := e.registered(p).Accounts[0].Associations[0].SAs[0].SPI
			e.order(p, "register")
			e.refreshed(p)
			after := must(p.Status(e.step()))(t)
			for _, a := range after.Accounts[0].Associations {
				if a.State == "active" && (a.SAs[0].SPI == before) != reuse {
					t.Errorf("the active set's SPI was %d and is %d", before, a.SAs[0].SPI)
				}
			}
			if n := associations(after); n["active"] != 1 || n["temporary"] != 0 || (n["draining"] == 1) == reuse {
				t.Errorf("sets %v", n)
			}
		})
	}
}

// calling starts two phones of the core and lets alice call bob's number.
func (e *env) calling(transport string, edit func(bob *PhoneConfig)) (alice, bob *Phone) {
	e.t.Helper()
	alice = e.phone(e.host("alice", 21), subscriber(IMSAlice(), transport))
	config := subscriber(IMSBob(), transport)
	edit(&config)
	bob = e.phone(e.host("bob", 22), config)
	e.registered(alice)
	e.registered(bob)
	e.order(alice, "call", IMSBob().Number)
	return alice, bob
}

// TestIMSCall: two phones of the core, by telephone number, over both
// transports.
func TestIMSCall(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, transport string) {
		e := newEnv(t)
		e.core(IMSOptions{NonceReuse: true})
		a, b := e.calling(transport, func(bob *PhoneConfig) { bob.Tone = peerTone })
		if from := e.did(b, "incoming"); !strings.Contains(from.Text("remote"), IMSAlice().Number) {
			t.Errorf("bob is called by %v, want %s", from, IMSAlice().Number)
		}
		e.order(b, "answer")
		e.did(a, "answered")
		e.hears(a, peerTone)
		e.hears(b, phoneTone)
		e.order(b, "hangup")
		e.did(a, "ended")
		e.idle(a)
		e.idle(b)
	})
}

// TestIMSCallOutlivesRenewal: new associations in the middle of a call.
func TestIMSCallOutlivesRenewal(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, transport string) {
		e := newEnv(t)
		e.core(IMSOptions{NonceReuse: false})
		a, b := e.calling(transport, func(bob *PhoneConfig) { bob.AutoAnswer = true })
		e.did(a, "answered")
		for _, p := range []*Phone{a, b} {
			e.order(p, "register")
			e.refreshed(p)
		}
		e.order(a, "hold")
		e.did(b, "peer-held")
		e.order(a, "resume")
		e.did(b, "peer-resumed")
		e.order(b, "hangup")
		e.did(a, "ended")
		e.idle(b)
	})
}

// TestIMSCallToBaresip: through the core and out to a phone of another network,
// and in from it.
func TestIMSCallToBaresip(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	h := e.host("pstn", 31)
	e.core(IMSOptions{NonceReuse: true, Trunk: h.Addr(5060)})
	b := e.baresip(h, BaresipConfig{User: "gateway", Tone: peerTone, Codec: "PCMA/8000/1"})
	p := e.phone(e.host("phone", 21), subscriber(IMSAlice(), "udp"))
	e.registered(p)
	e.phoneCalls(p, b, "sip:gateway@"+TrunkDomain, "PCMA")
}

// TestIMSNetworkEndsRegistration: the HSS's RTR becomes a NOTIFY of the S-CSCF,
// which comes over TCP where it is too long for a datagram. The phone answers
// it and does what its reason asks for.
func TestIMSNetworkEndsRegistration(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, transport string) {
		e := newEnv(t)
		c := e.core(IMSOptions{NonceReuse: true})
		p := e.phone(e.host("phone", 21), subscriber(IMSAlice(), transport))
		e.registered(p)
		e.notified(p)
		e.deregister(c, IMSAlice(), "lab")
		must(p.Events.Wait(e.step(), "the network's end of the registration", func(ev Event) bool {
			return ev.Text("class") == "registration" && strings.Contains(ev.Text("text"), "the network")
		}))(t)
	})
}

// notified waits until the phone has answered the first NOTIFY of its
// registration's state.
func (e *env) notified(p *Phone) {
	e.t.Helper()
	check(e.t, poll(e.step(), p.Name+": a NOTIFY that is answered", func() (bool, error) {
		trace, err := p.Trace(e.step())
		return slices.ContainsFunc(trace, func(r Traced) bool {
			return r.Label == "200 OK" && strings.HasSuffix(r.CSeq, "NOTIFY")
		}), err
	}))
}
