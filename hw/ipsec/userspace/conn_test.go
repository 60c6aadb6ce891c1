package userspace

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// gcm is the suite of tests for which any will do.
var gcm = secagree.Suites()[0]

func aWorld(t testing.TB) *world { return newWorld(t, gcm, secagree.Transport, v4, v4) }

// TestRedial opens a connection between the ports of one that was closed.
func TestRedial(t *testing.T) {
	w := aWorld(t)
	ps := listenTCP(t, w.pcscf, w.ps())
	for range 5 {
		out := dialTCP(t, w.ue, w.uc(), w.ps())
		in := accept(t, ps)
		transfer(t, out, in, pattern(10))
		out.Close()
		if _, err := in.Read(make([]byte, 1)); err != io.EOF {
			t.Fatal(err)
		}
		in.Close()
	}
	for range 3 { // the other side closes first
		out := dialTCP(t, w.ue, w.uc(), w.ps())
		in := accept(t, ps)
		in.Close()
		if _, err := out.Read(make([]byte, 1)); err != io.EOF {
			t.Fatal(err)
		}
		out.Close()
	}
}

// TestSlowReader fills the window before anything is read.
func TestSlowReader(t *testing.T) {
	w := aWorld(t)
	ps := listenTCP(t, w.pcscf, w.ps())
	out := dialTCP(t, w.ue, w.uc(), w.ps())
	in := accept(t, ps)
	b := pattern(2_000_000)
	sent := make(chan error, 1)
	go func() { _, err := out.Write(b); sent <- err }()
	got := 0
	for buf := make([]byte, 100); got < len(b); {
		in.SetReadDeadline(time.Now().Add(bound))
		n, err := in.Read(buf)
		if err != nil {
			t.Fatalf("after %d bytes: %v", got, err)
		}
		got += n
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

func TestDialErrors(t *testing.T) {
	w := aWorld(t)
	ctx, cancel := context.WithTimeout(context.Background(), bound)
	defer cancel()
	if _, err := w.ue.DialTCP(ctx, w.uc(), w.ps()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("nobody listens: %v", err)
	}
	if _, err := w.ue.DialTCP(ctx, w.us(), w.ps()); !errors.Is(err, ErrNoSA) {
		t.Errorf("no SA: %v", err)
	}
	w.hPCSCF.Close()
	cancel()
	if _, err := w.ue.DialTCP(ctx, w.uc(), w.ps()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestReset(t *testing.T) {
	w := aWorld(t)
	ps := listenTCP(t, w.pcscf, w.ps())
	out := dialTCP(t, w.ue, w.uc(), w.ps())
	accept(t, ps)
	if err := w.pcscf.Close(); err != nil {
		t.Fatal(err)
	}
	out.SetReadDeadline(time.Now().Add(bound))
	if _, err := out.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the peer's stack closed: %v", err)
	}
}

func TestDeadline(t *testing.T) {
	w := aWorld(t)
	ps := listenTCP(t, w.pcscf, w.ps())
	out := dialTCP(t, w.ue, w.uc(), w.ps())
	accept(t, ps)
	out.SetReadDeadline(time.Now())
	var n net.Error
	if _, err := out.Read(make([]byte, 1)); !errors.As(err, &n) || !n.Timeout() {
		t.Errorf("after the deadline: %v", err)
	}
	out.Close()
	if _, err := out.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestListenErrors(t *testing.T) {
	w := aWorld(t)
	udp, tcp := listenUDP(t, w.ue, w.us()), listenTCP(t, w.ue, w.us())
	if _, err := w.ue.ListenUDP(w.us()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("UDP: %v", err)
	}
	if _, err := w.ue.ListenTCP(w.us()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("TCP: %v", err)
	}
	elsewhere := netip.MustParseAddrPort("192.0.2.1:5060")
	if _, err := w.ue.ListenUDP(elsewhere); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("UDP elsewhere: %v", err)
	}
	if _, err := w.ue.ListenTCP(elsewhere); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("TCP elsewhere: %v", err)
	}
	if _, err := udp.WriteToUDPAddrPort(make([]byte, maxPacket), w.pc()); !errors.Is(err, syscall.EMSGSIZE) {
		t.Errorf("a datagram too long: %v", err)
	}
	if tcp.Addr().String() != w.us().String() {
		t.Errorf("listens at %s", tcp.Addr())
	}
	udp.Close()
	tcp.Close()
	if _, _, err := udp.ReadFromUDPAddrPort(nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("UDP after Close: %v", err)
	}
	if _, err := tcp.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("TCP after Close: %v", err)
	}
	listenUDP(t, w.ue, w.us())
	listenTCP(t, w.ue, w.us())
}
