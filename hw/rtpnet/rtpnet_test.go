package rtpnet

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

var loopback = netip.MustParseAddr("127.0.0.1")

func open(t *testing.T, r *Range, addr netip.Addr) *Pair {
	t.Helper()
	p, err := r.Open(addr, Voice)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestPacketsCross(t *testing.T) {
	for _, addr := range []netip.Addr{loopback, netip.IPv6Loopback()} {
		r := &Range{Low: 21001, High: 21101}
		a, b := open(t, r, addr), open(t, r, addr)
		if a.LocalPort()%2 != 0 || a.LocalPort() == b.LocalPort() {
			t.Fatalf("ports %d and %d", a.LocalPort(), b.LocalPort())
		}
		buf := make([]byte, 100)
		if err := a.WriteRTP([]byte("rtp"), netip.AddrPortFrom(addr, b.LocalPort())); err != nil {
			t.Fatal(err)
		}
		n, from, err := b.ReadRTP(buf)
		if err != nil || string(buf[:n]) != "rtp" || from != netip.AddrPortFrom(addr, a.LocalPort()) {
			t.Errorf("RTP %q from %v, %v", buf[:n], from, err)
		}
		if err := a.WriteRTCP([]byte("rtcp"), netip.AddrPortFrom(addr, b.LocalPort()+1)); err != nil {
			t.Fatal(err)
		}
		n, from, err = b.ReadRTCP(buf)
		if err != nil || string(buf[:n]) != "rtcp" || from != netip.AddrPortFrom(addr, a.LocalPort()+1) {
			t.Errorf("RTCP %q from %v, %v", buf[:n], from, err)
		}
	}
}

// TestVideoIsHeld: the kernel holds more of video than of voice.
func TestVideoIsHeld(t *testing.T) {
	r := &Range{Low: 21600, High: 21699}
	var held [2]int
	for i, class := range []Class{Voice, Video} {
		p, err := r.Open(loopback, class)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if err := p.rtp.raw.Control(func(fd uintptr) { held[i], err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF) }); err != nil {
			t.Fatal(err)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if held[0] < videoBuffer && held[1] <= held[0] {
		t.Errorf("of voice %d bytes are held, of video %d", held[0], held[1])
	}
}

// TestBothFamilies: a stream on all of the machine's addresses speaks IPv4 and IPv6.
func TestBothFamilies(t *testing.T) {
	r := &Range{Low: 21500, High: 21599}
	all := open(t, r, netip.IPv6Unspecified())
	for _, addr := range []netip.Addr{loopback, netip.IPv6Loopback()} {
		peer, buf := open(t, r, addr), make([]byte, 100)
		at := netip.AddrPortFrom(addr, peer.LocalPort())
		if err := all.WriteRTP([]byte("out"), at); err != nil {
			t.Fatal(err)
		}
		if n, _, err := peer.ReadRTP(buf); err != nil || string(buf[:n]) != "out" {
			t.Errorf("%v got %q, %v", addr, buf[:n], err)
		}
		if err := peer.WriteRTP([]byte("in"), netip.AddrPortFrom(addr, all.LocalPort())); err != nil {
			t.Fatal(err)
		}
		if n, from, err := all.ReadRTP(buf); err != nil || string(buf[:n]) != "in" || from != at {
			t.Errorf("%q from %v, %v; want it from %v", buf[:n], from, err, at)
		}
	}
}

// TestNoWay: what a socket can't reach is an error, and so is a closed one.
func TestNoWay(t *testing.T) {
	p := open(t, &Range{Low: 21600, High: 21699}, loopback)
	if err := p.WriteRTP([]byte("rtp"), netip.AddrPortFrom(netip.IPv6Loopback(), 21700)); !errors.Is(err, unix.EAFNOSUPPORT) {
		t.Errorf("to IPv6 by IPv4: %v", err)
	}
	if err := p.WriteRTP(make([]byte, 1<<16), netip.AddrPortFrom(loopback, 21700)); !errors.Is(err, unix.EMSGSIZE) {
		t.Errorf("too large: %v", err)
	}
	p.Close()
	if err := p.WriteRTP([]byte("rtp"), netip.AddrPortFrom(loopback, 21700)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestAFullRangeSaysSo(t *testing.T) {
	r := &Range{Low: 21200, High: 21203}
	open(t, r, loopback)
	open(t, r, loopback)
	if _, err := r.Open(loopback, Voice); !errors.Is(err, ErrNoPort) {
		t.Errorf("third pair: %v", err)
	}
}

func TestLocalFor(t *testing.T) {
	for _, addr := range []netip.Addr{loopback, netip.IPv6Loopback()} {
		if got, err := LocalFor(addr); err != nil || got != addr {
			t.Errorf("to %v from %v, %v", addr, got, err)
		}
	}
}

func TestCloseEndsTheReader(t *testing.T) {
	p := open(t, &Range{Low: 21300, High: 21399}, loopback)
	done := make(chan error)
	go func() {
		_, _, err := p.ReadRTP(make([]byte, 10))
		done <- err
	}()
	p.Close()
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("read after Close: %v", err)
	}
}

func TestAPacketCostsNoAllocation(t *testing.T) {
	r := &Range{Low: 21400, High: 21499}
	a, b := open(t, r, loopback), open(t, r, loopback)
	packet, buf := make([]byte, 172), make([]byte, 2048)
	to := netip.AddrPortFrom(loopback, b.LocalPort())
	if n := testing.AllocsPerRun(100, func() {
		if a.WriteRTP(packet, to) != nil {
			t.Fatal("write")
		}
		if _, _, err := b.ReadRTP(buf); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestClasses asks the kernel what the packets are marked with.
func TestClasses(t *testing.T) {
	r := &Range{Low: 21300, High: 21310}
	for _, class := range []Class{Voice, Video} {
		p, err := r.Open(loopback, class)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := p.rtp.conn.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		var got int
		if err := raw.Control(func(fd uintptr) { got, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS) }); err != nil {
			t.Fatal(err)
		}
		if err != nil || got != int(class) {
			t.Errorf("marked with %d (%v), want %d", got, err, class)
		}
		p.Close()
	}
}
