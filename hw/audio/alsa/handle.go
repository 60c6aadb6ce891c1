//go:build linux

package alsa

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// handle is an open device file, which isn't closed while it is used.
type handle interface {
	// Control does system calls on it.
	Control(use func(fd uintptr)) error
	Close() error
}

// waiting is a file that one can wait for: the runtime is told of each of the
// device's periods.
type waiting struct {
	syscall.RawConn
	file *os.File
}

func newWaiting(fd int, name string) (*waiting, error) {
	file := os.NewFile(uintptr(fd), name)
	conn, err := file.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &waiting{conn, file}, nil
}

// within lets waiting end with os.ErrDeadlineExceeded after so long.
func (w *waiting) within(limit time.Duration) error {
	return w.file.SetReadDeadline(time.Now().Add(limit))
}

// Close also ends the waiting.
func (w *waiting) Close() error { return w.file.Close() }

// plain is a file that nobody waits for. An os.File would have the runtime woken
// at the end of each of the device's periods, for nothing.
type plain struct {
	mu sync.Mutex
	fd int // negative when closed
}

func (p *plain) Control(use func(fd uintptr)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fd < 0 {
		return os.ErrClosed
	}
	use(uintptr(p.fd))
	return nil
}

func (p *plain) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fd < 0 {
		return os.ErrClosed
	}
	err := unix.Close(p.fd)
	p.fd = -1
	return err
}
