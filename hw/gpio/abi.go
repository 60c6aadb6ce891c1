package gpio

import (
	"fmt"
	"unsafe"

	"github.com/imsphone/imsphone/hw/internal/ioctl"
)

// The second version of the interface to GPIO lines (include/uapi/linux/gpio.h).
// Its structures are the same on all platforms: what is 64 bits wide stands at a
// multiple of 8, on 32-bit ones by the padding that is written out.

const (
	maxLines = 64
	maxAttrs = 10

	gpioActiveLow = 1 << 1
	gpioInput     = 1 << 2
	gpioBothEdges = 1<<4 | 1<<5
	gpioPullUp    = 1 << 8
	gpioPullDown  = 1 << 9

	gpioAttrFlags    = 1
	gpioAttrDebounce = 3

	gpioRising = 1
	eventSize  = 48
)

// gpioAttr is struct gpio_v2_line_config_attribute: a value, flags or µs, for
// those lines of a request that Mask names.
type gpioAttr struct {
	ID, _ uint32
	Value uint64
	Mask  uint64
}

type gpioConfig struct {
	Flags    uint64
	NumAttrs uint32
	_        [5]uint32
	Attrs    [maxAttrs]gpioAttr
}

type gpioRequest struct {
	Offsets     [maxLines]uint32
	Consumer    [32]byte
	Config      gpioConfig
	NumLines    uint32
	EventBuffer uint32
	_           [5]uint32
	FD          int32
}

type gpioValues struct{ Bits, Mask uint64 }

const (
	gpioGetLine   = ioctl.ReadWrite | 0xb4<<ioctl.Kind | 0x07 | unsafe.Sizeof(gpioRequest{})<<ioctl.Size
	gpioGetValues = ioctl.ReadWrite | 0xb4<<ioctl.Kind | 0x0e | unsafe.Sizeof(gpioValues{})<<ioctl.Size
)

// flags gives how a line is asked for.
func (l Line) flags() uint64 {
	flags := uint64(gpioInput | gpioBothEdges)
	for _, f := range []struct {
		on  bool
		bit uint64
	}{{l.ActiveLow, gpioActiveLow}, {l.PullUp, gpioPullUp}, {l.PullDown, gpioPullDown}} {
		if f.on {
			flags |= f.bit
		}
	}
	return flags
}

// request writes the lines down. Lines of the same kind share an attribute, of
// which there are few.
func request(lines []Line) (gpioRequest, error) {
	if len(lines) == 0 || len(lines) > maxLines {
		return gpioRequest{}, fmt.Errorf("%d lines: name 1 to %d", len(lines), maxLines)
	}
	r := gpioRequest{NumLines: uint32(len(lines))}
	copy(r.Consumer[:], "imsphone")
	r.Config.Flags = lines[0].flags()
	for i, l := range lines {
		r.Offsets[i] = uint32(l.Offset)
		if flags := l.flags(); flags != r.Config.Flags && !r.Config.add(gpioAttrFlags, flags, i) {
			return r, errKinds
		}
		if us := uint64(l.Debounce.Microseconds()); us > 0 && !r.Config.add(gpioAttrDebounce, us, i) {
			return r, errKinds
		}
	}
	return r, nil
}

var errKinds = fmt.Errorf("the lines are of too many different kinds: let some have the same debounce_ms")

// add lets an attribute hold for the i-th line.
func (c *gpioConfig) add(id uint32, value uint64, i int) bool {
	for n := range c.Attrs[:c.NumAttrs] {
		if a := &c.Attrs[n]; a.ID == id && a.Value == value {
			a.Mask |= 1 << i
			return true
		}
	}
	if c.NumAttrs == maxAttrs {
		return false
	}
	c.Attrs[c.NumAttrs] = gpioAttr{ID: id, Value: value, Mask: 1 << i}
	c.NumAttrs++
	return true
}
