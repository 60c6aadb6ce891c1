package actors_test

import (
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
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
		"transport":   func(p *party, _ *brittle) { p.System().Root.Send(p.find("/transport"), actors.PanicTransport) },
		"line":        func(p *party, _ *brittle) { p.System().Root.Send(p.find("/line-alice"), actors.PanicLine) },
		"association": func(_ *party, b *brittle) { b.extend.Store(true) },
		"SIM":         func(_ *party, b *brittle) { b.open.Store(true) },
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
