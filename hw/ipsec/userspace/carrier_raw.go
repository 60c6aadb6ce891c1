package userspace

import (
	"fmt"
	"net"
	"net/netip"
	"time"
)

// protocolESP is ESP's number in IP headers.
const protocolESP = 50

// rawWire is ESP in IP. The kernel makes the outer header, fragments and
// reassembles.
type rawWire struct {
	conn  *net.IPConn
	local netip.Addr
	buf   []byte

	to   netip.Addr // that dest was made for
	dest net.IPAddr
}

func openRaw(local netip.Addr) (wire, error) {
	network := "ip6:50"
	if local.Is4() {
		network = "ip4:50"
	}
	conn, err := net.ListenIP(network, &net.IPAddr{IP: local.AsSlice()})
	if err != nil {
		return nil, fmt.Errorf("can't open a raw socket for ESP at %s, which needs CAP_NET_RAW; UDP encapsulation doesn't: %w", local, err)
	}
	return &rawWire{conn: conn, local: local, buf: make([]byte, maxPacket)}, nil
}

func (w *rawWire) at() netip.AddrPort    { return netip.AddrPortFrom(w.local, 0) }
func (w *rawWire) hurry(d time.Duration) { w.conn.SetWriteDeadline(time.Now().Add(d)) }
func (w *rawWire) close() error          { return w.conn.Close() }

func (w *rawWire) read() ([]byte, netip.AddrPort, error) {
	if w.local.Is4() {
		return w.read4()
	}
	n, from, err := w.conn.ReadFromIP(w.buf)
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	addr, _ := netip.AddrFromSlice(from.IP)
	return w.buf[:n], netip.AddrPortFrom(addr, 0), nil
}

// read4 takes the source from the header that IPv4 leaves before the packet.
func (w *rawWire) read4() ([]byte, netip.AddrPort, error) {
	n, err := w.conn.Read(w.buf)
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	p := w.buf[:n]
	if n < ipv4Header {
		return nil, netip.AddrPort{}, nil
	}
	header := int(p[0]&0xf) * 4
	if header < ipv4Header || header > n || p[9] != protocolESP {
		return nil, netip.AddrPort{}, nil
	}
	return p[header:], netip.AddrPortFrom(netip.AddrFrom4([4]byte(p[12:16])), 0), nil
}

func (w *rawWire) write(packet []byte, to netip.AddrPort) error {
	if w.to != to.Addr() {
		w.to, w.dest = to.Addr(), net.IPAddr{IP: to.Addr().AsSlice()}
	}
	_, err := w.conn.WriteToIP(packet, &w.dest)
	return err
}
