package sipnet

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/imsphone/imsphone/protocol/transport"
)

// failing is a network whose datagrams come after many failed reads.
type failing struct{ from netip.AddrPort }

func (f failing) ListenUDP(netip.AddrPort) (PacketConn, error) {
	return &failingConn{from: f.from, closed: make(chan struct{})}, nil
}

func (failing) ListenTCP(netip.AddrPort) (net.Listener, error) {
	return &idleListener{closed: make(chan struct{})}, nil
}

func (failing) DialTCP(context.Context, netip.AddrPort, netip.AddrPort) (net.Conn, error) {
	return nil, errors.ErrUnsupported
}

type failingConn struct {
	from   netip.AddrPort
	reads  atomic.Int32
	closed chan struct{}
}

func (c *failingConn) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	switch n := c.reads.Add(1); {
	case n <= 3*maxFailures:
		return 0, netip.AddrPort{}, errors.New("the network is down")
	case n == 3*maxFailures+1:
		return copy(b, message(1)), c.from, nil
	}
	<-c.closed
	return 0, netip.AddrPort{}, net.ErrClosed
}

func (*failingConn) WriteToUDPAddrPort(b []byte, _ netip.AddrPort) (int, error) { return len(b), nil }

func (c *failingConn) Close() error { close(c.closed); return nil }

type idleListener struct {
	net.Listener
	closed chan struct{}
}

func (l *idleListener) Accept() (net.Conn, error) { <-l.closed; return nil, net.ErrClosed }
func (l *idleListener) Close() error              { close(l.closed); return nil }

// TestProtectedPortsAreReadAgain: a port that could not be read for long isn't
// deaf for good.
func TestProtectedPortsAreReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := func(port uint16) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), port) }
		path := Path{Gen: 1, LocalClient: at(1), LocalServer: at(2), RemoteClient: at(3), RemoteServer: at(4)}
		heard := make(chan transport.Inbound, 2)
		p := NewProtected(ProtectedConfig{Network: failing{from: path.RemoteClient}}, func(in transport.Inbound) { heard <- in })
		if err := p.Add(path); err != nil {
			t.Fatal(err)
		}
		if in := <-heard; string(in.Data) != message(1) {
			t.Errorf("%q", in.Data)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}
