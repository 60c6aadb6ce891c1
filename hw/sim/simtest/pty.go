package simtest

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// PTY is a pseudo terminal, which stands for a serial device. The file is the
// modem's end; the other is opened by the name.
func PTY() (modem *os.File, device string, err error) {
	modem, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, "", err
	}
	conn, err := modem.SyscallConn()
	if err != nil {
		return nil, "", errors.Join(err, modem.Close())
	}
	var failed error
	err = conn.Control(func(fd uintptr) {
		if failed = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); failed != nil {
			return
		}
		var number int
		number, failed = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		device = fmt.Sprintf("/dev/pts/%d", number)
	})
	if err = errors.Join(err, failed); err != nil {
		return nil, "", errors.Join(err, modem.Close())
	}
	return modem, device, nil
}
