package sipnet

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/protocol/transport"
)

// TestUDP: a request and its answer, in order, over both IP versions and with
// sockets that are bound to one address or to any.
func TestUDP(t *testing.T) {
	for _, at := range loopbacks(t) {
		any := netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
		if at.Addr().Is6() {
			any = netip.AddrPortFrom(netip.IPv6Unspecified(), 0)
		}
		for name, local := range map[string]netip.AddrPort{"bound": at, "any": any, "both versions": {}} {
			t.Run(at.Addr().String()+" "+name, func(t *testing.T) {
				a := listen(t, Config{Local: local, UDP: true, Gen: 7})
				b := listen(t, Config{Local: at, UDP: true})
				out := a.dial(t, transport.UDP, b.Local(transport.UDP))
				for i := range 100 {
					a.send(t, out, message(i))
					in := b.expect(t, message(i))
					if in.Local != out.Remote || in.Remote != out.Local || in.Gen != 0 {
						t.Fatalf("sent on %s, came on %s", out, in)
					}
					b.send(t, in, message(-i))
					if back := a.expect(t, message(-i)); back != out {
						t.Fatalf("sent on %s, answered on %s", out, back)
					}
				}
			})
		}
	}
}

// TestUDPSource: a machine with several addresses answers from the one that it
// was asked at.
func TestUDPSource(t *testing.T) {
	for name, local := range map[string]netip.AddrPort{"IPv4": netip.MustParseAddrPort("0.0.0.0:0"), "both": {}} {
		t.Run(name, func(t *testing.T) {
			server := listen(t, Config{Local: local, UDP: true})
			client := listen(t, Config{Local: loopback, UDP: true})
			asked := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.3"), server.Local(transport.UDP).Port())
			client.send(t, client.dial(t, transport.UDP, asked), message(1))
			flow := server.expect(t, message(1))
			if flow.Local != asked {
				t.Errorf("came on %s", flow)
			}
			server.send(t, flow, message(2))
			if back := client.expect(t, message(2)); back.Remote != asked {
				t.Errorf("answered on %s", back)
			}
		})
	}
}

func TestUDPKeepAliveIsDropped(t *testing.T) {
	a, b := listen(t, Config{Local: loopback, UDP: true}), listen(t, Config{Local: loopback, UDP: true})
	flow := a.dial(t, transport.UDP, b.Local(transport.UDP))
	if err := a.Ping(flow); err != nil {
		t.Error(err)
	}
	for _, blank := range []string{"", "\x00\x00\x00\x00", "\r\n", " "} {
		a.send(t, flow, blank)
	}
	a.send(t, flow, message(1))
	b.expect(t, message(1))
}

// TestUDPRefused: the network's news on a datagram name its flow and don't
// disturb others.
func TestUDPRefused(t *testing.T) {
	for name, local := range map[string]netip.AddrPort{"bound": loopback, "any": netip.MustParseAddrPort("0.0.0.0:0"), "both": {}} {
		t.Run(name, func(t *testing.T) {
			a := listen(t, Config{Local: local, UDP: true, Gen: 3})
			b := listen(t, Config{Local: loopback, UDP: true})
			elsewhere := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.9"), freePort(t).Port())
			nobody, friend := a.dial(t, transport.UDP, elsewhere), a.dial(t, transport.UDP, b.Local(transport.UDP))
			for i := range 20 {
				a.send(t, nobody, message(i))
				a.send(t, friend, message(i))
				b.expect(t, message(i))
				flow, err := a.expectErr(t)
				if flow != nobody || !errors.Is(err, ErrRefused) || !says(err, "UDP", nobody.Remote.String(), "check address and port") {
					t.Fatalf("got %v on %s", err, flow)
				}
			}
		})
	}
}

func TestUDPSix(t *testing.T) {
	for _, at := range loopbacks(t)[1:] {
		a := listen(t, Config{Local: at, UDP: true})
		flow, err := a.Dial(context.Background(), transport.UDP, netip.AddrPortFrom(at.Addr(), freePort(t).Port()), "")
		if err != nil {
			t.Fatal(err)
		}
		a.send(t, flow, message(1))
		if lost, err := a.expectErr(t); lost != flow || !errors.Is(err, ErrRefused) {
			t.Errorf("got %v on %s", err, lost)
		}
		four := flow
		four.Remote = netip.MustParseAddrPort("127.0.0.1:5060")
		if err := a.Send(four, []byte("x")); !errors.Is(err, ErrUnreachable) {
			t.Errorf("IPv4 from %s: %v", at, err)
		}
	}
}

func TestUDPSendErrors(t *testing.T) {
	a := listen(t, Config{Local: loopback, UDP: true})
	flow := a.dial(t, transport.UDP, netip.MustParseAddrPort("127.0.0.1:5060"))
	change := func(f func(*transport.Flow)) transport.Flow {
		changed := flow
		f(&changed)
		return changed
	}
	for name, test := range map[string]struct {
		flow transport.Flow
		text string
		want error
	}{
		"too long":   {flow, strings.Repeat("x", 65508), ErrTooLarge},
		"generation": {change(func(f *transport.Flow) { f.Gen = 9 }), "x", ErrNoFlow},
		"port":       {change(func(f *transport.Flow) { f.Local = netip.AddrPortFrom(f.Local.Addr(), 1) }), "x", ErrNoFlow},
		"address": {change(func(f *transport.Flow) {
			f.Local = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), f.Local.Port())
		}), "x", ErrNoFlow},
		"IP version":    {change(func(f *transport.Flow) { f.Remote = netip.MustParseAddrPort("[::1]:5060") }), "x", ErrUnreachable},
		"no connection": {change(func(f *transport.Flow) { f.Proto = transport.TCP }), "x", ErrNoFlow},
	} {
		if err := a.Send(test.flow, []byte(test.text)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	if err := a.Send(change(func(f *transport.Flow) { f.Remote = netip.AddrPort{} }), nil); err == nil {
		t.Error("sent to nowhere")
	}
	only := listen(t, Config{Local: loopback, TCP: true})
	if err := only.Send(flow, []byte("x")); !errors.Is(err, ErrNoFlow) {
		t.Errorf("without a UDP socket: %v", err)
	}
	if _, err := only.Dial(context.Background(), transport.UDP, flow.Remote, ""); !errors.Is(err, ErrNoFlow) {
		t.Errorf("Dial without a UDP socket: %v", err)
	}
}

func TestLongestDatagram(t *testing.T) {
	a, b := listen(t, Config{Local: loopback, UDP: true}), listen(t, Config{Local: loopback, UDP: true})
	text := strings.Repeat("x", 65507)
	a.send(t, a.dial(t, transport.UDP, b.Local(transport.UDP)), text)
	b.expect(t, text)
}

func TestBind(t *testing.T) {
	a := listen(t, Config{Local: loopback, UDP: true, TCP: true})
	if udp, tcp := a.Local(transport.UDP), a.Local(transport.TCP); udp != tcp || udp.Port() == 0 || a.Local(transport.TLS).IsValid() {
		t.Errorf("bound to %v and %v", udp, tcp)
	}
	for _, cfg := range []Config{
		{Local: a.Local(transport.UDP), UDP: true},
		{Local: a.Local(transport.TCP), TCP: true},
	} {
		if _, err := Listen(cfg, nil); !errors.Is(err, ErrInUse) || !says(err, a.Local(transport.UDP).String(), "account.local") {
			t.Errorf("the same address again: %v", err)
		}
	}
	if _, err := Listen(Config{Local: netip.MustParseAddrPort("192.0.2.1:5060"), UDP: true}, nil); !errors.Is(err, ErrNotLocal) {
		t.Errorf("an address of somebody else: %v", err)
	}
	if _, err := Listen(Config{TLSListen: loopback}, nil); err == nil {
		t.Error("listens for TLS without a certificate")
	}
}

func TestLocalFor(t *testing.T) {
	here := netip.MustParseAddr("127.0.0.1")
	bound, any := listen(t, Config{Local: loopback, UDP: true}), listen(t, Config{UDP: true})
	for _, s := range []*phone{bound, any} {
		if got := s.LocalFor(here); got != here {
			t.Errorf("the way to %s begins at %s", here, got)
		}
	}
}

// TestClosed: nothing works any more, and says so.
func TestClosed(t *testing.T) {
	a := listen(t, Config{Local: loopback, UDP: true, TCP: true})
	flow := a.dial(t, transport.UDP, freePort(t))
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if err := a.Send(flow, []byte("x")); !errors.Is(err, ErrClosed) {
		t.Errorf("Send: %v", err)
	}
	if _, err := a.Dial(context.Background(), transport.TCP, freePort(t), ""); !errors.Is(err, ErrClosed) {
		t.Errorf("Dial: %v", err)
	}
	if c, err := net.Dial("tcp", a.Local(transport.TCP).String()); err == nil {
		c.Close()
		t.Error("still accepts")
	}
}
