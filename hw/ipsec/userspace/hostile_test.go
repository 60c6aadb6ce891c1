package userspace

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/esp"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// relay stands between a UE and its P-CSCF as an address translator does: it
// hands on what the test tells it to.
type relay struct {
	t    *testing.T
	conn *net.UDPConn
}

func newRelay(t *testing.T) *relay {
	c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(v4, 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &relay{t, c}
}

func (r *relay) at() netip.AddrPort { return r.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// next gives the next ESP packet that comes.
func (r *relay) next() []byte {
	r.t.Helper()
	b := make([]byte, maxPacket)
	r.conn.SetReadDeadline(time.Now().Add(bound))
	n, _, err := r.conn.ReadFromUDPAddrPort(b)
	if err != nil {
		r.t.Fatal(err)
	}
	return b[:n]
}

func (r *relay) send(to netip.AddrPort, b []byte) {
	r.t.Helper()
	if _, err := r.conn.WriteToUDPAddrPort(b, to); err != nil {
		r.t.Fatal(err)
	}
}

// relayed is a world whose two sides are joined by a relay.
func relayed(t *testing.T, suite secagree.Suite, mode secagree.Mode, addr netip.Addr) (*world, *relay) {
	r := newRelay(t)
	w := &world{set: testSet(suite, mode, addr, addr, 0)}
	w.pcscf = newStack(t, PCSCF, addr, netip.AddrPort{})
	w.ue = newStack(t, UE, addr, r.at())
	w.hUE, w.hPCSCF = install(t, w.ue, w.set), install(t, w.pcscf, w.set)
	return w, r
}

// TestHostile sends a P-CSCF what it must drop.
func TestHostile(t *testing.T) {
	for _, suite := range secagree.Suites() {
		for _, mode := range modes {
			t.Run(suite.String()+" "+mode.String(), func(t *testing.T) { hostile(t, suite, mode) })
		}
	}
}

func hostile(t *testing.T, suite secagree.Suite, mode secagree.Mode) {
	w, r := relayed(t, suite, mode, v4)
	uc, ps := listenUDP(t, w.ue, w.uc()), listenUDP(t, w.pcscf, w.ps())
	to := w.pcscf.Outer()
	capture := func(b []byte) []byte {
		send(t, uc, w.ps(), b)
		return r.next()
	}
	good := capture([]byte("good"))
	forged := bytes.Clone(good)
	forged[len(forged)-1] ^= 1
	foreign := bytes.Clone(good)
	binary.BigEndian.PutUint32(foreign, 4711)
	for _, b := range [][]byte{
		forged, foreign, good, good, good[:11],
		[]byte("\x00\x00\x00\x00IKE"), {0xff}, {}, []byte("REGISTER sip:ims.example SIP/2.0\r\n"),
	} {
		r.send(to, b)
	}
	wantUDP(t, ps, w.uc(), []byte("good"))
	r.send(to, capture([]byte("last"))) // what came before it is through then
	wantUDP(t, ps, w.uc(), []byte("last"))
	if got, want := w.pcscf.Stats(), (Stats{AuthFailed: 1, UnknownSPI: 2, Replayed: 1, Malformed: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	c := w.hPCSCF.Counters()[0]
	if c.Packets != 2 || c.AuthFailed != 1 || c.Replayed != 1 || c.Malformed != 1 || c.Mismatched != 0 {
		t.Errorf("%+v", c)
	}
	if n := w.pcscf.Stats().Outside(); n != 5 {
		t.Errorf("%d from outside", n)
	}
}

// TestMismatch seals, with the right keys, what the SA isn't for.
func TestMismatch(t *testing.T) {
	for _, mode := range modes {
		for _, addr := range []netip.Addr{v4, v6} {
			t.Run(mode.String()+" "+addr.String(), func(t *testing.T) { mismatch(t, mode, addr) })
		}
	}
}

func mismatch(t *testing.T, mode secagree.Mode, addr netip.Addr) {
	w, r := relayed(t, gcm, mode, addr)
	ps := listenUDP(t, w.pcscf, w.ps())
	sealer, err := esp.NewSealer(w.set.PCSCF.ServerSPI, gcm, w.set.IK, w.set.CK, nil)
	if err != nil {
		t.Fatal(err)
	}
	forge := func(p path, protocol, next byte) {
		payload := datagram(p, protocol, []byte("hello"))
		if mode == secagree.UDPTunnel {
			payload = append(make([]byte, headerLen(p.from.Addr())), payload...)
			putHeader(payload, p.from.Addr(), p.to.Addr(), protocol)
		}
		sealed, err := sealer.Seal(nil, payload, next)
		if err != nil {
			t.Fatal(err)
		}
		r.send(w.pcscf.Outer(), sealed)
	}
	next := byte(protocolUDP)
	if mode == secagree.UDPTunnel {
		next = tunnelled(packet{path: path{from: w.uc()}})
	}
	for _, p := range []path{{w.us(), w.ps()}, {w.uc(), w.pc()}, {w.ps(), w.uc()}} {
		forge(p, protocolUDP, next)
	}
	bad := uint64(5)
	forge(path{w.uc(), w.ps()}, 1, map[bool]byte{true: next, false: 1}[mode == secagree.UDPTunnel])
	forge(path{w.uc(), w.ps()}, protocolUDP, 45-next) // 4 for 41 and the like
	if mode == secagree.UDPTunnel {
		bad++
		forge(path{netip.AddrPortFrom(addr.Next(), w.set.UE.ClientPort), w.ps()}, protocolUDP, next)
	}
	forge(path{w.uc(), w.ps()}, protocolUDP, next)
	wantUDP(t, ps, w.uc(), []byte("hello"))
	if got, want := w.pcscf.Stats(), (Stats{Mismatched: bad}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if n := w.hPCSCF.Counters()[0].Mismatched; n != bad {
		t.Errorf("the SA counts %d", n)
	}
}

// datagram gives a UDP header and data. The checksum is none for IPv4, and one
// that needs to be right for IPv6.
func datagram(p path, protocol byte, data []byte) []byte {
	b := make([]byte, 8, 8+len(data))
	binary.BigEndian.PutUint16(b, p.from.Port())
	binary.BigEndian.PutUint16(b[2:], p.to.Port())
	binary.BigEndian.PutUint16(b[4:], uint16(8+len(data)))
	b = append(b, data...)
	if p.from.Addr().Is6() {
		from, to := p.from.Addr().As16(), p.to.Addr().As16()
		pseudo := append(append([]byte{0, protocol, 0, byte(len(b))}, from[:]...), to[:]...)
		pseudo = append(pseudo, b...)
		if len(pseudo)%2 == 1 {
			pseudo = append(pseudo, 0)
		}
		binary.BigEndian.PutUint16(b[6:], checksum(pseudo))
	}
	return b
}

// TestNothingInTheClear sends to and from ports that no SA is for.
func TestNothingInTheClear(t *testing.T) {
	w, r := relayed(t, gcm, secagree.Transport, v4)
	uc, us := listenUDP(t, w.ue, w.uc()), listenUDP(t, w.ue, w.us())
	other := listenUDP(t, w.ue, netip.AddrPortFrom(v4, 12345))
	secret := []byte("secret")
	send(t, other, w.ps(), secret)
	send(t, us, w.ps(), secret)
	send(t, uc, w.pc(), secret)
	send(t, uc, netip.MustParseAddrPort("192.0.2.1:5060"), secret)
	send(t, uc, w.ps(), secret)
	if p := r.next(); binary.BigEndian.Uint32(p) != w.set.PCSCF.ServerSPI || bytes.Contains(p, secret) {
		t.Errorf("left: %x", p)
	}
	if got, want := w.ue.Stats(), (Stats{Unprotected: 4}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestOuterAddress moves a UE behind an address translator: the P-CSCF follows
// authentic packets only.
func TestOuterAddress(t *testing.T) {
	w, r := relayed(t, gcm, secagree.UDPTunnel, v4)
	other := newRelay(t)
	uc, us := listenUDP(t, w.ue, w.uc()), listenUDP(t, w.ue, w.us())
	pc, ps := listenUDP(t, w.pcscf, w.pc()), listenUDP(t, w.pcscf, w.ps())
	send(t, pc, w.us(), []byte("early"))
	if n := w.pcscf.Stats().NoPeer; n != 1 {
		t.Errorf("%d packets to a UE that hasn't sent", n)
	}
	send(t, uc, w.ps(), []byte("one"))
	first := r.next()
	r.send(w.pcscf.Outer(), first)
	wantUDP(t, ps, w.uc(), []byte("one"))
	send(t, uc, w.ps(), []byte("two"))
	second := r.next()
	other.send(w.pcscf.Outer(), first) // replayed: moves nobody
	send(t, pc, w.us(), []byte("back"))
	r.send(w.ue.Outer(), r.next())
	wantUDP(t, us, w.pc(), []byte("back"))
	other.send(w.pcscf.Outer(), second)
	wantUDP(t, ps, w.uc(), []byte("two"))
	send(t, pc, w.us(), []byte("there"))
	r.send(w.ue.Outer(), other.next())
	wantUDP(t, us, w.pc(), []byte("there"))
}

// TestSegments measures the ESP packets of TCP: they fit an outer packet of 1500
// bytes.
func TestSegments(t *testing.T) {
	for _, suite := range secagree.Suites() {
		for _, mode := range modes {
			for _, addr := range []netip.Addr{v4, v6} {
				w, r := relayed(t, suite, mode, addr)
				ps := listenTCP(t, w.pcscf, w.ps())
				longest := make(chan int, 1)
				go func() { longest <- r.join(w) }()
				out := dialTCP(t, w.ue, w.uc(), w.ps())
				in := accept(t, ps)
				transfer(t, out, in, pattern(30_000))
				transfer(t, in, out, pattern(30_000))
				r.conn.Close()
				const room = 1500 - 20 - 8
				if n := <-longest; n > room || n < room-100 {
					t.Errorf("%s %s %s: up to %d bytes of ESP, %d would fit", suite, mode, addr, n, room)
				}
			}
		}
	}
}

// join hands everything on until the relay is closed, and gives the longest
// packet's length.
func (r *relay) join(w *world) (longest int) {
	b := make([]byte, maxPacket)
	for {
		n, from, err := r.conn.ReadFromUDPAddrPort(b)
		if err != nil {
			return longest
		}
		longest = max(longest, n)
		to := w.pcscf.Outer()
		if from == to {
			to = w.ue.Outer()
		}
		r.conn.WriteToUDPAddrPort(b[:n], to)
	}
}

// TestKeepAlive has a UE that says nothing but a byte from time to time.
func TestKeepAlive(t *testing.T) {
	r := newRelay(t)
	ue, err := New(Config{Role: UE, Local: v4, Carrier: UDP(netip.AddrPortFrom(v4, 0), r.at()), KeepAlive: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ue.Close() })
	install(t, ue, testSet(gcm, secagree.UDPTunnel, v4, v4, 0))
	for range 3 {
		if b := r.next(); !bytes.Equal(b, []byte{0xff}) {
			t.Errorf("%x came", b)
		}
	}
}
