package hotplug

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Watcher listens until Close.
type Watcher struct {
	socket     *os.File
	conn       syscall.RawConn
	subsystems []string
	changed    func(Event)

	buf     []byte
	closing sync.Once
	running sync.WaitGroup
	err     error // of Close
}

const (
	// kernelGroup is the multicast group that the kernel itself tells; udevd has
	// another one.
	kernelGroup = 1
	// readSize holds the largest message: the kernel's own buffer has 2 KiB.
	readSize = 8 << 10
)

// Watch calls changed, from one goroutine of its own, for each event of one of
// the subsystems, or of all where none is named, and for Missed. It fails where
// netlink may not be used.
func Watch(changed func(Event), subsystems ...string) (*Watcher, error) {
	socket, err := openSocket()
	if err != nil {
		return nil, err
	}
	conn, err := socket.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	w := &Watcher{socket: socket, conn: conn, subsystems: subsystems, changed: changed, buf: make([]byte, readSize)}
	w.running.Go(w.run)
	return w, nil
}

func openSocket() (*os.File, error) {
	const kind = unix.SOCK_RAW | unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK
	fd, err := unix.Socket(unix.AF_NETLINK, kind, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		return nil, fmt.Errorf("open netlink socket for devices (a sandbox must allow AF_NETLINK): %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: kernelGroup}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("bind netlink socket for devices: %w", err)
	}
	return os.NewFile(uintptr(fd), "uevent"), nil
}

// Close ends the watch; changed isn't called any more after it. It may not be
// called from changed.
func (w *Watcher) Close() error {
	w.closing.Do(func() {
		w.err = w.socket.Close()
		w.running.Wait()
	})
	return w.err
}

func (w *Watcher) run() {
	for {
		e, ok, err := w.next()
		if err != nil {
			return
		}
		if ok && w.wants(e) {
			w.changed(e)
		}
	}
}

func (w *Watcher) wants(e Event) bool {
	return len(w.subsystems) == 0 || e.Action == Missed || slices.Contains(w.subsystems, e.Subsystem)
}

// next waits for a message; false is one that tells nothing. An error says that
// there will be none any more.
func (w *Watcher) next() (Event, bool, error) {
	var size int
	var from unix.Sockaddr
	var failed error
	err := w.conn.Read(func(fd uintptr) bool {
		size, from, failed = unix.Recvfrom(int(fd), w.buf, 0)
		return !errors.Is(failed, unix.EAGAIN) && !errors.Is(failed, unix.EINTR)
	})
	if err != nil {
		return Event{}, false, err
	}
	return read(w.buf[:max(size, 0)], from, failed)
}

// read makes sense of what came.
func read(b []byte, from unix.Sockaddr, err error) (Event, bool, error) {
	if errors.Is(err, unix.ENOBUFS) || errors.Is(err, unix.ENOMEM) {
		return Event{Action: Missed}, true, nil
	}
	if err != nil {
		return Event{}, false, err
	}
	if kernel, ok := from.(*unix.SockaddrNetlink); !ok || kernel.Pid != 0 {
		return Event{}, false, nil // from another process
	}
	e, ok := parse(b)
	return e, ok, nil
}
