//go:build ipsec

package ipsec

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// namespace is a network namespace: a thread that lives in it.
type namespace struct {
	calls chan func()
	link  *netlink.Handle
	ns    *os.File
}

// newNamespace makes one, which ends with the test.
func newNamespace(t *testing.T) *namespace {
	t.Helper()
	n := &namespace{calls: make(chan func())}
	ready := make(chan error)
	go func() {
		// The thread is never unlocked, so it ends with the goroutine.
		runtime.LockOSThread()
		ready <- n.enter()
		for f := range n.calls {
			f()
		}
	}()
	ok(t, <-ready)
	t.Cleanup(func() {
		n.link.Close()
		n.ns.Close()
		close(n.calls)
	})
	return n
}

func (n *namespace) enter() (err error) {
	if err = unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("new network namespace: %w", err)
	}
	if n.ns, err = os.Open("/proc/thread-self/ns/net"); err != nil {
		return err
	}
	n.link, err = netlink.NewHandle(unix.NETLINK_ROUTE, unix.NETLINK_XFRM)
	return err
}

// in runs f on the namespace's thread: the sockets it opens belong to the
// namespace for good.
func in[T any](t *testing.T, n *namespace, f func() (T, error)) T {
	t.Helper()
	var v T
	var err error
	done := make(chan struct{})
	n.calls <- func() {
		defer close(done)
		v, err = f()
	}
	<-done
	ok(t, err)
	return v
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wire is the UE's and the P-CSCF's namespace, with a cable between.
type wire struct {
	ue, pcscf             *namespace
	ueKernel, pcscfKernel *Kernel
}

func newWire(t *testing.T) *wire {
	t.Helper()
	w := &wire{ue: newNamespace(t), pcscf: newNamespace(t)}
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "cable"
	ok(t, w.ue.link.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: "cable", PeerNamespace: netlink.NsFd(int(w.pcscf.ns.Fd()))}))
	for i, n := range []*namespace{w.ue, w.pcscf} {
		link, err := n.link.LinkByName("cable")
		ok(t, err)
		for _, e := range ends {
			ok(t, n.link.AddrAdd(link, &netlink.Addr{IPNet: lan(e[i]), Flags: unix.IFA_F_NODAD}))
		}
		ok(t, n.link.LinkSetUp(link))
	}
	w.ueKernel, w.pcscfKernel = newKernel(t, w.ue), newKernel(t, w.pcscf)
	return w
}

func newKernel(t *testing.T, n *namespace) *Kernel {
	t.Helper()
	k := in(t, n, NewKernel)
	t.Cleanup(func() { ok(t, k.Close()) })
	return k
}

// lan gives an address with room for its neighbour.
func lan(a netip.Addr) *net.IPNet {
	network := host(a)
	network.Mask[len(network.Mask)-1] = 0xfc
	return network
}

// install brings a set up on both sides, or on one where the other's role is
// left out.
func (w *wire) install(t *testing.T, set secagree.Set, roles ...Role) map[Role]Handle {
	t.Helper()
	handles := map[Role]Handle{}
	for _, role := range roles {
		kernel := w.ueKernel
		if role == PCSCF {
			kernel = w.pcscfKernel
		}
		h, err := kernel.Install(t.Context(), set, role)
		ok(t, err)
		handles[role] = h
	}
	return handles
}

// left lists what a namespace's kernel has.
func left(t *testing.T, n *namespace) (states []netlink.XfrmState, policies []netlink.XfrmPolicy) {
	t.Helper()
	states, err := n.link.XfrmStateList(netlink.FAMILY_ALL)
	ok(t, err)
	policies, err = n.link.XfrmPolicyList(netlink.FAMILY_ALL)
	ok(t, err)
	return states, policies
}
