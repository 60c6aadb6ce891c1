//go:build linux

package alsa

import (
	"errors"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pipe gives a pipe that doesn't wait: its ends stand for devices.
func pipe(t *testing.T) (r, w int) {
	t.Helper()
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_NONBLOCK|unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	return fds[0], fds[1]
}

// TestPlain: a file isn't used once it is closed, as its number may be another
// file's then.
func TestPlain(t *testing.T) {
	r, w := pipe(t)
	defer unix.Close(r)
	p := &plain{fd: w}
	used := 0
	use := func(uintptr) { used++ }
	if err := p.Control(use); err != nil || used != 1 {
		t.Errorf("%v, used %d times", err, used)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if n, err := unix.Read(r, make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("the other end reads %d, %v: it isn't closed", n, err)
	}
	if err := p.Control(use); !errors.Is(err, os.ErrClosed) || used != 1 {
		t.Errorf("after Close: %v, used %d times", err, used)
	}
	if err := p.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
}

// TestWaiting: one waits until something comes, the time is over, or Close.
func TestWaiting(t *testing.T) {
	r, w := pipe(t)
	defer unix.Close(w)
	file, err := newWaiting(r, "device")
	if err != nil {
		t.Fatal(err)
	}
	wait := func(limit time.Duration) error {
		if err := file.within(limit); err != nil {
			return err
		}
		return file.Read(func(fd uintptr) bool {
			_, err := unix.Read(int(fd), make([]byte, 1))
			return err != unix.EAGAIN
		})
	}
	if err := wait(0); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("nothing comes: %v", err)
	}
	result := make(chan error)
	go func() { result <- wait(time.Hour) }()
	if _, err := unix.Write(w, []byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := <-result; err != nil {
		t.Errorf("a byte comes: %v", err)
	}
	go func() { result <- wait(time.Hour) }()
	if err := file.Close(); err != nil {
		t.Error(err)
	}
	if err := <-result; err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Close: %v", err)
	}
}
