package session

import (
	"net/netip"
	"testing"
	"time"
)

// The rules of rtpend's gate.go, as packets that come one after the other.
func TestGate(t *testing.T) {
	other := netip.MustParseAddrPort("192.0.2.2:5556") // B's host, a third port
	far := netip.MustParseAddrPort("203.0.113.9:5000") // the peer behind its translator, perhaps
	type step struct {
		after time.Duration
		from  netip.AddrPort
		ssrc  uint32
		seq   uint16
		want  Verdict
	}
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		anyHost bool
		window  time.Duration
		steps   []step
		peer    netip.AddrPort
		latched bool
	}{
		"negotiated address": {steps: []step{{0, addrB, 7, 1, Accepted}, {time.Hour, addrB, 7, 2, Accepted}}, peer: addrB},
		"the same mapped into IPv6": {steps: []step{{0, netip.MustParseAddrPort("[::ffff:192.0.2.2]:5000"), 7, 1, Accepted}},
			peer: addrB},
		"stranger": {steps: []step{{0, evil, 7, 1, Stranger}, {20 * ms, evil, 7, 2, Stranger}}, peer: addrB},
		"another port, in the window": {steps: []step{{0, another, 7, 1, OnTrial}, {20 * ms, another, 7, 2, Accepted}, {time.Hour, another, 7, 3, Accepted}},
			peer: another, latched: true},
		"another port, after the window": {steps: []step{{5 * time.Second, another, 7, 1, Stranger}, {20 * ms, another, 7, 2, Stranger}}, peer: addrB},
		"another port, no window":        {window: -1, steps: []step{{0, another, 7, 1, Stranger}, {20 * ms, another, 7, 2, Stranger}}, peer: addrB},
		"longer window":                  {window: time.Minute, steps: []step{{50 * time.Second, another, 7, 1, OnTrial}, {20 * ms, another, 7, 2, Accepted}}, peer: another, latched: true},
		"never after the negotiated one": {anyHost: true, steps: []step{{0, addrB, 7, 1, Accepted}, {20 * ms, another, 7, 2, Stranger}, {20 * ms, another, 7, 3, Stranger},
			{20 * ms, far, 7, 4, Stranger}}, peer: addrB},
		"another host, where allowed": {anyHost: true, steps: []step{{0, far, 7, 1, OnTrial}, {20 * ms, far, 7, 2, Accepted}}, peer: far, latched: true},
		"only once":                   {anyHost: true, steps: []step{{0, far, 7, 1, OnTrial}, {20 * ms, far, 7, 2, Accepted}, {20 * ms, evil, 7, 3, Stranger}, {20 * ms, evil, 7, 4, Stranger}}, peer: far, latched: true},
		"the negotiated one comes late": {steps: []step{{0, another, 7, 1, OnTrial}, {20 * ms, another, 7, 2, Accepted}, {20 * ms, addrB, 7, 3, Accepted},
			{20 * ms, another, 7, 4, Stranger}, {20 * ms, another, 7, 5, Stranger}}, peer: addrB},
		"not in sequence":          {steps: []step{{0, another, 7, 1, OnTrial}, {20 * ms, another, 7, 3, OnTrial}, {20 * ms, another, 7, 9, OnTrial}}, peer: addrB},
		"not of one source":        {steps: []step{{0, another, 7, 1, OnTrial}, {20 * ms, another, 8, 2, Stranger}, {20 * ms, another, 7, 2, Accepted}}, peer: another, latched: true},
		"two at once: the first":   {steps: []step{{0, another, 7, 1, OnTrial}, {10 * ms, other, 8, 1, Stranger}, {10 * ms, another, 7, 2, Accepted}, {10 * ms, other, 8, 2, Stranger}}, peer: another, latched: true},
		"a stray one, then a peer": {steps: []step{{0, other, 8, 1, OnTrial}, {100 * ms, another, 7, 1, OnTrial}, {20 * ms, another, 7, 2, Accepted}}, peer: another, latched: true},
		"no address at all":        {anyHost: true, steps: []step{{0, netip.AddrPort{}, 7, 1, Stranger}, {0, netip.AddrPort{}, 7, 2, Stranger}}, peer: addrB},
	} {
		cfg := configA()
		cfg.LatchAnyHost, cfg.LatchWindow = c.anyHost, c.window
		s, now := New(begin, cfg), begin
		for i, step := range c.steps {
			now = now.Add(step.after)
			b := packet(0, step.seq, uint32(step.seq)*160, step.ssrc, []byte{1})
			if got := s.Receive(now, b, step.from); got != step.want {
				t.Errorf("%s, packet %d: %v, want %v", name, i, got, step.want)
			}
		}
		if s.Remote() != c.peer || s.Stats(now).Latched != c.latched {
			t.Errorf("%s: the peer is at %v, latched %v", name, s.Remote(), s.Stats(now).Latched)
		}
	}
}

// What isn't valid RTP of an agreed type latches nothing.
func TestGateNeedsValidPackets(t *testing.T) {
	s := New(begin, configA())
	for n := range 10 {
		bad := packet(50, uint16(n), uint32(n)*160, 7, []byte{1})
		if v := s.Receive(begin, bad, another); v != Unnegotiated {
			t.Fatal(v)
		}
		if v := s.Receive(begin, bad[:5], another); v != Malformed {
			t.Fatal(v)
		}
	}
	if s.Remote() != addrB {
		t.Error("latched")
	}
}

// A re-negotiation moves the peer: the former address is a stranger's at once,
// and the window opens anew. Without a new address it stays shut.
func TestGateAfterRenegotiation(t *testing.T) {
	cfg := configA()
	s := New(begin, cfg)
	at := func(d time.Duration, from netip.AddrPort, seq uint16) Verdict {
		return s.Receive(begin.Add(d), packet(0, seq, uint32(seq)*160, 7, []byte{1}), from)
	}
	if v := at(0, addrB, 1); v != Accepted {
		t.Fatal(v)
	}
	s.Reconfigure(begin.Add(time.Minute), cfg)
	if v := at(time.Minute, another, 2); v != Stranger {
		t.Errorf("the same address negotiated again: another port is %v", v)
	}
	cfg.Remote = netip.MustParseAddrPort("192.0.2.77:7000")
	s.Reconfigure(begin.Add(time.Minute), cfg)
	if v := at(time.Minute, addrB, 3); v != Stranger {
		t.Errorf("the former address is %v", v)
	}
	near := netip.MustParseAddrPort("192.0.2.77:7002")
	if v := at(time.Minute, near, 4); v != OnTrial {
		t.Errorf("another port of the new host: %v", v)
	}
	if v := at(time.Minute, near, 5); v != Accepted || s.Remote() != near {
		t.Errorf("another port of the new host, again: %v, peer %v", v, s.Remote())
	}
}

// While the peer's address isn't known, nobody is the peer.
func TestGateBeforeTheAnswer(t *testing.T) {
	cfg := configA()
	cfg.Remote, cfg.LatchAnyHost = netip.AddrPort{}, true
	s := New(begin, cfg)
	for n := range uint16(3) {
		for _, from := range []netip.AddrPort{addrB, {}} {
			if v := s.Receive(begin, packet(0, n, uint32(n)*160, 7, []byte{1}), from); v != Stranger {
				t.Errorf("%v is %v", from, v)
			}
			if v := s.ReceiveRTCP(begin, report(7), from); v != Stranger {
				t.Errorf("a report of %v is %v", from, v)
			}
		}
	}
}

// Reports go where the peer is.
func TestRemoteRTCP(t *testing.T) {
	latch := func(s *Session) {
		for n := range uint16(2) {
			s.Receive(begin, packet(0, n, uint32(n)*160, 7, []byte{1}), another)
		}
	}
	cfg := configA()
	s := New(begin, cfg)
	if got := s.RemoteRTCP(); got != addrBB {
		t.Errorf("by custom: %v", got)
	}
	latch(s)
	if got := s.RemoteRTCP(); got != netip.MustParseAddrPort("192.0.2.2:5556") {
		t.Errorf("latched: %v", got)
	}
	from := netip.MustParseAddrPort("192.0.2.2:9999")
	if v := s.ReceiveRTCP(begin, report(7), from); v != Control || s.RemoteRTCP() != from {
		t.Errorf("latched, with a report (%v): %v", v, s.RemoteRTCP())
	}
	cfg.RemoteRTCP = cfg.Remote
	s = New(begin, cfg)
	latch(s)
	if got := s.RemoteRTCP(); got != another {
		t.Errorf("one port for both: %v", got)
	}
	cfg.RemoteRTCP = evil
	if got := New(begin, cfg).RemoteRTCP(); got != evil {
		t.Errorf("negotiated: %v", got)
	}
}
