package display

import (
	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/internal/ioctl"
)

// Requests and modes of a console (include/uapi/linux/kd.h).
const (
	kdSetMode  = 0x4b3a
	kdText     = 0
	kdGraphics = 1
)

// console is the kernel's text console, which otherwise writes over what is
// drawn: boot messages, a cursor that blinks.
type console struct{ fd int }

// quietConsole tells the console of the screen to draw nothing. A machine
// without one is fine. Its error leaves a console that may scribble.
func quietConsole() (*console, error) {
	fd, err := unix.Open("/dev/tty0", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err == unix.ENOENT || err == unix.ENXIO || err == unix.ENODEV {
		return &console{-1}, nil
	}
	if err != nil {
		return &console{-1}, err
	}
	if err := ioctl.Int(fd, kdSetMode, kdGraphics); err != nil {
		unix.Close(fd)
		return &console{-1}, err
	}
	return &console{fd}, nil
}

// restore lets the console draw again. It asks for text and not for what was
// there before, which may be what a crashed phone has left.
func (c *console) restore() {
	if c.fd < 0 {
		return
	}
	_ = ioctl.Int(c.fd, kdSetMode, kdText)
	unix.Close(c.fd)
	c.fd = -1
}
