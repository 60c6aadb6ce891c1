package sipnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/imsphone/imsphone/protocol/transport"
	"golang.org/x/sys/unix"
)

// udpSocket is the one UDP socket of a Socket.
type udpSocket struct {
	socket *Socket
	conn   *net.UDPConn
	rc     syscall.RawConn
	local  netip.AddrPort
	any    bool // bound to any address: each datagram names its own
	six    bool // an IPv6 socket, which also carries IPv4 if it's bound to any
}

func (s *Socket) listenUDP(at netip.AddrPort) (*udpSocket, error) {
	lc := net.ListenConfig{Control: prepareUDP}
	pc, err := lc.ListenPacket(context.Background(), network("udp", at.Addr()), hostPort(at))
	if err != nil {
		return nil, fmt.Errorf("can't listen at %s for UDP: %w", hostPort(at), explain(err))
	}
	conn := pc.(*net.UDPConn) // as the network is udp
	rc, err := conn.SyscallConn()
	if err != nil {
		conn.Close()
		return nil, err
	}
	bound := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return &udpSocket{
		socket: s, conn: conn, rc: rc, local: addrPortOf(conn.LocalAddr()),
		any: bound.Addr().IsUnspecified(), six: bound.Addr().Is6(),
	}, nil
}

// prepareUDP asks the system for the local address of each datagram, and for
// the errors that the network reports. An IPv6 socket takes both versions'
// options, as it may carry IPv4.
func prepareUDP(network, _ string, rc syscall.RawConn) error {
	var err error
	set := func(fd, level, option int) {
		if err == nil {
			err = os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, level, option, 1))
		}
	}
	cerr := rc.Control(func(p uintptr) {
		fd := int(p)
		set(fd, unix.IPPROTO_IP, unix.IP_PKTINFO)
		set(fd, unix.IPPROTO_IP, unix.IP_RECVERR)
		if network != "udp4" {
			set(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO)
			set(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVERR)
		}
	})
	return errors.Join(cerr, err)
}

// maxDatagram is the longest UDP datagram.
const maxDatagram = 65535

// read is the goroutine that reads the socket.
func (u *udpSocket) read() {
	buf, oob := make([]byte, maxDatagram), make([]byte, controlSize)
	failures := 0
	for {
		n, oobn, _, remote, err := u.conn.ReadMsgUDPAddrPort(buf, oob)
		switch {
		case err == nil:
			failures = 0
			u.take(buf[:n], oob[:oobn], remote)
		case errors.Is(err, net.ErrClosed):
			return
		default: // the network's news on something that was sent, or send's wake-up
			u.conn.SetReadDeadline(time.Time{}) // only fails once it's closed
			if failures++; failures > maxFailures && !u.socket.sleep(failurePause) {
				return
			}
			u.reportErrors()
		}
	}
}

// A socket whose every read fails is read this seldom.
const (
	maxFailures  = 100
	failurePause = 100 * time.Millisecond
)

// take hands up a datagram. Those without content keep address translators'
// ways open and mean nothing.
func (u *udpSocket) take(data, oob []byte, remote netip.AddrPort) {
	if len(bytes.Trim(data, "\r\n \x00")) == 0 || remote.Port() == 0 {
		return
	}
	remote = netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port())
	u.socket.recv(transport.Inbound{Flow: u.flow(oob, remote), Data: data})
}

// flow names the flow of a datagram by its control message.
func (u *udpSocket) flow(oob []byte, remote netip.AddrPort) transport.Flow {
	local := u.local.Addr()
	if u.any {
		if local = localOf(oob); !local.IsValid() {
			local = u.socket.LocalFor(remote.Addr())
		}
	}
	return transport.Flow{
		Local: netip.AddrPortFrom(local, u.local.Port()), Remote: remote,
		Proto: transport.UDP, Gen: u.socket.cfg.Gen,
	}
}

// owns tells whether flow could be of this socket.
func (u *udpSocket) owns(flow transport.Flow) bool {
	from := flow.Local.Addr()
	return flow.Local.Port() == u.local.Port() && (u.any || from == u.local.Addr() || from.IsUnspecified())
}

func (u *udpSocket) send(flow transport.Flow, b []byte) error {
	if !u.owns(flow) {
		return fmt.Errorf("%s: %w", flow, ErrNoFlow)
	}
	to, err := u.sockaddr(flow.Remote)
	if err != nil {
		return about(transport.UDP, flow.Remote, err)
	}
	var oob []byte
	if from := flow.Local.Addr(); u.any && from.IsValid() && !from.IsUnspecified() {
		oob = u.control(from)
	}
	err = u.sendmsg(b, oob, to)
	if errors.Is(err, unix.ECONNREFUSED) || errors.Is(err, unix.EHOSTUNREACH) {
		// This may be the news on an earlier datagram, to anywhere. The reader
		// has to look for it, since this took away its wake-up.
		u.conn.SetReadDeadline(time.Unix(1, 0)) // only fails once it's closed
		err = u.sendmsg(b, oob, to)
	}
	if err != nil {
		return about(transport.UDP, flow.Remote, err)
	}
	return nil
}

// sendmsg sends without ever waiting for room.
func (u *udpSocket) sendmsg(b, oob []byte, to unix.Sockaddr) error {
	var err error
	werr := u.rc.Control(func(fd uintptr) {
		for {
			_, err = unix.SendmsgN(int(fd), b, oob, to, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
			if err != unix.EINTR {
				return
			}
		}
	})
	if werr != nil {
		return werr
	}
	return os.NewSyscallError("sendmsg", err)
}

// sockaddr makes the system's form of an address for this socket.
func (u *udpSocket) sockaddr(a netip.AddrPort) (unix.Sockaddr, error) {
	addr := a.Addr().Unmap()
	switch {
	case !addr.IsValid() || a.Port() == 0:
		return nil, fmt.Errorf("%s is no address to send to", a)
	case !u.six && addr.Is4():
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: addr.As4()}, nil
	case !u.six:
		return nil, fmt.Errorf("the socket is bound to %s, which has no IPv6: %w", u.local.Addr(), ErrUnreachable)
	case addr.Is4() && !u.any:
		return nil, fmt.Errorf("the socket is bound to %s, which has no IPv4: %w", u.local.Addr(), ErrUnreachable)
	}
	zone, err := zoneIndex(addr.Zone())
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: addr.As16(), ZoneId: zone}, err
}

func zoneIndex(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	ifi, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, fmt.Errorf("network interface %s: %w", zone, err)
	}
	return uint32(ifi.Index), nil
}
