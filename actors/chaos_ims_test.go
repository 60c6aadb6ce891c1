package actors_test

import (
	"context"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/transport"
)

// brittle is a phone's IPsec and SIM that panic when told to.
type brittle struct {
	actors.IPsecPort
	sim    softSIM
	extend atomic.Bool
	open   atomic.Bool
	sets   atomic.Pointer[brittleSocket]
}

type brittleSocket struct {
	actors.ProtectedSocket
	owner *brittle
}

func (b *brittle) Open(cfg actors.ProtectedConfig, recv func(transport.Inbound)) (actors.ProtectedSocket, error) {
	s, err := b.IPsecPort.Open(cfg, recv)
	x := &brittleSocket{s, b}
	b.sets.Store(x)
	return x, err
}

func (s *brittleSocket) Extend(gen uint32, d time.Duration) error {
	if s.owner.extend.CompareAndSwap(true, false) {
		panic("Extend")
	}
	return s.ProtectedSocket.Extend(gen, d)
}

type brittleSIM struct{ *brittle }

func (b brittleSIM) Open(name string) (actors.SIM, error) {
	if b.open.CompareAndSwap(true, false) {
		panic("Open")
	}
	return b.sim.Open(name)
}

// TestPanicIMS lets each actor of a line of an IMS core fail: it is registered
// and protected again by itself, and no set of SAs is left behind.
func TestPanicIMS(t *testing.T) {
	for name, fail := range map[string]func(*party, *brittle){
		"transport":    func(p *party, _ *brittle) { p.System().Root.Send(p.find("/transport"), actors.PanicTransport) },
		"line":         func(p *party, _ *brittle) { p.System().Root.Send(p.find("/line-alice"), actors.PanicLine) },
		"association":  func(_ *party, b *brittle) { b.extend.Store(true) },
		"subscription": func(p *party, _ *brittle) { p.System().Root.Send(p.find("/subscription"), actors.PanicLine) },
		"SIM":          func(_ *party, b *brittle) { b.open.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := simnet.New()
				core := newIMSCore(t, net)
				ports := net.Ports(netip.MustParseAddr(aliceAddr))
				b := &brittle{IPsecPort: ports.IPsec, sim: newSIM(t, 0)}
				ports.IPsec, ports.SIM = b, brittleSIM{b}
				if name == "SIM" {
					fail(nil, b)
				}
				alice := newPartyWith(t, ports, "alice", aliceAddr, func(c *actors.Config) { c.Accounts = imsAccount("alice") })
				pass(time.Second)
				if name != "SIM" {
					fail(alice, b)
				}
				pass(2 * time.Hour) // with a renewal in between
				if got := alice.status().Counters.Panics; got != 1 {
					t.Errorf("%d actors failed", got)
				}
				a := alice.account()
				if a.State != "registered" || len(a.Associations) == 0 || len(a.Associations) > 2 {
					t.Errorf("%s with sets %q: %s", a.State, alice.sets(), a.Text)
				}
				alice.Stop(t.Context())
				if n := b.sets.Load().ProtectedSocket.(*simnet.Protected).Sets(); n != 0 {
					t.Errorf("%d sets are left of the phone", n)
				}
				if got := core.requests(); got[len(got)-1] == "REGISTER 0" {
					t.Errorf("requests %q", got)
				}
			})
		})
	}
}

// faulty is a phone's IPsec and SIM whose calls away from any mailbox panic once.
type faulty struct {
	actors.IPsecPort
	softSIM
	authenticate, install atomic.Bool
}

type faultySocket struct {
	actors.ProtectedSocket
	owner *faulty
}

func (s faultySocket) Install(ctx context.Context, gen uint32, set secagree.Set, lifetime time.Duration) error {
	if s.owner.install.CompareAndSwap(true, false) {
		panic("Install")
	}
	return s.ProtectedSocket.Install(ctx, gen, set, lifetime)
}

type faultyIPsec struct{ *faulty }

func (f faultyIPsec) Open(cfg actors.ProtectedConfig, recv func(transport.Inbound)) (actors.ProtectedSocket, error) {
	s, err := f.IPsecPort.Open(cfg, recv)
	return faultySocket{s, f.faulty}, err
}

type faultySIM struct{ *faulty }

func (f faultySIM) Open(string) (actors.SIM, error) { return f, nil }

func (f faultySIM) Authenticate(ctx context.Context, rand, autn [16]byte) (aka.Keys, error) {
	if f.authenticate.CompareAndSwap(true, false) {
		panic("Authenticate")
	}
	return f.softSIM.Authenticate(ctx, rand, autn)
}

// TestDriversThatPanic cost one try each, as what they fail at is done away from
// the mailboxes: neither an actor nor the process ends.
func TestDriversThatPanic(t *testing.T) {
	for name, fail := range map[string]func(*faulty){
		"Authenticate": func(f *faulty) { f.authenticate.Store(true) },
		"Install":      func(f *faulty) { f.install.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := simnet.New()
				newIMSCore(t, net)
				ports := net.Ports(netip.MustParseAddr(aliceAddr))
				f := &faulty{IPsecPort: ports.IPsec, softSIM: newSIM(t, 0)}
				ports.IPsec, ports.SIM = faultyIPsec{f}, faultySIM{f}
				fail(f)
				alice := newPartyWith(t, ports, "alice", aliceAddr, func(c *actors.Config) { c.Accounts = imsAccount("alice") })
				pass(time.Second)
				alice.wantRefused("a driver of this phone failed, please report it: " + name)
				pass(time.Minute)
				if a := alice.account(); a.State != "registered" || len(a.Associations) != 1 {
					t.Errorf("%s with sets %q", a.Explain(time.Now()), alice.sets())
				}
			})
		})
	}
}

// TestEachMessageLost registers and renews while one message, each in its turn,
// is lost: the line stays, and no set of SAs is left over.
func TestEachMessageLost(t *testing.T) {
	count := loseOne(t, -1)
	if count < 15 {
		t.Fatalf("only %d messages", count)
	}
	for n := range count {
		loseOne(t, n)
	}
}

// loseOne loses the n-th message of a registration and its first renewal, and
// tells how many there were.
func loseOne(t *testing.T, n int) (sent int) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		net.Lose = func([]byte) bool {
			sent++
			return sent-1 == n
		}
		newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		pass(53 * time.Minute)
		if a := alice.account(); a.State != "registered" || len(a.Associations) > 2 || a.Associations[len(a.Associations)-1].State != "active" {
			t.Errorf("message %d lost: %s, with sets %q", n, a.Explain(time.Now()), alice.sets())
		}
	})
	return sent
}
