package lab_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/cmd/internal/lab"
	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// core is an IMS core in a network without sound or real time.
type core struct {
	*world
	users []lab.User
	sets  *simnet.Protected
}

func newCore(t *testing.T, edit ...func(*lab.IMSConfig)) *core {
	t.Helper()
	return newCoreWith(t, func(sets lab.Associations) lab.Associations { return sets }, edit...)
}

// newCoreWith does the same with something around its sets of SAs.
func newCoreWith(t *testing.T, around func(lab.Associations) lab.Associations, edit ...func(*lab.IMSConfig)) *core {
	t.Helper()
	c := &core{world: &world{t: t, net: simnet.New()}, users: lab.Users("alice", "bob")}
	c.net.Deaf = true
	cfg := lab.IMSConfig{Domain: "lab.test", Users: c.users}
	for _, f := range edit {
		f(&cfg)
	}
	server, err := lab.ServeIMS(cfg, func(recv func(transport.Inbound)) (lab.Sockets, lab.Associations, error) {
		c.socket = c.net.Listen(netip.MustParseAddrPort(labAddr+":5060"), recv)
		c.sets = c.net.ProtectCore(recv)
		return c.socket, around(c.sets), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c.server = server
	t.Cleanup(func() { server.Close() })
	return c
}

// misbehaving is an option of newCore.
func misbehaving(m lab.Misbehaviour) func(*lab.IMSConfig) {
	return func(cfg *lab.IMSConfig) { cfg.Misbehaviour = m }
}

// misbehave does it from now on.
func (c *core) misbehave(m lab.Misbehaviour) {
	c.t.Helper()
	if err := c.server.Misbehave(m); err != nil {
		c.t.Fatal(err)
	}
}

func (c *core) user(name string) lab.User {
	return c.users[slices.IndexFunc(c.users, func(u lab.User) bool { return u.Name == name })]
}

// simCard is a SIM in memory.
type simCard struct{ *aka.USIM }

// newSIM makes a user's SIM, which has seen sequence numbers up to seen.
func newSIM(t *testing.T, u lab.User, seen uint64) simCard {
	t.Helper()
	var state aka.State
	for i := range state {
		state[i] = seen
	}
	usim, err := aka.NewUSIM(aka.NewMilenageOPc(u.K, u.OPc), state, aka.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return simCard{usim}
}

// Open gives the card.
func (s simCard) Open(string) (actors.SIM, error) { return s, nil }

// Authenticate asks it.
func (s simCard) Authenticate(_ context.Context, rand, autn [16]byte) (aka.Keys, error) {
	r, err := s.USIM.Authenticate(rand, autn)
	return r.Keys, err
}

// subscriber starts the phone of a user with his SIM; edit may change the account.
func (c *core) subscriber(name, addr string, edit ...func(*actors.AccountConfig)) *party {
	c.t.Helper()
	return c.subscriberWith(name, addr, newSIM(c.t, c.user(name), 0), edit...)
}

func (c *core) subscriberWith(name, addr string, sim simCard, edit ...func(*actors.AccountConfig)) *party {
	c.t.Helper()
	u := c.user(name)
	ims := func(a *actors.AccountConfig) {
		a.AuthUser, a.Expires = u.PrivateID("lab.test"), 600_000*time.Second
		a.IMS = &actors.IMSConfig{PrivateID: a.AuthUser, Realm: "lab.test", SIM: name, IPsec: true, PCSCF: []string{"sip:" + labAddr},
			Suites: secagree.DefaultSuites(), Modes: []secagree.Mode{secagree.Transport}, AccessNetwork: "IEEE-802.11"}
	}
	return c.phoneWith(sim, name, "", addr, append([]func(*actors.AccountConfig){ims}, edit...)...)
}

// explain is what the phone says of its account.
func (p *party) explain() string {
	p.t.Helper()
	return p.account().Explain(time.Now())
}

func (p *party) wantExplain(parts ...string) {
	p.t.Helper()
	text := p.explain()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			p.t.Errorf("%s explains %q, want %q", p.name, text, part)
		}
	}
}

// seen lists what the phone sent (>) and got (<) with the set that it went over:
// ">0 REGISTER", "<0 401 to REGISTER".
func (p *party) seen() []string {
	p.t.Helper()
	var list []string
	for _, r := range p.trace.Records() {
		list = append(list, label(p.t, r))
	}
	return list
}

func label(t *testing.T, r actors.TraceRecord) string {
	t.Helper()
	msg, err := sip.Parse([]byte(r.Raw))
	if err != nil {
		t.Fatal(err)
	}
	way, what := "<", string(msg.Method())
	if r.Out {
		way = ">"
	}
	if !msg.IsRequest() {
		_, method, _ := strings.Cut(msg.Get(sip.HCSeq), " ")
		what = fmt.Sprintf("%d to %s", msg.Status(), method)
	}
	return fmt.Sprintf("%s%d %s", way, r.Flow.Gen, what)
}

// sets lists the phone's sets.
func (p *party) sets() []string {
	p.t.Helper()
	var list []string
	for _, a := range p.account().Associations {
		list = append(list, a.State)
	}
	return list
}
