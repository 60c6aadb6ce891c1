//go:build peers

package peertest

import (
	"errors"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/cmd/internal/hss"
	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/sip"
)

// TestIMSCoreChallengesAgain: without nonce reuse each REGISTER is challenged,
// over the set that there is, and the new set has new ports and SPIs.
func TestIMSCoreChallengesAgain(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p := e.ue(e.core(IMSOptions{}), "alice", 21, IMSAlice())
	p.online()
	for range 2 {
		before := p.set
		m, offer, client := p.again(3600)
		p.protectedAnswer(m)
		set, err := p.challenge(m, offer, client)
		check(t, err)
		if set.remoteServer != before.remoteServer || set.remoteClient == before.remoteClient {
			t.Errorf("from %v and %v to %v and %v", before.remoteServer, before.remoteClient, set.remoteServer, set.remoteClient)
		}
		if parameter(t, set.answer, "spi-s") == parameter(t, before.answer, "spi-s") {
			t.Errorf("SPI used again: %s", set.answer)
		}
		p.enter(set)
	}
}

// TestIMSCoreReusesNonces: with nonce reuse the nonce goes on, and the set too.
func TestIMSCoreReusesNonces(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p := e.ue(e.core(IMSOptions{NonceReuse: true}), "alice", 21, IMSAlice())
	p.online()
	for range 3 {
		m, _, _ := p.again(3600)
		p.accepted(m)
	}
}

// TestIMSCoreResynchronises: a card that is ahead answers AUTS, and the next
// vector suits it.
func TestIMSCoreResynchronises(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := e.core(IMSOptions{})
	p := e.ue(c, "alice", 21, IMSAlice())
	for i := range uint64(32) { // each place of the card's array
		ahead := aka.Generate(aka.NewMilenage(p.user.K, p.user.OP), [16]byte{1}, 1<<20+i, aka.AMF{0x80, 0})
		must(p.usim.Authenticate(ahead.RAND, ahead.AUTN))(t)
	}

	_, err := p.first(p.unproven())
	var sync *aka.SyncError
	if !errors.As(err, &sync) {
		t.Fatalf("the card took the challenge: %v", err)
	}
	set, err := p.first(p.digest("") + `,auts="` + aka.FormatAUTS(sync.AUTS) + `"`)
	for try := 1; errors.As(err, &sync) && try < quickTries; try++ { // see enter
		set, err = p.first(p.digest("") + `,auts="` + aka.FormatAUTS(sync.AUTS) + `"`)
	}
	check(t, err)
	p.enter(set)
	if _, _, err := c.HSS.Await(e.step(), 0, func(e hss.Entry) bool { return e.Resync }); err != nil {
		t.Error(err)
	}
}

// TestIMSCoreTakesZeros: RES with a zero byte is as good as another one.
func TestIMSCoreTakesZeros(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := e.core(IMSOptions{})
	p := e.ue(c, "alice", 21, IMSAlice())
	check(t, c.Store.Misbehave(p.user.IMPI(), hss.Misbehaviour{ZeroInRES: true}))
	p.online()
	if !strings.Contains(p.res, "\x00") {
		t.Errorf("RES had no zero byte")
	}
}

// TestIMSCoreRefusesWrongResponse: 403, and nobody is registered.
func TestIMSCoreRefusesWrongResponse(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := e.core(IMSOptions{})
	p := e.ue(c, "alice", 21, IMSAlice())
	var m ueMessage
	for try := 1; m.Message == nil || m.Status() == 401 && try < quickTries; try++ { // see enter
		set, err := p.first(p.unproven())
		check(t, err)
		m = p.ask(set.client, set.remoteServer, p.register(3600, set.offer, set.answer, p.digest("wrong")))
	}
	if m.Status() != 403 {
		t.Errorf("want 403:\n%v", m)
	}
	if r := must(c.Store.Registration(p.user.IMPI()))(t); r.State != hss.NotRegistered {
		t.Errorf("the HSS says %v", r.State)
	}
}

// TestIMSCoreDeregisters: the answer comes by the association, and the
// associations go behind it; or before it, where that is wanted.
func TestIMSCoreDeregisters(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{"protected": false}
	if esp() == "unprotected" { // else the early answer doesn't get through
		cases["early"] = true
	}
	for name, early := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			c := e.core(IMSOptions{NonceReuse: true, DropEarly: early})
			p := e.ue(c, "alice", 21, IMSAlice())
			p.online()
			m, _, _ := p.again(0)
			if m.Status() != 200 {
				t.Fatalf("want 200:\n%v", m)
			}
			if !early {
				p.protectedAnswer(m)
				must(c.P.WaitSaid(e.step(), "gone sip:"+p.user.IMSI))(t)
			}
			p.unknown("late")
			if r := must(c.Store.Registration(p.user.IMPI()))(t); r.State != hss.NotRegistered {
				t.Errorf("the HSS says %v", r.State)
			}
		})
	}
}

// TestIMSCoreNotifies: reg event over TCP, above 1300 bytes, with every identity;
// then the network ends the registration.
func TestIMSCoreNotifies(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	alice := IMSAlice()
	alice.Names = []string{"alice", "alice.home", "alice.work"}
	c := e.core(IMSOptions{NonceReuse: true, Subscribers: []hss.Subscriber{alice.Subscriber()}})
	p := e.ue(c, "alice", 21, alice)
	p.online()
	d := p.outgoing(sip.SUBSCRIBE, p.user.URI(), "watch")
	d.Set(sip.HEvent, "reg")
	d.Set(sip.HExpires, "600000")
	m := p.ask(p.set.client, p.set.remoteServer, d)
	if m.Status() != 200 {
		t.Fatalf("want 200:\n%v", m)
	}
	p.protectedAnswer(m)
	n := p.notified("active")
	if n.proto != "tcp" || n.from != p.set.remoteClient {
		t.Errorf("by %s from %v, want TCP from %v", n.proto, n.from, p.set.remoteClient)
	}
	for _, id := range []string{p.user.URI(), p.user.Tel(), "sip:alice.work@" + IMSRealm} {
		if !strings.Contains(n.Body(), `"`+id+`"`) {
			t.Errorf("nothing about %s:\n%v", id, n)
		}
	}
	e.deregister(c, p.user, "the lab wants it")
	p.notified("terminated")
}

// notified waits for a NOTIFY about the default identity and accepts it.
func (p *ue) notified(state string) ueMessage {
	p.e.t.Helper()
	n := p.awaits("NOTIFY "+state, func(m ueMessage) bool {
		_, about, _ := strings.Cut(m.Body(), `aor="`+p.user.URI()+`"`)
		about, _, _ = strings.Cut(about, ">")
		return m.Method() == sip.NOTIFY && strings.Contains(about, `state="`+state+`"`)
	})
	p.reply(n, 200, nil)
	return n
}

// TestIMSCoreForgetsAtRestart: a P-CSCF that was restarted knows nobody; a phone
// registers anew.
func TestIMSCoreForgetsAtRestart(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := e.core(IMSOptions{NonceReuse: true})
	p := e.ue(c, "alice", 21, IMSAlice())
	p.online()
	check(t, c.P.Restart(e.step()))
	p.unknown("lost")
	p.online()
}

// unknown demands that the P-CSCF doesn't know the phone any more. With real ESP
// there is nothing to ask by.
func (p *ue) unknown(id string) {
	p.e.t.Helper()
	if p.core.Options.RealESP {
		return
	}
	if m := p.ask(p.set.client, p.set.remoteServer, p.outgoing(sip.OPTIONS, IMSBob().URI(), id)); m.Status() != 403 {
		p.e.t.Errorf("want 403:\n%v", m)
	}
}

// TestIMSCoreTakesSuites: the P-CSCF takes each pair of algorithms that it is
// offered alone, and with several it takes the last.
func TestIMSCoreTakesSuites(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	// Whoever is challenged again starts anew (see enter): that is two sets more.
	c := e.core(IMSOptions{Associations: 16})
	p := e.ue(c, "alice", 21, IMSAlice())
	for _, integrity := range []string{"hmac-md5-96", "hmac-sha-1-96"} {
		for _, encryption := range []string{"null", "aes-cbc"} {
			p.suite = "alg=" + integrity + ";ealg=" + encryption
			p.online()
			if !strings.HasSuffix(p.set.answer, ";"+p.suite) {
				t.Errorf("offered %s, got %s", p.suite, p.set.answer)
			}
		}
	}
}
