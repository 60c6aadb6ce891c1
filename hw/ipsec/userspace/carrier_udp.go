package userspace

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// maxPacket is the longest IP packet, in bytes.
const maxPacket = 1<<16 - 1

// udpWire is ESP in UDP.
type udpWire struct {
	conn  *net.UDPConn
	local netip.AddrPort
	buf   []byte
}

func openUDP(bind netip.AddrPort) (wire, error) {
	network := "udp"
	switch {
	case bind.Addr().Unmap().Is4():
		network = "udp4"
	case bind.Addr().Is6() && !bind.Addr().IsUnspecified():
		network = "udp6"
	}
	conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(bind))
	if err != nil {
		return nil, fmt.Errorf("can't open %s for ESP in UDP: %w", bind, err)
	}
	local := unmap(conn.LocalAddr().(*net.UDPAddr).AddrPort())
	return &udpWire{conn: conn, local: local, buf: make([]byte, maxPacket)}, nil
}

func (w *udpWire) at() netip.AddrPort    { return w.local }
func (w *udpWire) hurry(d time.Duration) { w.conn.SetWriteDeadline(time.Now().Add(d)) }
func (w *udpWire) close() error          { return w.conn.Close() }

// read gives nothing for the keep-alives of address translators, a single byte,
// and for IKE, which has four zeros where ESP has its SPI (RFC 3948 §2.2, §2.3).
func (w *udpWire) read() ([]byte, netip.AddrPort, error) {
	n, from, err := w.conn.ReadFromUDPAddrPort(w.buf)
	switch {
	case err != nil:
		return nil, from, err
	case n == 1, n >= 4 && binary.BigEndian.Uint32(w.buf) == 0:
		return nil, from, nil
	}
	return w.buf[:n], unmap(from), nil
}

func (w *udpWire) write(packet []byte, to netip.AddrPort) error {
	_, err := w.conn.WriteToUDPAddrPort(packet, to)
	return err
}
