//go:build linux

package alsa

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// controlPreferSubdevice says which subdevice this process means when it opens a
// device next, as long as the control device is open.
var controlPreferSubdevice = request(write, controlGroup, 0x32, unsafe.Sizeof(int32(0)))

// prefer asks for a's subdevice; release is called after the open. The kernel
// remembers the wish for this thread alone.
func (a Address) prefer() (release func(), err error) {
	if a.Subdevice < 0 {
		return func() {}, nil
	}
	runtime.LockOSThread()
	control, err := openControl(a.Card)
	if err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	release = func() {
		control.Close()
		runtime.UnlockOSThread()
	}
	number := int32(a.Subdevice)
	if err := ioctl(control.Fd(), controlPreferSubdevice, unsafe.Pointer(&number)); err != nil {
		release()
		return nil, fmt.Errorf("choose subdevice %d: %w", a.Subdevice, err)
	}
	return release, nil
}

// openControl opens a card's control device.
func openControl(card int) (*os.File, error) {
	path := fmt.Sprintf("/dev/snd/controlC%d", card)
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return os.NewFile(uintptr(fd), path), nil
}
