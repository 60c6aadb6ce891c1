package sipnet

import (
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// tcpKeepAlive lets the system find dead peers of connections that are never
// pinged, without waking an idle phone often.
var tcpKeepAlive = net.KeepAliveConfig{Enable: true, Idle: 2 * time.Minute, Interval: 15 * time.Second, Count: 4}

// tune bounds how long the system tries to deliver what was sent, so that a
// connection with a vanished peer breaks before SIP's own timers end (timer F,
// 32 s).
func tune(raw net.Conn) {
	tcp, ok := raw.(*net.TCPConn)
	if !ok {
		return
	}
	rc, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	rc.Control(func(fd uintptr) { // without it the system's own timeout holds
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(20*time.Second/time.Millisecond))
	})
}

// dropUnsent lets the close of a connection of the system's end it at once. Other
// stacks send nothing that no security association carries.
func dropUnsent(raw net.Conn) {
	if tcp, ok := raw.(*net.TCPConn); ok {
		tcp.SetLinger(0) // without it the connection ends a little later
	}
}

// addrPortOf gives the address of a net.Addr of UDP or TCP, IPv4 always in its
// own form.
func addrPortOf(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	switch a := a.(type) {
	case *net.TCPAddr:
		ap = a.AddrPort()
	case *net.UDPAddr:
		ap = a.AddrPort()
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
