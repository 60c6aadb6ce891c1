package input

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/internal/ioctl"
)

// absInfo is struct input_absinfo.
type absInfo struct{ Value, Minimum, Maximum, Fuzz, Flat, Resolution int32 }

// Requests (include/uapi/linux/input.h); those that fill in bytes get their
// length in the request's number.
const (
	evdev      = 'E' << ioctl.Kind
	eviocName  = ioctl.Read | evdev | 0x06
	eviocProps = ioctl.Read | evdev | 0x09
	eviocSlots = ioctl.Read | evdev | 0x0a
	eviocKeys  = ioctl.Read | evdev | 0x18
	eviocSw    = ioctl.Read | evdev | 0x1b
	eviocBits  = ioctl.Read | evdev | 0x20
	eviocAbs   = ioctl.Read | evdev | 0x40 | unsafe.Sizeof(absInfo{})<<ioctl.Size
	eviocGrab  = ioctl.Write | evdev | 0x90 | 4<<ioctl.Size
)

// get fills b with what a device answers. What it doesn't know stays 0.
func get(fd int, request uintptr, b []byte) error {
	return ioctl.Do(fd, request|uintptr(len(b))<<ioctl.Size, unsafe.Pointer(&b[0]))
}

func abs(fd int, code uintptr) (info absInfo, err error) {
	err = ioctl.Do(fd, eviocAbs+code, unsafe.Pointer(&info))
	return info, err
}

// describe asks a device for its name and what it can do.
func describe(fd int) (name string, c caps, err error) {
	c = caps{events: make(bitset, 4), keys: make(bitset, keyMax/8+1), abs: make(bitset, 8), switches: make(bitset, swMax/8+1), props: make(bitset, 4)}
	text := make([]byte, 256)
	if err := get(fd, eviocName, text); err != nil {
		return "", c, err
	}
	for _, want := range []struct {
		request uintptr
		bits    bitset
	}{{eviocBits, c.events}, {eviocBits + evKey, c.keys}, {eviocBits + evAbs, c.abs}, {eviocBits + evSw, c.switches}, {eviocProps, c.props}} {
		if err := get(fd, want.request, want.bits); err != nil {
			return "", c, err
		}
	}
	return unix.ByteSliceToString(text), c, c.ranges(fd)
}

// ranges asks for the ranges of the axes that places are told on.
func (c *caps) ranges(fd int) error {
	x, y := uintptr(absX), uintptr(absY)
	if c.abs.has(absMTSlot) && c.abs.has(absMTX) {
		slots, err := abs(fd, absMTSlot)
		if err != nil {
			return err
		}
		c.slots = int(slots.Maximum) + 1
		x, y = absMTX, absMTY
	}
	if !c.abs.has(int(x)) || !c.abs.has(int(y)) {
		return nil
	}
	ax, err := abs(fd, x)
	if err != nil {
		return err
	}
	ay, err := abs(fd, y)
	c.x, c.y = axis{ax.Minimum, ax.Maximum}, axis{ay.Minimum, ay.Maximum}
	return err
}

// ask asks a device for the state of its keys, switches and fingers.
func ask(fd int, c *caps) (state, error) {
	s := state{keys: make(bitset, keyMax/8+1), switches: make(bitset, swMax/8+1)}
	if err := get(fd, eviocKeys, s.keys); err != nil {
		return s, err
	}
	if err := get(fd, eviocSw, s.switches); err != nil {
		return s, err
	}
	if c.slots > 0 {
		return s, s.askSlots(fd, min(c.slots, maxFingers))
	}
	x, errX := abs(fd, absX)
	y, errY := abs(fd, absY)
	if errX == nil && errY == nil {
		s.fingers = []contact{{s.keys.has(btnTouch) || s.keys.has(btnLeft), x.Value, y.Value}}
	}
	return s, nil
}

// slotValues is struct input_mt_request_layout for as many fingers as are told
// apart.
type slotValues struct {
	code   uint32
	values [maxFingers]int32
}

func (s *state) askSlots(fd, slots int) error {
	var got [3]slotValues
	for i, code := range []uint32{absMTTracking, absMTX, absMTY} {
		got[i].code = code
		if err := ioctl.Do(fd, eviocSlots|unsafe.Sizeof(got[i])<<ioctl.Size, unsafe.Pointer(&got[i])); err != nil {
			return err
		}
	}
	s.fingers = make([]contact, slots)
	for i := range s.fingers {
		s.fingers[i] = contact{got[0].values[i] >= 0, got[1].values[i], got[2].values[i]}
	}
	return nil
}

// grab takes a device for this program alone.
func grab(fd int) error { return ioctl.Int(fd, eviocGrab, 1) }
