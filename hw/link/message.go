package link

import (
	"encoding/binary"
	"errors"
	"iter"
	"net/netip"

	"golang.org/x/sys/unix"
)

// message is one message of rtnetlink.
type message struct {
	kind, flags uint16
	seq         uint32
	body        []byte
}

var errShort = errors.New("netlink message cut short")

// messages gives the messages in what one read of a socket gave.
//
//	length 4 | type 2 | flags 2 | sequence 4 | port 4 | body, padded to 4
func messages(b []byte) iter.Seq2[message, error] {
	return func(yield func(message, error) bool) {
		for len(b) >= unix.NLMSG_HDRLEN {
			n := int64(binary.NativeEndian.Uint32(b))
			if n < unix.NLMSG_HDRLEN || n > int64(len(b)) {
				yield(message{}, errShort)
				return
			}
			m := message{
				kind: binary.NativeEndian.Uint16(b[4:]), flags: binary.NativeEndian.Uint16(b[6:]),
				seq: binary.NativeEndian.Uint32(b[8:]), body: b[unix.NLMSG_HDRLEN:n],
			}
			if !yield(m, nil) {
				return
			}
			b = b[min(align(int(n)), len(b)):]
		}
	}
}

func align(n int) int { return (n + 3) &^ 3 }

// attributes gives the attributes behind a message's fixed part; it ends at one
// that is cut short.
//
//	length 2 | type 2 | value, padded to 4
func attributes(b []byte) iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= unix.SizeofNlAttr {
			n := int(binary.NativeEndian.Uint16(b))
			if n < unix.SizeofNlAttr || n > len(b) {
				return
			}
			kind := binary.NativeEndian.Uint16(b[2:]) &^ (unix.NLA_F_NESTED | unix.NLA_F_NET_BYTEORDER)
			if !yield(kind, b[unix.SizeofNlAttr:n]) {
				return
			}
			b = b[min(align(n), len(b)):]
		}
	}
}

func attrUint32(b []byte) uint32 {
	if len(b) < 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(b)
}

func attrAddr(b []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(b) // the zero Addr for other lengths
	return a
}

// interfaceState is what a RTM_NEWLINK or RTM_DELLINK says.
type interfaceState struct {
	index int32
	// runs: it is switched on and has its carrier.
	runs bool
}

func readInterface(m message) (interfaceState, bool) {
	if len(m.body) < unix.SizeofIfInfomsg {
		return interfaceState{}, false
	}
	const needed = unix.IFF_UP | unix.IFF_RUNNING
	flags := binary.NativeEndian.Uint32(m.body[8:])
	return interfaceState{
		index: int32(binary.NativeEndian.Uint32(m.body[4:])),
		runs:  m.kind == unix.RTM_NEWLINK && flags&needed == needed && flags&unix.IFF_LOOPBACK == 0,
	}, true
}

// address is an address of the machine.
type address struct {
	link   int32
	prefix netip.Prefix
}

// readAddress reads a RTM_NEWADDR; false where the address isn't one that others
// can reach us by now.
func readAddress(m message) (address, bool) {
	if len(m.body) < unix.SizeofIfAddrmsg {
		return address{}, false
	}
	flags, bits := uint32(m.body[2]), int(m.body[1])
	var local, peer netip.Addr
	for kind, value := range attributes(m.body[unix.SizeofIfAddrmsg:]) {
		switch kind {
		case unix.IFA_FLAGS:
			flags = attrUint32(value)
		case unix.IFA_LOCAL:
			local = attrAddr(value)
		case unix.IFA_ADDRESS:
			peer = attrAddr(value) // our own where there is no IFA_LOCAL
		}
	}
	if !local.IsValid() {
		local = peer
	}
	const useless = unix.IFA_F_TENTATIVE | unix.IFA_F_DADFAILED | unix.IFA_F_DEPRECATED
	// A new address that is tried optimistically is in use at once (RFC 4429).
	if flags&unix.IFA_F_OPTIMISTIC != 0 {
		flags &^= unix.IFA_F_TENTATIVE
	}
	if flags&useless != 0 || !local.IsGlobalUnicast() {
		return address{}, false
	}
	return address{link: int32(binary.NativeEndian.Uint32(m.body[4:])), prefix: netip.PrefixFrom(local, bits)}, true
}

// route is a default route. Half of all addresses counts as well: VPNs cover the
// default route with two such halves instead of removing it.
type route struct {
	family, bits          uint8
	dst, gateway          netip.Addr
	table, link, priority uint32
	others                string // next hops in another form, as the kernel wrote them
}

// readRoute reads a RTM_NEWROUTE or RTM_DELROUTE; false where it isn't a default
// route.
func readRoute(m message) (route, bool) {
	if len(m.body) < unix.SizeofRtMsg {
		return route{}, false
	}
	r := route{family: m.body[0], bits: m.body[1], table: uint32(m.body[4])}
	ours := (r.family == unix.AF_INET || r.family == unix.AF_INET6) && r.bits <= 1
	cached := binary.NativeEndian.Uint32(m.body[8:])&unix.RTM_F_CLONED != 0
	if !ours || cached || m.body[7] != unix.RTN_UNICAST {
		return route{}, false
	}
	for kind, value := range attributes(m.body[unix.SizeofRtMsg:]) {
		switch kind {
		case unix.RTA_TABLE:
			r.table = attrUint32(value)
		case unix.RTA_DST:
			r.dst = attrAddr(value)
		case unix.RTA_GATEWAY:
			r.gateway = attrAddr(value)
		case unix.RTA_OIF:
			r.link = attrUint32(value)
		case unix.RTA_PRIORITY:
			r.priority = attrUint32(value)
		case unix.RTA_MULTIPATH, unix.RTA_VIA:
			r.others += string(value)
		}
	}
	return r, true
}
