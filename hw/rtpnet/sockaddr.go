package rtpnet

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sockaddr is the system's form of an address, of either family: its head is the
// same in both (RFC 3493 §3.3).
type sockaddr struct{ unix.RawSockaddrInet6 }

func (s *sockaddr) v4() *unix.RawSockaddrInet4 {
	return (*unix.RawSockaddrInet4)(unsafe.Pointer(&s.RawSockaddrInet6))
}

// set takes an address, as a socket for IPv4 or one for IPv6 wants it, which
// reaches IPv4 by mapped addresses (RFC 3493 §3.7). It gives the length; 0 where the
// socket can't reach it.
func (s *sockaddr) set(a netip.AddrPort, v6 bool) (size uintptr) {
	addr := a.Addr()
	if v6 {
		s.Family, s.Addr, s.Scope_id = unix.AF_INET6, addr.As16(), scopeOf(addr.Zone())
		putPort(&s.Port, a.Port())
		return unsafe.Sizeof(s.RawSockaddrInet6)
	}
	if addr = addr.Unmap(); !addr.Is4() {
		return 0
	}
	v4 := s.v4()
	v4.Family, v4.Addr = unix.AF_INET, addr.As4()
	putPort(&v4.Port, a.Port())
	return unsafe.Sizeof(*v4)
}

// addrPort gives the address; a mapped one as that of IPv4.
func (s *sockaddr) addrPort() netip.AddrPort {
	if s.Family == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4(s.v4().Addr), port(&s.Port))
	}
	addr := netip.AddrFrom16(s.Addr).Unmap()
	if s.Scope_id != 0 {
		addr = addr.WithZone(strconv.Itoa(int(s.Scope_id)))
	}
	return netip.AddrPortFrom(addr, port(&s.Port))
}

// scopeOf gives the number of a zone, which may be its name; 0 for none.
func scopeOf(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n)
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	return 0
}

// A port is in the network's order, wherever it stands.
func port(field *uint16) uint16 { return binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(field))[:]) }

func putPort(field *uint16, port uint16) {
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(field))[:], port)
}
