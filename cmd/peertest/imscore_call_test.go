//go:build peers

package peertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/protocol/sip"
)

// TestIMSCoreConnectsPhones: a call between two phones by P, S, I, S and P, with
// what the P-CSCF does to identities; every request stays in the associations.
func TestIMSCoreConnectsPhones(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := e.core(IMSOptions{})
	a, b := e.ue(c, "alice", 21, IMSAlice()), e.ue(c, "bob", 22, IMSBob())
	a.online()
	b.online()

	for _, to := range []string{b.user.URI(), b.user.Tel()} {
		d := a.outgoing(sip.INVITE, to, "call-"+to)
		d.Add(sip.HPAssertedIdentity, "<sip:president@"+IMSRealm+">")
		d.Add(sip.HPPreferredIdentity, "<"+a.user.Tel()+">")
		go a.invite(d)
		m := b.invited(d.Get(sip.HCallID))
		if from := m.Get(sip.HFrom); !strings.Contains(from, a.user.Number) {
			t.Errorf("From %s, want %s", from, a.user.Number)
		}
		if got := m.Get(sip.HPAssertedIdentity); got != "<"+a.user.Tel()+">" {
			t.Errorf("P-Asserted-Identity %q", got)
		}
		if m.from != b.set.remoteClient {
			t.Errorf("the INVITE came from %v, want %v", m.from, b.set.remoteClient)
		}
		b.reply(m, 180, b.withContact)
		b.reply(m, 200, b.withContact)
		answer := a.final(d.Get(sip.HCallID), "1 INVITE")
		a.protectedAnswer(answer)
		a.hangUp(answer)
		bye := b.awaits("BYE", func(m ueMessage) bool { return m.Method() == sip.BYE && m.CallID() == d.Get(sip.HCallID) })
		b.reply(bye, 200, nil)
		if ok := a.final(d.Get(sip.HCallID), "2 BYE"); ok.Status() != 200 {
			t.Errorf("BYE:\n%v", ok)
		}
	}
}

func (p *ue) withContact(d *sip.Draft) { d.Add(sip.HContact, p.contact()) }

// invite sends an INVITE.
func (p *ue) invite(d *sip.Draft) {
	d.Prepend(sip.HVia, fmt.Sprintf("SIP/2.0/UDP %s:%d;branch=z9hG4bK%s", p.h.IPv4, ueServerPort, d.Get(sip.HCallID)))
	if err := p.send(p.set.client, p.set.remoteServer, d); err != nil {
		p.e.t.Error(err)
	}
}

// invited waits for the INVITE of a call. One of an earlier call may have come
// twice: a P-CSCF that is slow repeats it.
func (p *ue) invited(id string) ueMessage {
	p.e.t.Helper()
	return p.awaits("INVITE of "+id, func(m ueMessage) bool { return m.Method() == sip.INVITE && m.CallID() == id })
}

// hangUp acknowledges an answer and ends the call.
func (p *ue) hangUp(answer ueMessage) {
	p.e.t.Helper()
	target, err := answer.Contact()
	check(p.e.t, err)
	routes := slices.Collect(answer.Values(sip.HRecordRoute))
	slices.Reverse(routes)
	for cseq, method := range []sip.Method{1: sip.ACK, 2: sip.BYE} {
		if method == "" {
			continue
		}
		d := p.request(method, target.URI.String(), answer.Get(sip.HFrom), answer.Get(sip.HTo), answer.CallID(), cseq)
		d.Prepend(sip.HVia, fmt.Sprintf("SIP/2.0/UDP %s:%d;branch=z9hG4bK%s%s", p.h.IPv4, ueServerPort, method, answer.CallID()))
		for _, r := range routes {
			d.Add(sip.HRoute, r)
		}
		if !strings.Contains(routes[0], p.set.remoteServer.String()) {
			p.e.t.Errorf("%s: the first route is %s, want the protected server port %v", p.h.Name, routes[0], p.set.remoteServer)
		}
		check(p.e.t, p.send(p.set.client, p.set.remoteServer, d))
	}
}

// TestIMSCoreRefusesOutsiders: what doesn't come from a phone's own port is
// refused, and so is who leaves out the Service-Route.
func TestIMSCoreRefusesOutsiders(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := e.core(IMSOptions{})
	a := e.ue(c, "alice", 21, IMSAlice())
	a.online()
	if m := a.outside(a.outgoing(sip.MESSAGE, IMSBob().URI(), "outside")); m.Status() != 403 {
		t.Errorf("want 403:\n%v", m)
	}
	d := a.outgoing(sip.MESSAGE, IMSBob().URI(), "astray")
	d.Del(sip.HRoute)
	if m := a.ask(a.set.client, a.set.remoteServer, d); m.Status() != 400 {
		t.Errorf("want 400:\n%v", m)
	}
}

// TestIMSCoreTrunk: calls to and from a plain SIP phone.
func TestIMSCoreTrunk(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	h := e.host("carol", 31)
	c := e.core(IMSOptions{Trunk: h.Addr(5060)})
	a := e.ue(c, "alice", 21, IMSAlice())
	a.online()
	carol := e.baresip(h, BaresipConfig{User: "carol", Answer: "auto", Tone: 900})

	d := a.outgoing(sip.INVITE, "sip:carol@"+TrunkDomain, "out")
	d.SetBody("application/sdp", strings.ReplaceAll(`v=0
o=- 1 1 IN IP4 10.46.0.21
s=-
c=IN IP4 10.46.0.21
t=0 0
m=audio 40000 RTP/AVP 8
`, "\n", "\r\n"))
	a.invite(d)
	answer := a.final("out", "1 INVITE")
	if answer.Status() != 200 {
		t.Fatalf("want 200:\n%v", answer)
	}
	a.hangUp(answer)
	must(carol.WaitEvent(e.step(), "CALL_CLOSED"))(t)

	must(carol.Command(e.step(), "dial", fmt.Sprintf("sip:%s@%v", a.user.Number, c.I.Addr)))(t)
	m := a.awaits("INVITE", func(m ueMessage) bool { return m.Method() == sip.INVITE })
	if got := m.Get(sip.HPAssertedIdentity); got != "<sip:carol@"+TrunkDomain+">" {
		t.Errorf("P-Asserted-Identity %q", got)
	}
	a.reply(m, 486, nil)
	must(carol.WaitEvent(e.step(), "CALL_CLOSED"))(t)
}
