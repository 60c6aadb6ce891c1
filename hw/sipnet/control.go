package sipnet

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// controlSize is room for the control messages of a datagram or an error.
const controlSize = 512

// controls calls f for each control message in oob.
func controls(oob []byte, f func(h unix.Cmsghdr, data []byte)) {
	for len(oob) >= unix.SizeofCmsghdr {
		h, data, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			return
		}
		f(h, data)
		oob = rest
	}
}

// localOf finds the local address of a datagram in its control messages.
func localOf(oob []byte) netip.Addr {
	var local netip.Addr
	controls(oob, func(h unix.Cmsghdr, data []byte) {
		switch {
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO && len(data) >= unix.SizeofInet4Pktinfo:
			local = netip.AddrFrom4([4]byte(data[4:8])) // ipi_spec_dst
			if local.IsUnspecified() {                  // with an error only ipi_addr is there
				local = netip.AddrFrom4([4]byte(data[8:12]))
			}
		case h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo && !local.IsValid():
			local = netip.AddrFrom16([16]byte(data[:16])).Unmap()
		}
	})
	return local
}

// control makes the control message that sends from the given address.
func (u *udpSocket) control(from netip.Addr) []byte {
	if u.six {
		return unix.PktInfo6(&unix.Inet6Pktinfo{Addr: from.As16()})
	}
	return unix.PktInfo4(&unix.Inet4Pktinfo{Spec_dst: from.Unmap().As4()})
}

// errorOf finds the network's error in its control messages; 0 is none that
// concerns the peer.
func errorOf(oob []byte) unix.Errno {
	var errno unix.Errno
	controls(oob, func(h unix.Cmsghdr, data []byte) {
		v4 := h.Level == unix.IPPROTO_IP && h.Type == unix.IP_RECVERR
		v6 := h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_RECVERR
		if (v4 || v6) && len(data) >= 5 {
			errno = icmpError(unix.Errno(binary.NativeEndian.Uint32(data)), data[4])
		}
	})
	return errno
}

// icmpError passes what routers and peers report. A path's smaller packet size
// isn't among it: the system sends in fragments from then on.
func icmpError(errno unix.Errno, origin byte) unix.Errno {
	if origin == unix.SO_EE_ORIGIN_ICMP || origin == unix.SO_EE_ORIGIN_ICMP6 {
		if errno != unix.EMSGSIZE {
			return errno
		}
	}
	return 0
}
