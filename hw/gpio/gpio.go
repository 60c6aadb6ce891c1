// Package gpio hears bare GPIO lines, by the kernel's character devices: hook
// switches and headset buttons on boards whose device tree makes no input device
// (gpio-keys) of them.
package gpio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/internal/ioctl"
)

// Line is a line of a chip, as an input.
type Line struct {
	Offset    int  // its number on the chip
	ActiveLow bool // a low level counts as active
	PullUp    bool // by the chip's own resistor, if it has one
	PullDown  bool
	Debounce  time.Duration // how long it has to rest before it counts; 0 is not at all
}

// Edge is a change of a line.
type Edge struct {
	Offset int
	Active bool // what it has become
}

// Kinds of errors.
var (
	// ErrBusy: a driver or another program has the line.
	ErrBusy = errors.New("the line is in use: perhaps a driver makes a key of it already (imsphone devices), then leave it out of the board's profile")
	// ErrDenied: the user may not open the chip.
	ErrDenied = errors.New("permission denied: add the phone's user to the group gpio, or the node's group")
	// ErrClosed: Close was called.
	ErrClosed = errors.New("gpio: closed")
)

// Lines are requested lines of one chip.
type Lines struct {
	chip  string
	file  *os.File
	lines []Line
	raw   [16 * eventSize]byte
	queue []byte // of raw, what isn't told yet
}

// Open requests lines of a chip, such as "/dev/gpiochip0", to hear their edges.
func Open(chip string, lines []Line) (*Lines, error) {
	fd, err := unix.Open(chip, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fail(chip, err)
	}
	defer unix.Close(fd)
	r, err := request(lines)
	if err != nil {
		return nil, fmt.Errorf("gpio %s: %w", chip, err)
	}
	if err := ioctl.Do(fd, gpioGetLine, unsafe.Pointer(&r)); err != nil {
		return nil, fail(chip, err)
	}
	if err := unix.SetNonblock(int(r.FD), true); err != nil {
		unix.Close(int(r.FD))
		return nil, fail(chip, err)
	}
	return &Lines{chip: chip, file: os.NewFile(uintptr(r.FD), chip), lines: lines}, nil
}

// Active tells which of the lines, by their order in Open, are active now.
func (l *Lines) Active() ([]bool, error) {
	values := gpioValues{Mask: uint64(1)<<len(l.lines) - 1}
	conn, err := l.file.SyscallConn()
	if err != nil {
		return nil, l.closed(err)
	}
	var failed error
	if err := conn.Control(func(fd uintptr) { failed = ioctl.Do(int(fd), gpioGetValues, unsafe.Pointer(&values)) }); err != nil {
		return nil, l.closed(err)
	}
	if failed != nil {
		return nil, fail(l.chip, failed)
	}
	active := make([]bool, len(l.lines))
	for i := range active {
		active[i] = values.Bits>>i&1 != 0
	}
	return active, nil
}

// Read waits for the next edge, or for Close.
func (l *Lines) Read() (Edge, error) {
	if len(l.queue) < eventSize {
		n, err := l.file.Read(l.raw[:])
		if err != nil {
			return Edge{}, l.closed(err)
		}
		l.queue = l.raw[:n]
		if n < eventSize {
			return Edge{}, fmt.Errorf("gpio %s: half an event", l.chip)
		}
	}
	e := edge(l.queue)
	l.queue = l.queue[eventSize:]
	return e, nil
}

func edge(b []byte) Edge {
	return Edge{Active: binary.NativeEndian.Uint32(b[8:]) == gpioRising, Offset: int(binary.NativeEndian.Uint32(b[12:]))}
}

func (l *Lines) closed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return ErrClosed
	}
	return fail(l.chip, err)
}

// Close gives the lines back and ends a Read.
func (l *Lines) Close() error { return l.file.Close() }

func fail(chip string, err error) error {
	switch {
	case errors.Is(err, unix.EBUSY):
		err = ErrBusy
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		err = ErrDenied
	case errors.Is(err, unix.ENOENT):
		err = fmt.Errorf("there is no such chip: compare the board's profile with /dev/gpiochip* (%w)", err)
	case errors.Is(err, unix.EINVAL):
		err = fmt.Errorf("the chip has no such line, or can't pull it or hear its edges (%w)", err)
	}
	return fmt.Errorf("gpio %s: %w", chip, err)
}
