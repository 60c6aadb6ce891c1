package sipnet

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Network is where protected sockets come from: the system's, whose kernel
// applies the SAs, or a network stack of our own that does.
type Network interface {
	ListenUDP(local netip.AddrPort) (PacketConn, error)
	ListenTCP(local netip.AddrPort) (net.Listener, error)
	// DialTCP connects from exactly that address and port.
	DialTCP(ctx context.Context, local, remote netip.AddrPort) (net.Conn, error)
}

// PacketConn is a bound UDP socket. Close ends a read that waits.
type PacketConn interface {
	ReadFromUDPAddrPort(b []byte) (n int, from netip.AddrPort, err error)
	WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error)
	Close() error
}

// System is the kernel's network.
type System struct{}

// ListenUDP binds a UDP socket.
func (System) ListenUDP(local netip.AddrPort) (PacketConn, error) {
	c, err := net.ListenUDP(network("udp", local.Addr()), net.UDPAddrFromAddrPort(local))
	if err != nil {
		return nil, explain(err)
	}
	return c, nil
}

// ListenTCP opens a listener.
func (System) ListenTCP(local netip.AddrPort) (net.Listener, error) { return listenTCP(local) }

// DialTCP opens a connection from local. The address may be one that a former
// connection still lingers at.
func (System) DialTCP(ctx context.Context, local, remote netip.AddrPort) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: tcpKeepAlive, LocalAddr: net.TCPAddrFromAddrPort(local), Control: reuseAddress}
	return d.DialContext(ctx, network("tcp", local.Addr()), remote.String())
}

func reuseAddress(_, _ string, rc syscall.RawConn) error {
	var err error
	cerr := rc.Control(func(fd uintptr) {
		err = os.NewSyscallError("setsockopt", unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1))
	})
	return errors.Join(cerr, err)
}
