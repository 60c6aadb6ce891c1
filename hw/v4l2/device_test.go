package v4l2

import (
	"errors"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestWake: it ends a Wait that has nothing to wait for, and the next one too.
func TestWake(t *testing.T) {
	d, err := Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.Wake()
	for range 2 {
		if ready, err := d.Wait(0, time.Hour); ready&Woken == 0 || err != nil {
			t.Errorf("%b, %v", ready, err)
		}
	}
}

// TestWakeAfterClose: whoever has the number now must not be written to.
func TestWakeAfterClose(t *testing.T) {
	d, err := Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(other)
	if other != d.wake {
		if err := unix.Dup3(other, d.wake, unix.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		defer unix.Close(d.wake)
	}
	d.Wake()
	var b [8]byte
	if _, err := unix.Read(other, b[:]); !errors.Is(err, unix.EAGAIN) {
		t.Errorf("it was written to: %v, %v", b, err)
	}
}
