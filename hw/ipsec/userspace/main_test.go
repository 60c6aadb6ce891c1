package userspace

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/imsphone/imsphone/hw/sipnet"
	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// bound is how long anything may take that is expected to happen.
const bound = 30 * time.Second

var (
	v4 = netip.MustParseAddr("127.0.0.1")
	v6 = netip.MustParseAddr("::1")
)

// newStack makes a Stack that ends with the test.
func newStack(t testing.TB, role Role, local netip.Addr, peer netip.AddrPort) *Stack {
	t.Helper()
	s, err := New(Config{Role: role, Local: local, Carrier: UDP(netip.AddrPortFrom(v4, 0), peer)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// testSet gives a set between two ends with an address each; n tells sets apart.
func testSet(suite secagree.Suite, mode secagree.Mode, ue, pcscf netip.Addr, n int) secagree.Set {
	end := func(addr netip.Addr, base, port int) secagree.End {
		return secagree.End{Addr: addr, ClientPort: uint16(port), ServerPort: uint16(port + 1),
			ClientSPI: uint32(base + 10*n), ServerSPI: uint32(base + 10*n + 1)}
	}
	var ik, ck [16]byte
	for i := range ik {
		ik[i], ck[i] = byte(i+n), byte(0xff-i-n)
	}
	set := secagree.Set{Suite: suite, Mode: mode, UE: end(ue, 1000, 40000+10*n), PCSCF: end(pcscf, 500000, 6000),
		IK: aka.NewKey(ik), CK: aka.NewKey(ck)}
	return set
}

// world is one UE and one P-CSCF with one set.
type world struct {
	ue, pcscf   *Stack
	set         secagree.Set
	hUE, hPCSCF *Handle
}

func (w *world) uc() netip.AddrPort { return netip.AddrPortFrom(w.set.UE.Addr, w.set.UE.ClientPort) }
func (w *world) us() netip.AddrPort { return netip.AddrPortFrom(w.set.UE.Addr, w.set.UE.ServerPort) }
func (w *world) pc() netip.AddrPort {
	return netip.AddrPortFrom(w.set.PCSCF.Addr, w.set.PCSCF.ClientPort)
}
func (w *world) ps() netip.AddrPort {
	return netip.AddrPortFrom(w.set.PCSCF.Addr, w.set.PCSCF.ServerPort)
}

func newWorld(t testing.TB, suite secagree.Suite, mode secagree.Mode, ue, pcscf netip.Addr) *world {
	t.Helper()
	w := &world{set: testSet(suite, mode, ue, pcscf, 0)}
	w.pcscf = newStack(t, PCSCF, pcscf, netip.AddrPort{})
	w.ue = newStack(t, UE, ue, w.pcscf.Outer())
	w.hUE, w.hPCSCF = install(t, w.ue, w.set), install(t, w.pcscf, w.set)
	return w
}

func install(t testing.TB, s *Stack, set secagree.Set) *Handle {
	t.Helper()
	h, err := s.Install(set)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func listenUDP(t testing.TB, s *Stack, at netip.AddrPort) sipnet.PacketConn {
	t.Helper()
	c, err := s.ListenUDP(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func listenTCP(t testing.TB, s *Stack, at netip.AddrPort) net.Listener {
	t.Helper()
	l, err := s.ListenTCP(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func dialTCP(t testing.TB, s *Stack, from, to netip.AddrPort) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), bound)
	defer cancel()
	c, err := s.DialTCP(ctx, from, to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func send(t testing.TB, c sipnet.PacketConn, to netip.AddrPort, b []byte) {
	t.Helper()
	if n, err := c.WriteToUDPAddrPort(b, to); err != nil || n != len(b) {
		t.Fatalf("%d bytes sent, %v", n, err)
	}
}

// soon gives what f returns, or ends the test.
func soon[T any](t testing.TB, what string, f func() T) T {
	t.Helper()
	done := make(chan T, 1)
	go func() { done <- f() }()
	select {
	case x := <-done:
		return x
	case <-time.After(bound):
		t.Fatal(what, "doesn't happen")
		panic("unreachable")
	}
}

// wantUDP reads one datagram.
func wantUDP(t testing.TB, c sipnet.PacketConn, from netip.AddrPort, want []byte) {
	t.Helper()
	type datagram struct {
		data []byte
		from netip.AddrPort
		err  error
	}
	d := soon(t, "the datagram", func() datagram {
		b := make([]byte, maxPacket)
		n, from, err := c.ReadFromUDPAddrPort(b)
		return datagram{b[:n], from, err}
	})
	if d.err != nil || d.from != from || !bytes.Equal(d.data, want) {
		t.Fatalf("%d bytes from %s, %v; want %d from %s", len(d.data), d.from, d.err, len(want), from)
	}
}

func accept(t testing.TB, l net.Listener) net.Conn {
	t.Helper()
	type accepted struct {
		c   net.Conn
		err error
	}
	a := soon(t, "the connection", func() accepted { c, err := l.Accept(); return accepted{c, err} })
	if a.err != nil {
		t.Fatal(a.err)
	}
	t.Cleanup(func() { a.c.Close() })
	return a.c
}

// transfer sends b from one end of a connection to the other.
func transfer(t testing.TB, from, to net.Conn, b []byte) {
	t.Helper()
	sent := make(chan error, 1)
	go func() { _, err := from.Write(b); sent <- err }()
	got := make([]byte, len(b))
	to.SetReadDeadline(time.Now().Add(bound))
	if _, err := io.ReadFull(to, got); err != nil {
		t.Fatal(err)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, b) {
		t.Fatal("what came isn't what was sent")
	}
}

func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

// modes are the ways through the UDP carrier.
var modes = []secagree.Mode{secagree.Transport, secagree.UDPTunnel}

// everyKind runs f with each suite, mode and IP version.
func everyKind(t *testing.T, f func(*testing.T, *world)) {
	for _, suite := range secagree.Suites() {
		for _, mode := range modes {
			for _, addr := range []netip.Addr{v4, v6} {
				t.Run(fmt.Sprint(suite, " ", mode, " ", addr), func(t *testing.T) {
					f(t, newWorld(t, suite, mode, addr, addr))
				})
			}
		}
	}
}
