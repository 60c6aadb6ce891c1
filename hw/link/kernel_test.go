package link

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// The kernel's messages as it writes them, for tests.

func pack(kind uint16, fixed []byte, attrs ...[]byte) []byte {
	b := make([]byte, unix.NLMSG_HDRLEN, 64)
	b = append(b, fixed...)
	for _, a := range attrs {
		b = append(b, a...)
	}
	binary.NativeEndian.PutUint32(b, uint32(len(b)))
	binary.NativeEndian.PutUint16(b[4:], kind)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func attr(kind uint16, value []byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(unix.SizeofNlAttr+len(value)))
	b = binary.NativeEndian.AppendUint16(b, kind)
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func u32(v uint32) []byte { return binary.NativeEndian.AppendUint32(nil, v) }

func linkMessage(kind uint16, index int32, flags uint32) []byte {
	fixed := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(fixed[4:], uint32(index))
	binary.NativeEndian.PutUint32(fixed[8:], flags)
	return pack(kind, fixed, attr(unix.IFLA_IFNAME, []byte("eth0\x00")))
}

const running = unix.IFF_UP | unix.IFF_RUNNING

func addrMessage(kind uint16, index int32, prefix string, flags uint32) []byte {
	p := netip.MustParsePrefix(prefix)
	family := byte(unix.AF_INET6)
	if p.Addr().Is4() {
		family = unix.AF_INET
	}
	fixed := make([]byte, unix.SizeofIfAddrmsg)
	fixed[0], fixed[1], fixed[2] = family, byte(p.Bits()), byte(flags)
	binary.NativeEndian.PutUint32(fixed[4:], uint32(index))
	return pack(kind, fixed, attr(unix.IFA_ADDRESS, p.Addr().AsSlice()), attr(unix.IFA_FLAGS, u32(flags)))
}

func routeMessage(kind uint16, dst, gateway string, link, priority uint32) []byte {
	p := netip.MustParsePrefix(dst)
	fixed := make([]byte, unix.SizeofRtMsg)
	fixed[0], fixed[1], fixed[4], fixed[7] = unix.AF_INET6, byte(p.Bits()), unix.RT_TABLE_MAIN, unix.RTN_UNICAST
	if p.Addr().Is4() {
		fixed[0] = unix.AF_INET
	}
	attrs := [][]byte{attr(unix.RTA_TABLE, u32(unix.RT_TABLE_MAIN)), attr(unix.RTA_OIF, u32(link)), attr(unix.RTA_PRIORITY, u32(priority))}
	if p.Bits() > 0 {
		attrs = append(attrs, attr(unix.RTA_DST, p.Addr().AsSlice()))
	}
	if gateway != "" {
		attrs = append(attrs, attr(unix.RTA_GATEWAY, netip.MustParseAddr(gateway).AsSlice()))
	}
	return pack(kind, fixed, attrs...)
}
