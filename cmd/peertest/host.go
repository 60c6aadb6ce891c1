//go:build linux

package peertest

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// A Host is a network namespace with one interface, eth0, on the lab's bridge.
type Host struct {
	Name string
	IPv4 netip.Addr
	IPv6 netip.Addr

	lab *Lab
	ns  string
}

func newHost(l *Lab, name string, number uint8) *Host {
	return &Host{
		Name: name,
		IPv4: netip.AddrFrom4([4]byte{10, 46, 0, number}),
		// The same decimal digits, read as hexadecimal: fd46::21 is 10.46.0.21.
		IPv6: netip.MustParseAddr(fmt.Sprintf("fd46::%d", number)),
		lab:  l,
		ns:   l.prefix + name,
	}
}

// plug makes the namespace and its cable to the bridge. There is no default
// route: what isn't in the lab is unreachable at once.
func (h *Host) plug() error {
	if err := ip("", "netns add "+h.ns); err != nil {
		return err
	}
	if err := ip(h.lab.lan,
		fmt.Sprintf("link add v-%s type veth peer name eth0 netns %s", h.Name, h.ns),
		fmt.Sprintf("link set v-%s master br0 up", h.Name),
	); err != nil {
		return err
	}
	return ip(h.ns,
		"link set lo up",
		fmt.Sprintf("address add %s/24 dev eth0", h.IPv4),
		fmt.Sprintf("address add %s/64 dev eth0 nodad", h.IPv6),
		"link set eth0 up",
	)
}

// SetLink pulls the host's cable out or plugs it in again.
func (h *Host) SetLink(up bool) error {
	state := "down"
	if up {
		state = "up"
	}
	return ip(h.lab.lan, fmt.Sprintf("link set v-%s %s", h.Name, state))
}

// Move gives the host another IPv4 address, 10.46.0.number, in place of its own,
// as another network would.
func (h *Host) Move(number uint8) error {
	old := h.IPv4
	h.IPv4 = netip.AddrFrom4([4]byte{10, 46, 0, number})
	return ip(h.ns,
		fmt.Sprintf("address del %s/24 dev eth0", old),
		fmt.Sprintf("address add %s/24 dev eth0", h.IPv4),
	)
}

// Addr returns the host's IPv4 address with a port.
func (h *Host) Addr(port uint16) netip.AddrPort { return netip.AddrPortFrom(h.IPv4, port) }

// Addr6 returns the host's IPv6 address with a port.
func (h *Host) Addr6(port uint16) netip.AddrPort { return netip.AddrPortFrom(h.IPv6, port) }

// Dial connects from inside the namespace; address is a literal. The
// connection may then be used anywhere: a socket stays where it was made.
func (h *Host) Dial(network, address string) (conn net.Conn, err error) {
	inside := h.enter(func() { conn, err = net.Dial(network, address) })
	if inside != nil {
		return nil, inside
	}
	return conn, err
}

// ListenPacket opens a datagram socket inside the namespace.
func (h *Host) ListenPacket(network, address string) (conn net.PacketConn, err error) {
	inside := h.enter(func() { conn, err = net.ListenPacket(network, address) })
	if inside != nil {
		return nil, inside
	}
	return conn, err
}

// enter runs fn on a thread of its own inside the namespace. The thread is
// not unlocked, so the runtime discards it: no other goroutine ever runs in
// the wrong network.
func (h *Host) enter(fn func()) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := h.setns()
		if err == nil {
			fn()
		}
		done <- err
	}()
	return <-done
}

// setns moves the calling thread into the namespace.
func (h *Host) setns() error {
	f, err := os.Open(namespaceDir + "/" + h.ns)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter namespace %s: %w", h.ns, err)
	}
	return nil
}
