// Package ioctl is the call of Linux by that name, and the numbers of its
// requests as all of the platforms of this project make them
// (include/uapi/asm-generic/ioctl.h).
package ioctl

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The parts of a request's number: its direction as the caller sees it, and how
// far its kind and the size of its argument are shifted.
const (
	None      uintptr = 0
	Write     uintptr = 1 << 30
	Read      uintptr = 2 << 30
	ReadWrite         = Read | Write
	Kind              = 8
	Size              = 16
)

// Do makes the request on a file, and again where a signal interrupts it. What
// arg points to by numbers has to be pinned by the caller.
func Do(fd int, request uintptr, arg unsafe.Pointer) error {
	_, err := Value(fd, request, arg)
	return err
}

// Value is Do for requests that answer with a number of their own, such as a
// length.
func Value(fd int, request uintptr, arg unsafe.Pointer) (int, error) {
	for {
		n, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg))
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
			continue
		}
		return 0, errno
	}
}

// Int makes a request whose argument is a number and no pointer.
func Int(fd int, request uintptr, arg int) error {
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg))
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
			continue
		}
		return errno
	}
}
