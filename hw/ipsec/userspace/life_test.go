package userspace

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestLifetime ends a set at its hard limit: what is sent then is dropped.
func TestLifetime(t *testing.T) {
	w := aWorld(t)
	uc, ps := listenUDP(t, w.ue, w.uc()), listenUDP(t, w.pcscf, w.ps())
	w.hUE.SetLifetime(time.Hour)
	send(t, uc, w.ps(), pattern(10))
	wantUDP(t, ps, w.uc(), pattern(10))
	w.hUE.SetLifetime(time.Millisecond)
	soon(t, "the end of the lifetime", func() struct{} { <-w.hUE.Done(); return struct{}{} })
	send(t, uc, w.ps(), pattern(10))
	if n := w.ue.Stats().Unprotected; n != 1 {
		t.Errorf("%d packets dropped", n)
	}
	if c := w.hUE.Counters(); c[0].Packets != 1 {
		t.Errorf("%+v", c)
	}
	w.hUE.SetLifetime(time.Hour) // too late
	if err := w.hUE.Close(); err != nil {
		t.Error(err)
	}
	w.hUE = install(t, w.ue, w.set)
	w.hUE.SetLifetime(0)
	soon(t, "the end", func() struct{} { <-w.hUE.Done(); return struct{}{} })
}

// TestSharedSelectors uses the newest of two sets that differ in their SPIs and
// keys only, and the older one again after it.
func TestSharedSelectors(t *testing.T) {
	w := aWorld(t)
	uc, ps := listenUDP(t, w.ue, w.uc()), listenUDP(t, w.pcscf, w.ps())
	next := testSet(gcm, secagree.Transport, v4, v4, 1)
	next.UE.ClientPort, next.UE.ServerPort = w.set.UE.ClientPort, w.set.UE.ServerPort
	hUE, hPCSCF := install(t, w.ue, next), install(t, w.pcscf, next)
	exchange := func() {
		t.Helper()
		send(t, uc, w.ps(), pattern(10))
		wantUDP(t, ps, w.uc(), pattern(10))
	}
	exchange()
	if old, new := w.hPCSCF.Counters()[0].Packets, hPCSCF.Counters()[0].Packets; old != 0 || new != 1 {
		t.Errorf("%d by the old set, %d by the new", old, new)
	}
	hUE.Close()
	exchange()
	if old, new := w.hPCSCF.Counters()[0].Packets, hPCSCF.Counters()[0].Packets; old != 1 || new != 1 {
		t.Errorf("%d by the old set, %d by the new", old, new)
	}
}

// TestCloseLeavesNothing closes both sides in the middle of everything.
func TestCloseLeavesNothing(t *testing.T) {
	for _, addr := range []netip.Addr{v4, v6} {
		w := newWorld(t, gcm, secagree.UDPTunnel, addr, addr)
		w.hUE.SetLifetime(time.Hour)
		uc, us, ps := listenUDP(t, w.ue, w.uc()), listenTCP(t, w.ue, w.us()), listenTCP(t, w.pcscf, w.ps())
		out := dialTCP(t, w.ue, w.uc(), w.ps())
		in := accept(t, ps)
		ended := make(chan error, 4)
		go func() { _, _, err := uc.ReadFromUDPAddrPort(make([]byte, 10)); ended <- err }()
		go func() { _, err := us.Accept(); ended <- err }()
		go func() { _, err := out.Read(make([]byte, 10)); ended <- err }()
		go func() { _, err := in.Write(make([]byte, 10_000_000)); ended <- err }()
		if err := w.ue.Close(); err != nil {
			t.Error(err)
		}
		if err := w.pcscf.Close(); err != nil {
			t.Error(err)
		}
		for range cap(ended) {
			if err := soon(t, "the end", func() error { return <-ended }); err == nil {
				t.Error("ended without an error")
			}
		}
		soon(t, "the end of all goroutines", func() struct{} {
			for strings.Contains(goroutines(), "gvisor") || strings.Contains(goroutines(), "(*receiver)") {
				runtime.Gosched()
			}
			return struct{}{}
		})
		if _, err := w.ue.Install(w.set); !errors.Is(err, ErrClosed) {
			t.Errorf("Install after Close: %v", err)
		}
		if _, err := w.ue.ListenUDP(w.us()); !errors.Is(err, ErrClosed) {
			t.Errorf("ListenUDP after Close: %v", err)
		}
		if _, err := w.ue.ListenTCP(w.us()); !errors.Is(err, ErrClosed) {
			t.Errorf("ListenTCP after Close: %v", err)
		}
		if _, _, err := uc.ReadFromUDPAddrPort(nil); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		if err := w.ue.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
	}
}

// TestCloseUnderLoad closes one side while the other connects again and again.
func TestCloseUnderLoad(t *testing.T) {
	for range 20 {
		w := aWorld(t)
		ps := listenTCP(t, w.pcscf, w.ps())
		go func() {
			for c, err := ps.Accept(); err == nil; c, err = ps.Accept() {
				c.Close()
			}
		}()
		ctx, cancel := context.WithTimeout(context.Background(), bound)
		connected, ended := make(chan struct{}, 1), make(chan struct{})
		go func() {
			defer close(ended)
			for {
				c, err := w.ue.DialTCP(ctx, w.uc(), w.ps())
				if err != nil {
					return
				}
				c.Close()
				select {
				case connected <- struct{}{}:
				default:
				}
			}
		}()
		soon(t, "a connection", func() struct{} { return <-connected })
		soon(t, "Close", func() error { return w.pcscf.Close() })
		soon(t, "Close", func() error { return w.ue.Close() })
		cancel()
		soon(t, "the last dial", func() struct{} { <-ended; return struct{}{} })
	}
}

func goroutines() string {
	b := make([]byte, 1<<20)
	return string(b[:runtime.Stack(b, true)])
}

func TestInstallErrors(t *testing.T) {
	w := aWorld(t)
	fresh := func(change func(*secagree.Set)) secagree.Set {
		set := testSet(gcm, secagree.Transport, v4, v4, 1)
		change(&set)
		return set
	}
	for name, test := range map[string]struct {
		set  secagree.Set
		want error
	}{
		"SPI in use":      {fresh(func(s *secagree.Set) { s.UE.ServerSPI = w.set.UE.ClientSPI }), ErrSPIInUse},
		"SPI twice":       {fresh(func(s *secagree.Set) { s.UE.ServerSPI = s.PCSCF.ClientSPI }), ErrSet},
		"another address": {fresh(func(s *secagree.Set) { s.UE.Addr = netip.MustParseAddr("192.0.2.1") }), ErrSet},
		"another family":  {fresh(func(s *secagree.Set) { s.PCSCF.Addr = v6 }), ErrSet},
		"no peer":         {fresh(func(s *secagree.Set) { s.PCSCF.Addr = netip.Addr{} }), ErrSet},
		"no port":         {fresh(func(s *secagree.Set) { s.PCSCF.ServerPort = 0 }), ErrSet},
		"a mode":          {fresh(func(s *secagree.Set) { s.Mode = 7 }), ErrSet},
	} {
		if _, err := w.ue.Install(test.set); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.ue.Install(fresh(func(s *secagree.Set) { s.Suite = secagree.Suite{} })); err == nil {
		t.Error("a set without protection is installed")
	}
	install(t, w.ue, fresh(func(s *secagree.Set) { // no failure left anything
		s.UE.Addr = netip.AddrFrom16(v4.As16()) // is the same address
	}))
}

func TestConfigErrors(t *testing.T) {
	peer := netip.MustParseAddrPort("127.0.0.1:4500")
	for name, cfg := range map[string]Config{
		"no address": {Role: UE, Carrier: UDP(netip.AddrPort{}, peer)},
		"any":        {Role: UE, Local: netip.IPv4Unspecified(), Carrier: UDP(netip.AddrPort{}, peer)},
		"zone":       {Role: UE, Local: netip.MustParseAddr("fe80::1%lo"), Carrier: UDP(netip.AddrPort{}, peer)},
		"no peer":    {Role: UE, Local: v4, Carrier: UDP(netip.AddrPort{}, netip.AddrPort{})},
		"role":       {Role: 2, Local: v4, Carrier: UDP(netip.AddrPort{}, peer)},
	} {
		if s, err := New(cfg); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
			if err == nil {
				s.Close()
			}
		}
	}
	first := newStack(t, PCSCF, v4, netip.AddrPort{})
	if s, err := New(Config{Role: PCSCF, Local: v4, Carrier: UDP(first.Outer(), netip.AddrPort{})}); err == nil {
		s.Close()
		t.Error("two have the same outer port")
	}
}
