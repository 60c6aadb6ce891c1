//go:build ipsec

package userspace

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/ipsec"
	"github.com/imsphone/imsphone/hw/sipnet"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestKernel has our ESP on one side of a cable and the kernel's on the other, each
// as the UE and as the P-CSCF. It needs a kernel with ESP, and CAP_NET_ADMIN.
func TestKernel(t *testing.T) {
	for _, suite := range secagree.Suites() {
		for _, role := range []Role{UE, PCSCF} {
			for _, addrs := range [][2]netip.Addr{
				{netip.MustParseAddr("10.78.0.1"), netip.MustParseAddr("10.78.0.2")},
				{netip.MustParseAddr("fd78::1"), netip.MustParseAddr("fd78::2")},
			} {
				t.Run(fmt.Sprintf("%s, role %d, %s", suite, role, addrs[0]), func(t *testing.T) {
					againstKernel(t, testSet(suite, secagree.Transport, addrs[0], addrs[1], 0), role)
				})
			}
		}
	}
}

func againstKernel(t *testing.T, set secagree.Set, role Role) {
	w := &world{set: set}
	ours, theirs := joined(t, [2]netip.Addr{set.UE.Addr, set.PCSCF.Addr})
	own, theirRole := set.UE.Addr, ipsec.PCSCF
	mine := [2]netip.AddrPort{w.uc(), w.us()}
	peer := [2]netip.AddrPort{w.pc(), w.ps()}
	if role == PCSCF {
		ours, theirs, own, theirRole, mine, peer = theirs, ours, set.PCSCF.Addr, ipsec.UE, peer, mine
	}
	s := in(t, ours, func() (*Stack, error) { return New(Config{Role: role, Local: own, Carrier: RawIP()}) })
	t.Cleanup(func() { s.Close() })
	handle := install(t, s, set)
	kernel := in(t, theirs, ipsec.NewKernel)
	t.Cleanup(func() { kernel.Close() })
	h, err := kernel.Install(t.Context(), set, theirRole)
	must(t, err)
	t.Cleanup(func() { h.Close() })

	// Client to server and back, each way: all four SAs.
	for i := range 2 {
		us, them := listenUDP(t, s, mine[i]), kernelUDP(t, theirs, peer[1-i])
		for _, size := range []int{1, 1300, 5000} { // the last needs fragments
			send(t, us, peer[1-i], pattern(size))
			wantUDP(t, them, mine[i], pattern(size))
			send(t, them, mine[i], pattern(size))
			wantUDP(t, us, peer[1-i], pattern(size))
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), bound)
	defer cancel()
	l := in(t, theirs, func() (net.Listener, error) { return net.Listen("tcp", peer[1].String()) })
	defer l.Close()
	out := dialTCP(t, s, mine[0], peer[1])
	both(t, out, accept(t, l))
	ourListener := listenTCP(t, s, mine[1])
	back := in(t, theirs, func() (net.Conn, error) {
		return (&net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(peer[0])}).DialContext(ctx, "tcp", mine[1].String())
	})
	defer back.Close()
	both(t, back, accept(t, ourListener))
	for i, c := range handle.Counters() {
		if c.Packets < 6 || c.Replayed+c.AuthFailed+c.Malformed+c.Mismatched != 0 {
			t.Errorf("SA %d: %+v", i, c)
		}
	}
	if got := s.Stats(); got != (Stats{}) {
		t.Errorf("dropped: %+v", got)
	}
}

// both sends 100 kB each way.
func both(t *testing.T, a, b net.Conn) {
	t.Helper()
	transfer(t, a, b, pattern(100_000))
	transfer(t, b, a, pattern(100_000))
	a.Close()
	b.SetReadDeadline(time.Now().Add(bound))
	if _, err := b.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("after the peer's Close: %v", err)
	}
	b.Close()
}

// mapped gives the kernel's IPv4 addresses in their own form.
type mapped struct{ *net.UDPConn }

func (c mapped) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	n, from, err := c.UDPConn.ReadFromUDPAddrPort(b)
	return n, unmap(from), err
}

func kernelUDP(t *testing.T, n *namespace, at netip.AddrPort) sipnet.PacketConn {
	t.Helper()
	c := in(t, n, func() (*net.UDPConn, error) { return net.ListenUDP("udp", net.UDPAddrFromAddrPort(at)) })
	t.Cleanup(func() { c.Close() })
	return mapped{c}
}

// namespace is a network namespace: a thread that lives in it.
type namespace struct {
	calls chan func()
	link  *netlink.Handle
	ns    *os.File
}

func newNamespace(t *testing.T) *namespace {
	t.Helper()
	n := &namespace{calls: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		ready <- n.enter()
		for f := range n.calls {
			f()
		}
	}()
	must(t, <-ready)
	t.Cleanup(func() {
		n.link.Close()
		n.ns.Close()
		close(n.calls)
	})
	return n
}

func (n *namespace) enter() (err error) {
	if err = unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return err
	}
	if n.ns, err = os.Open("/proc/thread-self/ns/net"); err != nil {
		return err
	}
	n.link, err = netlink.NewHandle(unix.NETLINK_ROUTE, unix.NETLINK_XFRM)
	return err
}

// in runs f on the namespace's thread, so that its sockets belong there.
func in[T any](t *testing.T, n *namespace, f func() (T, error)) (v T) {
	t.Helper()
	done := make(chan error)
	n.calls <- func() {
		var err error
		v, err = f()
		done <- err
	}
	must(t, <-done)
	return v
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// joined gives two namespaces with a cable between, each with an address.
func joined(t *testing.T, addrs [2]netip.Addr) (a, b *namespace) {
	t.Helper()
	a, b = newNamespace(t), newNamespace(t)
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "cable"
	must(t, a.link.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: "cable", PeerNamespace: netlink.NsFd(int(b.ns.Fd()))}))
	for i, n := range []*namespace{a, b} {
		link, err := n.link.LinkByName("cable")
		must(t, err)
		lan := &net.IPNet{IP: addrs[i].AsSlice(), Mask: net.CIDRMask(addrs[i].BitLen()-2, addrs[i].BitLen())}
		must(t, n.link.AddrAdd(link, &netlink.Addr{IPNet: lan, Flags: unix.IFA_F_NODAD}))
		must(t, n.link.LinkSetUp(link))
	}
	return a, b
}
