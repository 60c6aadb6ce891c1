package modem

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// openSerial opens a serial device for 115200 bits a second, 8 data bits, no
// parity, 1 stop bit and no translation of any byte.
func openSerial(device string) (*os.File, error) {
	// O_NONBLOCK: the runtime's poller gives reads their deadlines, and open
	// doesn't wait for a carrier.
	f, err := os.OpenFile(device, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, explainOpen(device, err)
	}
	if err := setRaw(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: %s: is it a serial device? (%w)", ErrDevice, device, err)
	}
	return f, nil
}

func explainOpen(device string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: there is no %s: plug the modem in, or see by ls /dev/ttyUSB* /dev/ttyACM* how it is called (%w)", ErrDevice, device, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: this user may not use %s: join its group, usually dialout (%w)", ErrDevice, device, err)
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("%w: another program uses %s, perhaps ModemManager: stop it or have it leave this modem alone (%w)", ErrDevice, device, err)
	}
	return fmt.Errorf("%w: %w", ErrDevice, err)
}

// setRaw takes the device for this program alone and sets the line up.
func setRaw(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) { failed = setUp(int(fd)) })
	return errors.Join(err, failed)
}

func setUp(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	if err := unix.IoctlSetInt(fd, unix.TIOCEXCL, 0); err != nil {
		return err
	}
	t.Iflag, t.Oflag, t.Lflag = unix.IGNBRK, 0, 0
	t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | unix.B115200
	t.Ispeed, t.Ospeed = unix.B115200, unix.B115200
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, t); err != nil {
		return err
	}
	return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIOFLUSH)
}
