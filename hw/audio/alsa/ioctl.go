//go:build linux

package alsa

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The directions of an ioctl's data, in its number's upper two bits.
const (
	none  = 0
	write = 1
	read  = 2
)

// The groups of ioctls.
const (
	pcmGroup     = 'A'
	controlGroup = 'U'
)

// request makes an ioctl's number, as on ARM and x86.
//
//	direction 2 | size 14 | group 8 | number 8
func request(direction, group, number, size uintptr) uintptr {
	return direction<<30 | size<<16 | group<<8 | number
}

// ioctl does a system call on fd; arg is nil where there is none.
func ioctl(fd, request uintptr, arg unsafe.Pointer) error {
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, fd, request, uintptr(arg))
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
			continue
		}
		return errno
	}
}

// quick is ioctl for what copies samples of a file that is opened not to wait, or
// asks for a number. The runtime isn't told of it, and so has nobody run meanwhile:
// otherwise the first system call after each pause wakes a thread of its that looks
// after them, which costs several times what they do. All that may take its time, as
// starting and stopping a device, is for ioctl.
func quick(fd, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.RawSyscall(unix.SYS_IOCTL, fd, request, uintptr(arg)); errno != 0 {
		return errno
	}
	return nil
}
