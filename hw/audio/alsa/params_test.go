//go:build linux

package alsa

import (
	"errors"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// TestLayout holds the structures against the sizes that a C compiler gives
// those of include/uapi/sound/asound.h, for 64 and 32 bits.
func TestLayout(t *testing.T) {
	var hw hwParams
	for _, test := range []struct {
		name            string
		got, at64, at32 uintptr
	}{
		{"hw_params", unsafe.Sizeof(hwParams{}), 608, 604},
		{"hw_params.intervals", unsafe.Offsetof(hw.intervals), 260, 260},
		{"hw_params.rmask", unsafe.Offsetof(hw.wanted), 512, 512},
		{"hw_params.fifo_size", unsafe.Offsetof(hw.fifo), 536, 536},
		{"sw_params", unsafe.Sizeof(swParams{}), 136, 104},
		{"sw_params.avail_min", unsafe.Offsetof(swParams{}.availMin), 16, 12},
		{"sw_params.boundary", unsafe.Offsetof(swParams{}.boundary), 64, 36},
		{"sw_params.proto", unsafe.Offsetof(swParams{}.proto), 72, 40},
		{"xferi", unsafe.Sizeof(transfer{}), 24, 12},
		{"HW_REFINE", pcmRefine, 0xc2604110, 0xc25c4110},
		{"HW_PARAMS", pcmHWParams, 0xc2604111, 0xc25c4111},
		{"DELAY", pcmDelay, 0x80084121, 0x80044121},
		{"SW_PARAMS", pcmSWParams, 0xc0884113, 0xc0684113},
		{"PREPARE", pcmPrepare, 0x4140, 0x4140},
		{"START", pcmStart, 0x4142, 0x4142},
		{"WRITEI_FRAMES", pcmWrite, 0x40184150, 0x400c4150},
		{"READI_FRAMES", pcmRead, 0x80184151, 0x800c4151},
		{"PREFER_SUBDEVICE", controlPreferSubdevice, 0x40045532, 0x40045532},
	} {
		want := test.at64
		if unsafe.Sizeof(uintptr(0)) == 4 {
			want = test.at32
		}
		if test.got != want {
			t.Errorf("%s: %#x, want %#x", test.name, test.got, want)
		}
	}
}

// hardware is a device that can do some values of each interval.
type hardware map[int][]uint32

// refine keeps what the hardware can do, as the kernel does: the ends of each
// interval.
func (h hardware) refine(p *hwParams) error {
	if p.masks[maskAccess][0]&(1<<accessInterleaved) == 0 || p.masks[maskFormat][0]&(1<<formatS16LE) == 0 {
		return unix.EINVAL
	}
	for i, values := range h {
		var fits []uint32
		for _, v := range values {
			if v >= p.intervals[i].lowest() && v <= p.intervals[i].highest() {
				fits = append(fits, v)
			}
		}
		if len(fits) == 0 {
			return unix.EINVAL
		}
		p.intervals[i] = interval{min: fits[0], max: fits[len(fits)-1]}
	}
	return nil
}

func TestChoose(t *testing.T) {
	for _, test := range []struct {
		name string
		h    hardware
		want Params // as it comes out, asked for 8000 Hz mono 160×3
	}{
		{"can all", hardware{intervalChannels: {1, 2}, intervalRate: {8000, 48000}, intervalPeriodSize: {160, 320}, intervalBufferSize: {320, 480, 960}},
			Params{8000, 1, 160, 480}},
		{"stereo at 48 kHz", hardware{intervalChannels: {2}, intervalRate: {48000}, intervalPeriodSize: {480, 960, 1024}, intervalBufferSize: {2880, 4096}},
			Params{48000, 2, 960, 2880}},
		{"the next greater rate", hardware{intervalChannels: {1}, intervalRate: {5512, 11025, 44100}, intervalPeriodSize: {200, 256}, intervalBufferSize: {512, 1024}},
			Params{11025, 1, 256, 1024}},
		{"only smaller ones", hardware{intervalChannels: {1}, intervalRate: {4000, 6000}, intervalPeriodSize: {60, 64}, intervalBufferSize: {128, 256}},
			Params{6000, 1, 64, 256}},
	} {
		p := anyParams()
		if err := p.choose(test.h.refine, Params{Rate: 8000, Channels: 1, Period: 160, Buffer: 480}); err != nil || p.chosen() != test.want {
			t.Errorf("%s: %+v, %v; want %+v", test.name, p.chosen(), err, test.want)
		}
	}
}

func TestChooseNothing(t *testing.T) {
	p := anyParams()
	no := func(*hwParams) error { return unix.EINVAL }
	if err := p.choose(no, Params{Rate: 8000, Channels: 1, Period: 160, Buffer: 480}); !errors.Is(err, errFormat) {
		t.Errorf("no 16 bits: %v", err)
	}
	if err := p.near(no, intervalRate, 8000); !errors.Is(err, errNothingNear) {
		t.Errorf("nothing at all: %v", err)
	}
}

func TestInterval(t *testing.T) {
	for _, test := range []struct {
		i         interval
		low, high uint32
	}{
		{interval{min: 2, max: 9}, 2, 9},
		{interval{min: 2, max: 9, flags: openMin}, 3, 9},
		{interval{min: 2, max: 9, flags: openMax}, 2, 8},
		{interval{min: 2, max: 9, flags: openMin | openMax}, 3, 8},
	} {
		if test.i.lowest() != test.low || test.i.highest() != test.high {
			t.Errorf("%+v: %d to %d", test.i, test.i.lowest(), test.i.highest())
		}
	}
}
