package sipnet

import (
	"net/netip"

	"github.com/imsphone/imsphone/protocol/transport"
	"golang.org/x/sys/unix"
)

// reportErrors hands up what the network reported on sent datagrams: the
// system queues it with the address that the datagram went to (ip(7),
// IP_RECVERR).
func (u *udpSocket) reportErrors() {
	for !u.socket.isClosed() {
		remote, errno, local, ok := u.nextError()
		if !ok {
			return
		}
		if errno == 0 || !remote.IsValid() {
			continue
		}
		flow := u.flow(nil, remote)
		if local.IsValid() && u.any {
			flow.Local = netip.AddrPortFrom(local, u.local.Port())
		}
		u.socket.recv(transport.Inbound{Flow: flow, Err: about(transport.UDP, remote, errno)})
	}
}

// nextError takes one error off the queue; ok is false if there is none.
func (u *udpSocket) nextError() (remote netip.AddrPort, errno unix.Errno, local netip.Addr, ok bool) {
	var data [1]byte // the datagram's first byte: of no interest
	oob := make([]byte, controlSize)
	var oobn int
	var from unix.Sockaddr
	var err error
	cerr := u.rc.Control(func(fd uintptr) {
		_, oobn, _, from, err = unix.Recvmsg(int(fd), data[:], oob, unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
	})
	if cerr != nil || err != nil {
		return remote, 0, local, false
	}
	return addrPortOfSockaddr(from), errorOf(oob[:oobn]), localOf(oob[:oobn]), true
}

func addrPortOfSockaddr(sa unix.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port))
	}
	return netip.AddrPort{}
}
