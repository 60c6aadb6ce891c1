package camera

import (
	"errors"
	"fmt"
	"math"
	"time"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// buffers is how many frames the driver has room for: one that it fills, one
// that we copy, and two for when we come late.
const buffers = 4

// v4l is a camera that the kernel drives.
type v4l struct {
	dev   *v4l2.Device
	queue *v4l2.Queue
	set   Mode
	begin time.Duration // CLOCK_MONOTONIC at the start
}

// openV4L2 finds, sets and starts the camera of cfg.
func openV4L2(cfg Config) (driver, error) {
	path, err := find(cfg.Device)
	if err != nil {
		return nil, err
	}
	dev, err := v4l2.Open(path)
	if err != nil {
		return nil, err
	}
	d := &v4l{dev: dev}
	if err := d.start(cfg); err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

func (d *v4l) start(cfg Config) error {
	t, err := captureType(d.dev)
	if err != nil {
		return err
	}
	format, err := d.negotiate(t, cfg)
	if err != nil {
		return err
	}
	d.setInterval(t, cfg)
	d.queue, err = d.dev.NewQueue(t, format, buffers)
	if err != nil {
		return err
	}
	for i := range d.queue.Buffers() {
		if err := d.queue.Enqueue(i); err != nil {
			return err
		}
	}
	d.begin = monotonic()
	return d.queue.Start()
}

// captureType gives the kind of queue that a camera has.
func captureType(dev *v4l2.Device) (v4l2.Type, error) {
	c, err := dev.Capability()
	if err != nil {
		return 0, err
	}
	if t := typeOf(c.Caps); t != 0 {
		return t, nil
	}
	return 0, &DeviceError{Device: dev.Path(), Kind: ErrUnsupported, Cause: fmt.Errorf("%s is no camera", c.Card)}
}

// typeOf is 0 for what is no camera.
func typeOf(caps v4l2.Caps) v4l2.Type {
	switch {
	case caps&v4l2.CapStreaming == 0:
		return 0
	case caps&v4l2.CapVideoCapture != 0:
		return v4l2.Capture
	case caps&v4l2.CapVideoCaptureMP != 0:
		return v4l2.CaptureMP
	}
	return 0
}

// negotiate sets the best format that the camera takes. Drivers answer with
// another one than was asked for, without an error: what they answer counts.
func (d *v4l) negotiate(t v4l2.Type, cfg Config) (v4l2.Format, error) {
	offers, err := offersOf(d.dev, t)
	if err != nil {
		return v4l2.Format{}, err
	}
	for _, c := range cfg.candidates(offers) {
		format, err := d.dev.SetFormat(t, v4l2.Format{FourCC: c.format, Width: c.width, Height: c.height, Planes: 1})
		if errors.Is(err, unix.EINVAL) {
			continue
		}
		if err != nil {
			return format, err
		}
		if d.set = modeOf(format); d.usable(format, cfg) {
			return format, nil
		}
	}
	return v4l2.Format{}, &DeviceError{Device: d.dev.Path(), Kind: ErrUnsupported, Cause: cfg.lacks()}
}

// usable tells whether what the driver answered is of use. Some make too small
// buffers for odd sizes.
func (d *v4l) usable(f v4l2.Format, cfg Config) bool {
	wanted := known(f.FourCC) && (cfg.Format == 0 || cfg.Format == f.FourCC)
	return wanted && f.Planes == 1 && d.set.Stride >= d.set.minStride() && f.Plane[0].Size >= d.set.size()
}

func modeOf(f v4l2.Format) Mode {
	m := Mode{Format: f.FourCC, Width: f.Width, Height: f.Height, Stride: f.Plane[0].Stride}
	if m.Stride == 0 {
		m.Stride = m.minStride()
	}
	return m
}

// setInterval sets the rate. Not every camera lets it be set, or tells it.
func (d *v4l) setInterval(t v4l2.Type, cfg Config) {
	got, err := d.dev.SetInterval(t, cfg.interval())
	if err == nil {
		d.set.Interval = got.Duration()
	}
}

// offersOf lists what a camera has.
func offersOf(dev *v4l2.Device, t v4l2.Type) ([]offer, error) {
	formats, err := dev.Formats(t)
	if err != nil {
		return nil, err
	}
	var offers []offer
	for _, f := range formats {
		sizes, err := dev.FrameSizes(f.FourCC)
		if err != nil {
			return nil, err
		}
		if len(sizes) == 0 { // it doesn't tell
			any := v4l2.Range{Min: 1, Max: math.MaxInt32, Step: 1}
			sizes = []v4l2.FrameSize{{Width: any, Height: any}}
		}
		for _, s := range sizes {
			offers = append(offers, offer{format: f.FourCC, size: s, fastest: fastest(dev, f.FourCC)})
		}
	}
	return offers, nil
}

// fastest asks for the shortest interval at a size.
func fastest(dev *v4l2.Device, f v4l2.FourCC) func(width, height int) time.Duration {
	return func(width, height int) time.Duration {
		intervals, _ := dev.FrameIntervals(f, width, height) // it needn't know any
		least := time.Duration(0)
		for _, i := range intervals {
			if d := i.Min.Duration(); d > 0 && (least == 0 || d < least) {
				least = d
			}
		}
		return least
	}
}

func (d *v4l) mode() Mode { return d.set }

func (d *v4l) next(limit time.Duration) (shot, error) {
	for {
		done, err := d.queue.Dequeue()
		if err == nil {
			return d.shot(done), nil
		}
		if err != v4l2.ErrAgain {
			return shot{}, err
		}
		ready, err := d.dev.Wait(v4l2.Readable, limit)
		switch {
		case err != nil:
			return shot{}, err
		case ready&v4l2.Woken != 0:
			return shot{}, ErrClosed
		case ready == 0:
			return shot{}, errStalled
		case ready&v4l2.Readable == 0:
			return shot{}, errGone
		}
	}
}

func (d *v4l) shot(done v4l2.Done) shot {
	at := done.Time
	if !done.Monotone {
		at = monotonic()
	}
	return shot{
		buffer: done.Buffer, data: d.queue.Data(done, 0), corrupt: done.Corrupt,
		sequence: done.Sequence, time: max(0, at-d.begin),
	}
}

func (d *v4l) release(s shot) error { return d.queue.Enqueue(s.buffer) }

func (d *v4l) wake() { d.dev.Wake() }

// stop gives everything back. What fails here failed before.
func (d *v4l) stop() {
	if d.queue != nil {
		_ = d.queue.Stop()
		_ = d.queue.Free()
	}
	_ = d.dev.Close()
}

// monotonic is the clock of the kernel's timestamps.
func monotonic() time.Duration {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // it can't fail
	return time.Duration(now.Nano())
}
