package userspace

import (
	"encoding/binary"
	"net/netip"
)

// Lengths of IP headers, without options, and numbers of protocols in them.
const (
	ipv4Header   = 20
	ipv6Header   = 40
	protocolTCP  = 6
	protocolUDP  = 17
	protocolIPv4 = 4
	protocolIPv6 = 41
)

// path is one direction between two ports: the selectors of an SA
// (TS 33.203 §7.1). The transport protocol is any that has ports.
type path struct{ from, to netip.AddrPort }

// packet is what there is to know of a plain IP packet.
type packet struct {
	path
	protocol byte
	payload  []byte // behind the IP header
}

// readPacket reads an IP packet of TCP or UDP. It refuses what has no ports to
// compare with selectors: other protocols, fragments, extension headers.
func readPacket(p []byte) (packet, bool) {
	if len(p) < ipv4Header {
		return packet{}, false
	}
	var from, to netip.Addr
	var k packet
	switch p[0] >> 4 {
	case 4:
		header, total := int(p[0]&0xf)*4, int(binary.BigEndian.Uint16(p[2:]))
		fragment := binary.BigEndian.Uint16(p[6:])&0x3fff != 0
		if fragment || header < ipv4Header || total < header || total > len(p) {
			return packet{}, false
		}
		k.protocol, k.payload = p[9], p[header:total]
		from, to = netip.AddrFrom4([4]byte(p[12:])), netip.AddrFrom4([4]byte(p[16:]))
	case 6:
		if len(p) < ipv6Header || int(binary.BigEndian.Uint16(p[4:])) > len(p)-ipv6Header {
			return packet{}, false
		}
		k.protocol, k.payload = p[6], p[ipv6Header:ipv6Header+int(binary.BigEndian.Uint16(p[4:]))]
		from, to = netip.AddrFrom16([16]byte(p[8:])), netip.AddrFrom16([16]byte(p[24:]))
	default:
		return packet{}, false
	}
	source, destination, ok := readPorts(k.protocol, k.payload)
	k.from, k.to = netip.AddrPortFrom(from, source), netip.AddrPortFrom(to, destination)
	return k, ok
}

func readPorts(protocol byte, payload []byte) (source, destination uint16, ok bool) {
	if protocol != protocolTCP && protocol != protocolUDP || len(payload) < 4 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint16(payload), binary.BigEndian.Uint16(payload[2:]), true
}

// headerLen is the length of the header that putHeader makes.
func headerLen(a netip.Addr) int {
	if a.Is4() {
		return ipv4Header
	}
	return ipv6Header
}

// putHeader writes the header that a packet of transport mode had before it was
// sealed to the beginning of p, whose rest is the payload. It tells false if that
// is too long for one.
func putHeader(p []byte, from, to netip.Addr, protocol byte) bool {
	if len(p) > maxPacket {
		return false
	}
	const hops = 64
	if from.Is4() {
		clear(p[:ipv4Header])
		p[0] = 0x45
		binary.BigEndian.PutUint16(p[2:], uint16(len(p)))
		p[8], p[9] = hops, protocol
		source, destination := from.As4(), to.As4()
		copy(p[12:], source[:])
		copy(p[16:], destination[:])
		binary.BigEndian.PutUint16(p[10:], checksum(p[:ipv4Header]))
		return true
	}
	clear(p[:8])
	p[0] = 0x60
	binary.BigEndian.PutUint16(p[4:], uint16(len(p)-ipv6Header))
	p[6], p[7] = protocol, hops
	source, destination := from.As16(), to.As16()
	copy(p[8:], source[:])
	copy(p[24:], destination[:])
	return true
}

// checksum is that of RFC 791 §3.1 over an even number of bytes.
func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
