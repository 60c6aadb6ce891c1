package actors_test

import (
	"context"
	"errors"
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

// nth is a phone's IPsec and SIM of whose calls one fails, counted from 0.
type nth struct {
	ipsec actors.IPsecPort
	sim   softSIM
	fails int64
	calls atomic.Int64
	last  atomic.Pointer[simnet.Protected]
}

var errNth = errors.New("it is this call's turn to fail")

func (n *nth) call() error {
	if n.calls.Add(1)-1 == n.fails {
		return errNth
	}
	return nil
}

type nthIPsec struct{ *nth }

func (n nthIPsec) Open(cfg actors.ProtectedConfig, recv func(transport.Inbound)) (actors.ProtectedSocket, error) {
	s, err := n.ipsec.Open(cfg, recv)
	n.last.Store(s.(*simnet.Protected))
	return nthSocket{s, n.nth}, err
}

type nthSocket struct {
	actors.ProtectedSocket
	n *nth
}

func (s nthSocket) Install(ctx context.Context, gen uint32, set secagree.Set, lifetime time.Duration) error {
	if err := s.n.call(); err != nil {
		return err
	}
	return s.ProtectedSocket.Install(ctx, gen, set, lifetime)
}

func (s nthSocket) Extend(gen uint32, lifetime time.Duration) error {
	if err := s.n.call(); err != nil {
		return err
	}
	return s.ProtectedSocket.Extend(gen, lifetime)
}

func (s nthSocket) Connect(ctx context.Context, gen uint32, proto transport.Proto) (transport.Flow, error) {
	if err := s.n.call(); err != nil {
		return transport.Flow{}, err
	}
	return s.ProtectedSocket.Connect(ctx, gen, proto)
}

func (s nthSocket) Send(flow transport.Flow, b []byte) error {
	if err := s.n.call(); err != nil {
		return err
	}
	return s.ProtectedSocket.Send(flow, b)
}

type nthSIM struct{ *nth }

func (n nthSIM) Open(string) (actors.SIM, error) { return n, n.call() }

func (n nthSIM) Authenticate(ctx context.Context, rand, autn [16]byte) (aka.Keys, error) {
	if err := n.call(); err != nil {
		return aka.Keys{}, err
	}
	return n.sim.Authenticate(ctx, rand, autn)
}

// TestEachCallOfADriverFails registers, renews and leaves while one call to SIM
// or IPsec fails, each in its turn: the line is registered in the end, and leaves
// nothing behind.
func TestEachCallOfADriverFails(t *testing.T) {
	count := failOne(t, -1)
	if count < 20 {
		t.Fatalf("only %d calls", count)
	}
	for n := range count {
		failOne(t, n)
	}
}

// failOne lets the n-th call fail, and tells how many there were.
func failOne(t *testing.T, n int64) (calls int64) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		ports := net.Ports(netip.MustParseAddr(aliceAddr))
		x := &nth{ipsec: ports.IPsec, sim: newSIM(t, 0), fails: n}
		ports.IPsec, ports.SIM = nthIPsec{x}, nthSIM{x}
		alice := newPartyWith(t, ports, "alice", aliceAddr, func(c *actors.Config) { c.Accounts = imsAccount("alice") })
		pass(2 * time.Hour)
		if a := alice.account(); a.State != "registered" || len(a.Associations) > 2 {
			t.Errorf("call %d failed: %s, with sets %q", n, a.Explain(time.Now()), alice.sets())
		}
		core.with(func() { core.reuse = true }) // no challenge on the way out
		alice.Stop(t.Context())
		pass(10 * time.Second)
		if left := x.last.Load().Sets(); left != 0 {
			t.Errorf("call %d failed: %d sets are left", n, left)
		}
		calls = x.calls.Load()
	})
	return calls
}
