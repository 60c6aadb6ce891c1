//go:build linux

package alsa

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Masks and intervals of hwParams, by their index there.
const (
	maskAccess = 0
	maskFormat = 1

	intervalChannels   = 2
	intervalRate       = 3
	intervalPeriodSize = 5
	intervalBufferSize = 9
)

// Values of the masks.
const (
	accessInterleaved = 3 // by read and write, the channels' samples in turns
	formatS16LE       = 2
)

// interval is a range of values: struct snd_interval.
type interval struct {
	min, max uint32
	flags    uint32
}

// The flags of an interval: its ends aren't part of it.
const (
	openMin = 1 << iota
	openMax
)

// lowest and highest are the ends as whole numbers.
func (i interval) lowest() uint32  { return i.min + i.flags&openMin }
func (i interval) highest() uint32 { return i.max - i.flags&openMax/openMax }

// hwParams is what a device can do, or shall do: struct snd_pcm_hw_params.
type hwParams struct {
	flags     uint32
	masks     [3][8]uint32
	_         [5][8]uint32
	intervals [12]interval
	_         [9]interval
	wanted    uint32 // rmask: the parameters that the kernel shall look at
	changed   uint32
	info      uint32
	msbits    uint32
	rateNum   uint32
	rateDen   uint32
	fifo      uintptr
	_         [64]byte
}

// swParams says when a device starts, stops and wakes us: struct
// snd_pcm_sw_params.
type swParams struct {
	timestamps     int32
	periodStep     uint32
	sleepMin       uint32
	availMin       uintptr
	align          uintptr
	startThreshold uintptr
	stopThreshold  uintptr
	silenceAt      uintptr
	silenceSize    uintptr
	boundary       uintptr
	proto          uint32
	timestampType  uint32
	_              [56]byte
}

// anyParams leaves all open.
func anyParams() hwParams {
	p := hwParams{wanted: ^uint32(0), info: ^uint32(0)}
	for m := range p.masks {
		for w := range p.masks[m] {
			p.masks[m][w] = ^uint32(0)
		}
	}
	for i := range p.intervals {
		p.intervals[i].max = ^uint32(0)
	}
	return p
}

// only allows one value of a mask.
func (p *hwParams) only(mask int, value uint32) {
	p.masks[mask] = [8]uint32{}
	p.masks[mask][value/32] = 1 << (value % 32)
}

// within allows the values of an interval from low to high.
func (p *hwParams) within(i int, low, high uint32) {
	p.intervals[i] = interval{min: low, max: high}
}

// refiner narrows p to what the device can do; an error says that nothing is
// left.
type refiner func(p *hwParams) error

// near narrows an interval to want, or else to the next greater value that the
// device can do, or else to the next smaller one.
func (p *hwParams) near(refine refiner, i int, want uint32) error {
	for _, low := range []bool{true, false} {
		try := *p
		if low {
			try.within(i, max(want, p.intervals[i].min), p.intervals[i].max)
		} else {
			try.within(i, p.intervals[i].min, min(want, p.intervals[i].max))
		}
		if try.intervals[i].min > try.intervals[i].max || refine(&try) != nil {
			continue
		}
		value := try.intervals[i].lowest()
		if !low {
			value = try.intervals[i].highest()
		}
		exact := try
		exact.within(i, value, value)
		if refine(&exact) == nil {
			*p = exact
		} else {
			*p = try // an odd device: it chooses itself
		}
		return nil
	}
	return errNothingNear
}

var errNothingNear = errors.New("the device has no such rate, channels or buffer")

// choose narrows p to the wishes, the most important first.
func (p *hwParams) choose(refine refiner, want Params) error {
	p.only(maskAccess, accessInterleaved)
	p.only(maskFormat, formatS16LE)
	if err := refine(p); err != nil {
		return errFormat
	}
	for _, wish := range []struct {
		interval int
		value    int
	}{
		{intervalChannels, want.Channels},
		{intervalRate, want.Rate},
	} {
		if err := p.near(refine, wish.interval, uint32(wish.value)); err != nil {
			return err
		}
	}
	// The sizes are wished for in time: the rate may be another one.
	scale := func(frames int) uint32 {
		return uint32(int64(frames) * int64(p.intervals[intervalRate].lowest()) / int64(want.Rate))
	}
	if err := p.near(refine, intervalPeriodSize, scale(want.Period)); err != nil {
		return err
	}
	return p.near(refine, intervalBufferSize, scale(want.Buffer))
}

var errFormat = errors.New("the device has no samples of 16 bits: use the build with cgo, which has ALSA's library to convert them")

// wakeups says that a device starts when there are so many frames to play, wakes us
// at the end of each period, and stops when its buffer runs dry or over.
//
// It wakes us for a single frame: were a whole period the condition, then who comes
// late and takes a part of the next one with it would be kept until that after it.
func wakeups(p Params, start int) swParams {
	return swParams{
		periodStep: 1, availMin: 1, align: 1,
		startThreshold: uintptr(start), stopThreshold: uintptr(p.Buffer),
	}
}

// The ioctls of a PCM device.
var (
	pcmRefine   = request(read|write, pcmGroup, 0x10, unsafe.Sizeof(hwParams{}))
	pcmHWParams = request(read|write, pcmGroup, 0x11, unsafe.Sizeof(hwParams{}))
	pcmSWParams = request(read|write, pcmGroup, 0x13, unsafe.Sizeof(swParams{}))
	pcmPrepare  = request(none, pcmGroup, 0x40, 0)
	pcmStart    = request(none, pcmGroup, 0x42, 0)
	pcmDelay    = request(read, pcmGroup, 0x21, unsafe.Sizeof(int(0)))
	pcmWrite    = request(write, pcmGroup, 0x50, unsafe.Sizeof(transfer{}))
	pcmRead     = request(read, pcmGroup, 0x51, unsafe.Sizeof(transfer{}))
)

// transfer is the argument of a read or write: struct snd_xferi.
type transfer struct {
	result int
	buf    unsafe.Pointer
	frames uintptr
}

// xrun tells whether err says that the device's buffer ran dry or over, or that
// the machine has slept: it has to be prepared again.
func xrun(err error) bool { return err == unix.EPIPE || err == unix.ESTRPIPE }
