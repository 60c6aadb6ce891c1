//go:build peers

package link

// Held against the kernel, in a network namespace of the test's own; needs root.

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// namespace is a network namespace with two links that are each other's cable.
type namespace struct {
	name  string
	calls chan func()
}

func newNamespace(t *testing.T) *namespace {
	t.Helper()
	n := &namespace{name: fmt.Sprintf("imsphone-link-%d", os.Getpid()), calls: make(chan func())}
	ip(t, "netns", "add", n.name)
	t.Cleanup(func() { ip(t, "netns", "del", n.name) })
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends in the namespace
		ready <- enter(filepath.Join("/run/netns", n.name))
		for f := range n.calls {
			f()
		}
	}()
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(n.calls) })
	n.ip(t, "link add eth0 type veth peer name far")
	n.ip(t, "link set far up")
	n.ip(t, "link set eth0 up")
	return n
}

func enter(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Setns(int(f.Fd()), unix.CLONE_NEWNET)
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func (n *namespace) ip(t *testing.T, args string) {
	t.Helper()
	ip(t, append([]string{"-n", n.name}, strings.Fields(args)...)...)
}

// in runs f on the namespace's thread: the sockets that it opens stay in there.
func in[T any](t *testing.T, n *namespace, f func() (T, error)) T {
	t.Helper()
	var v T
	var err error
	done := make(chan struct{})
	n.calls <- func() { defer close(done); v, err = f() }
	<-done
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// watched gives the changes of the namespace's network until the test's end.
func watched(t *testing.T, n *namespace) <-chan Change {
	t.Helper()
	changes := make(chan Change, 16)
	w := in(t, n, func() (io.Closer, error) { return Watch(func(c Change) { changes <- c }) })
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return changes
}

func expectChange(t *testing.T, changes <-chan Change, why string) {
	t.Helper()
	select {
	case c := <-changes:
		if c.Resumed {
			t.Errorf("%s: told of a sleep", why)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("%s: nothing was told", why)
	}
}

func TestChangesOfANamespace(t *testing.T) {
	n := newNamespace(t)
	changes := watched(t, n)
	for _, step := range []struct{ why, command string }{
		{"address added", "addr add 192.0.2.5/24 dev eth0"},
		{"second address added", "addr add 192.0.2.6/24 dev eth0"},
		{"second address removed", "addr del 192.0.2.6/24 dev eth0"},
		{"IPv6 address added", "addr add 2001:db8::5/64 dev eth0 nodad"},
		{"default route added", "route add default via 192.0.2.1"},
		{"default route changed", "route replace default via 192.0.2.2"},
		{"IPv6 default route added", "-6 route add default via 2001:db8::1 dev eth0"},
		{"default route removed", "route del default"},
		{"half of all addresses routed", "route add 128.0.0.0/1 via 192.0.2.1"},
		{"address deprecated", "addr change 2001:db8::5/64 dev eth0 preferred_lft 0"},
		{"carrier lost", "link set far down"},
		{"carrier back", "link set far up"},
		{"link switched off", "link set eth0 down"},
		{"link switched on", "link set eth0 up"},
		{"link removed", "link del eth0"},
	} {
		n.ip(t, step.command)
		expectChange(t, changes, step.why)
	}
	if len(changes) > 0 {
		t.Errorf("%d more changes were told", len(changes))
	}
}

// What doesn't matter is followed by what does: that is told once.
func TestUnimportantChangesOfANamespace(t *testing.T) {
	n := newNamespace(t)
	n.ip(t, "addr add 192.0.2.5/24 dev eth0")
	changes := watched(t, n)
	for _, command := range []string{
		"neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0",
		"route add 198.51.100.0/24 via 192.0.2.1",
		"route add 203.0.113.0/24 via 192.0.2.1",
		"addr change 192.0.2.5/24 dev eth0 valid_lft 3600 preferred_lft 1800",
		"link set eth0 txqueuelen 500",
		"link add other type veth peer name othersfar",
		"link set othersfar up",
		"link set other up",
		"addr add 169.254.7.7/16 dev other",
		"route add unreachable default metric 4278198272",
	} {
		n.ip(t, command)
	}
	seen := in(t, n, func() (snapshot, error) {
		l, err := openLister()
		if err != nil {
			return snapshot{}, err
		}
		defer l.close()
		return l.snapshot()
	})
	if len(seen.addresses) != 1 || len(seen.routes) != 0 {
		t.Errorf("what matters: %+v", seen)
	}
	time.Sleep(2 * longest) // the time in which a change would be told
	if len(changes) > 0 {
		t.Fatalf("%d changes were told", len(changes))
	}
	n.ip(t, "addr add 192.0.2.6/24 dev eth0")
	expectChange(t, changes, "address added")
}

// A burst that is too long for the socket counts, and the watch lives on.
func TestOverrunOfTheSocket(t *testing.T) {
	n := newNamespace(t)
	events := in(t, n, openNotices)
	defer events.close()
	if err := events.file.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	control := func(fd uintptr) {
		if err := unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 8<<10); err != nil {
			t.Error(err)
		}
	}
	if err := events.conn.Control(control); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		n.ip(t, fmt.Sprintf("addr add 192.0.2.%d/24 dev eth0", i+1))
	}
	got, err := events.next()
	for ; err == nil && got.news&certain == 0; got, err = events.next() {
	}
	if err != nil {
		t.Fatalf("no overrun was told: %v", err)
	}
	n.ip(t, "link set lo txqueuelen 500") // a notice of a link, which is down, and the only one
	for ; err == nil && len(got.down) == 0; got, err = events.next() {
	}
	if err != nil {
		t.Errorf("nothing was told after the overrun: %v", err)
	}
}

// Nobody needs to be root for it.
func TestWatchWithoutPrivileges(t *testing.T) {
	n := newNamespace(t)
	changes := make(chan Change, 16)
	w := in(t, n, func() (io.Closer, error) {
		const nobody = 65534
		// Of this thread only, which ends with the test.
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, nobody, nobody, nobody); errno != 0 {
			return nil, errno
		}
		return Watch(func(c Change) { changes <- c })
	})
	defer w.Close()
	n.ip(t, "addr add 192.0.2.5/24 dev eth0")
	expectChange(t, changes, "address added")
}
