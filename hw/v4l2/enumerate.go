package v4l2

import (
	"errors"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxEnumerated ends the enumerations of a driver that never does.
const maxEnumerated = 256

// FormatDesc is a format that a queue can have.
type FormatDesc struct {
	FourCC      FourCC
	Compressed  bool
	Description string // for people
}

const flagCompressed = 1 // V4L2_FMT_FLAG_COMPRESSED

// Formats lists the formats of a queue, in the driver's order
// (VIDIOC_ENUM_FMT).
func (d *Device) Formats(t Type) ([]FormatDesc, error) {
	var list []FormatDesc
	for i := range uint32(maxEnumerated) {
		f := formatDesc{index: i, typ: uint32(t)}
		if err := d.ioctl(reqEnumFormat, unsafe.Pointer(&f)); err != nil {
			return list, d.enumerated("ENUM_FMT", err)
		}
		list = append(list, FormatDesc{
			FourCC: FourCC(f.pixelFormat), Description: text(f.description[:]),
			Compressed: f.flags&flagCompressed != 0,
		})
	}
	return list, nil
}

// enumerated tells the end of an enumeration, or that there is none, from a
// failure.
func (d *Device) enumerated(request string, err error) error {
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTTY) {
		return nil
	}
	return d.fail(request, err)
}

// Range is what a side of a picture can be, in pixels: Min, Min+Step, … Max.
// A single size has Min equal to Max.
type Range struct{ Min, Max, Step int }

// Nearest gives the size of r that is nearest to n.
func (r Range) Nearest(n int) int {
	n = min(max(n, r.Min), r.Max)
	if r.Step > 1 {
		n = r.Min + (n-r.Min+r.Step/2)/r.Step*r.Step
		if n > r.Max {
			n -= r.Step
		}
	}
	return n
}

// FrameSize is one size, or a range of sizes.
type FrameSize struct{ Width, Height Range }

// Discrete tells whether s is one size.
func (s FrameSize) Discrete() bool { return s.Width.Min == s.Width.Max && s.Height.Min == s.Height.Max }

// kindDiscrete marks sizes and intervals that are no range.
const kindDiscrete = 1

// FrameSizes lists the sizes of a capture format. None is listed by a driver
// that doesn't tell (VIDIOC_ENUM_FRAMESIZES).
func (d *Device) FrameSizes(f FourCC) ([]FrameSize, error) {
	var list []FrameSize
	for i := range uint32(maxEnumerated) {
		e := frameSizeEnum{index: i, pixelFormat: uint32(f)}
		if err := d.ioctl(reqEnumFrameSizes, unsafe.Pointer(&e)); err != nil {
			return list, d.enumerated("ENUM_FRAMESIZES", err)
		}
		if e.typ != kindDiscrete {
			return append(list, FrameSize{rangeOf(e.size[0:3]), rangeOf(e.size[3:6])}), nil
		}
		w, h := int(e.size[0]), int(e.size[1])
		list = append(list, FrameSize{Range{w, w, 1}, Range{h, h, 1}})
	}
	return list, nil
}

func rangeOf(v []uint32) Range { return Range{int(v[0]), int(v[1]), int(v[2])} }

// Interval is the time between two frames, in seconds, as a fraction.
type Interval struct{ Numerator, Denominator uint32 }

// Duration gives the interval rounded down; 0 for one that makes no sense.
func (i Interval) Duration() time.Duration {
	if i.Denominator == 0 {
		return 0
	}
	return time.Duration(uint64(time.Second) * uint64(i.Numerator) / uint64(i.Denominator))
}

// IntervalRange are the intervals from Min to Max.
type IntervalRange struct{ Min, Max Interval }

// FrameIntervals lists the intervals of a capture format at a size. None is
// listed by a driver that doesn't tell (VIDIOC_ENUM_FRAMEINTERVALS).
func (d *Device) FrameIntervals(f FourCC, width, height int) ([]IntervalRange, error) {
	var list []IntervalRange
	for i := range uint32(maxEnumerated) {
		e := frameIntervalEnum{index: i, pixelFormat: uint32(f), width: uint32(width), height: uint32(height)}
		if err := d.ioctl(reqEnumIntervals, unsafe.Pointer(&e)); err != nil {
			return list, d.enumerated("ENUM_FRAMEINTERVALS", err)
		}
		first := Interval{e.interval[0].numerator, e.interval[0].denominator}
		if e.typ != kindDiscrete {
			return append(list, IntervalRange{first, Interval{e.interval[1].numerator, e.interval[1].denominator}}), nil
		}
		list = append(list, IntervalRange{first, first})
	}
	return list, nil
}

// SetInterval asks for the time between two frames and gives what the driver
// made of it (VIDIOC_S_PARM). For an encoder, it is that of the pictures to be
// encoded: t is its output queue.
func (d *Device) SetInterval(t Type, i Interval) (Interval, error) {
	p := streamParm{typ: uint32(t), timePerFrame: fraction{i.Numerator, i.Denominator}}
	err := d.ioctl(reqSetParm, unsafe.Pointer(&p))
	return Interval{p.timePerFrame.numerator, p.timePerFrame.denominator}, d.fail("S_PARM", err)
}
