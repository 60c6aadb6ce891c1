//go:build linux

package audio

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/audio/alsa"
)

// kernelDriver runs one direction of a sound card by the kernel's own calls, for
// a call that moves the sound itself (see mover): it waits for what is captured as
// one waits for a packet, and for nothing where it plays.
type kernelDriver struct {
	line   *line
	pcm    *alsa.PCM
	last   time.Time // when something was captured
	frames []int16   // of the device, all channels
	mono   []int16
	fit    *Resampler // between the device's rate and the call's
	fitted []int16
}

// Depths of a device's own buffer, in periods.
const (
	// bufferDepth is the buffer itself. For a microphone it is how long the call
	// may be kept from running before sound is lost, and costs no delay.
	bufferDepth = 16
	// minDepth is what a playing device has in it at least when the next period
	// is written. That is a delay: it begins with half of what may wait in all,
	// and grows each time that it has run dry.
	minDepth = 2
	maxDepth = 8
)

// openKernel opens the device of l.
func openKernel(l *line) (driver, error) {
	d := &kernelDriver{line: l}
	if l.direction == Playback {
		l.outlet.depth.Store(int32(max(l.periods/2, minDepth)))
	}
	if err := d.open(); err != nil {
		return nil, l.fail(kindOf(err), err)
	}
	return d, nil
}

// open opens the device and sets it up.
func (d *kernelDriver) open() error {
	direction := alsa.Capture
	if d.line.direction == Playback {
		direction = alsa.Playback
	}
	at, err := alsa.Find(os.DirFS("/proc/asound"), d.line.device, direction)
	if err != nil {
		return err
	}
	if d.pcm, err = alsa.Open(at, direction); err != nil {
		return err
	}
	if err := d.setUp(); err != nil {
		return errors.Join(err, d.pcm.Close())
	}
	return nil
}

// setUp configures the device and makes what fits it to the call.
func (d *kernelDriver) setUp() error {
	l := d.line
	depth := max(bufferDepth, 2*l.periods)
	err := d.pcm.Configure(alsa.Params{Rate: l.rate, Channels: 1, Period: l.frame, Buffer: depth * l.frame})
	if err != nil {
		return err
	}
	from, to := d.pcm.Rate, l.rate
	if l.direction == Playback {
		from, to = to, from
	}
	d.fit, err = NewResampler(from, to)
	if err != nil {
		return err
	}
	if l.direction == Capture {
		d.frames = make([]int16, d.pcm.Buffer*d.pcm.Channels)
		l.ring = newRing(d.pcm.Buffer*l.rate/d.pcm.Rate + 2*l.frame) // so that all of it fits
		return nil
	}
	d.mono = make([]int16, l.ring.size())
	return d.startAbove(int(l.outlet.depth.Load()))
}

func (d *kernelDriver) start() error {
	if d.line.direction == Playback {
		return nil // it starts when there is enough
	}
	if err := d.pcm.Start(); err != nil {
		return d.line.fail(kindOf(err), err)
	}
	d.last = time.Now()
	return nil
}

// stop lets go of the device, and ends a pull. What was not played is of no use to
// anybody.
func (d *kernelDriver) stop() { d.pcm.Close() }

func (d *kernelDriver) pull(limit time.Duration) error {
	n, err := d.pcm.Read(d.frames, limit)
	if err != nil {
		return d.recover(err)
	}
	d.last = time.Now()
	d.mono = appendMono(d.mono[:0], d.frames[:n*d.pcm.Channels], d.pcm.Channels)
	d.fitted = d.fit.Append(d.fitted[:0], d.mono)
	d.line.move(d.fitted)
	return nil
}

// push also tells how much there is to play now.
func (d *kernelDriver) push() error {
	d.fitted = d.fit.Append(d.fitted[:0], d.mono[:d.line.ring.pop(d.mono)])
	d.frames = appendChannels(d.frames, d.fitted, d.pcm.Channels)
	if err := d.write(); err != nil {
		return err
	}
	left, err := d.pcm.Delay()
	if errors.Is(err, alsa.ErrXrun) {
		return nil // the next write says so, too
	}
	left += len(d.frames) / d.pcm.Channels
	d.line.outlet.has(int(int64(left) * int64(d.line.rate) / int64(d.pcm.Rate)))
	return err
}

// write gives the device what it has room for of frames; the rest stays for the
// next time.
func (d *kernelDriver) write() error {
	for len(d.frames) > 0 {
		n, err := d.pcm.Write(d.frames)
		if err != nil {
			err = d.recover(err)
		} else if n == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		d.frames = d.frames[:copy(d.frames, d.frames[n*d.pcm.Channels:])]
	}
	return nil
}

// recover lets a device go on that has run dry or over; another error stays.
func (d *kernelDriver) recover(err error) error {
	if !errors.Is(err, alsa.ErrXrun) {
		return err
	}
	d.line.xruns.Add(1)
	if err := d.pcm.Prepare(); err != nil {
		return err
	}
	if d.line.direction == Playback {
		return d.startAbove(d.line.outlet.deepen(d.missing()))
	}
	l := d.line
	l.spilled.Add(uint32(time.Since(d.last) * time.Duration(l.rate) / time.Second))
	d.last = time.Now()
	return d.pcm.Start()
}

// startAbove lets the device begin to play once it has more than depth periods, as
// then so many are left when the next one is written. It costs no more silence than
// there has to be: after a stall they come at once, and as they do while a busy
// machine is slow to start the device.
func (d *kernelDriver) startAbove(depth int) error {
	return d.pcm.StartAt(depth*d.line.frame*d.pcm.Rate/d.line.rate + 1)
}

// missing is for how many periods the device had nothing to play.
func (d *kernelDriver) missing() int {
	l := d.line
	return int(math.Ceil(-l.outlet.balance(l.rate) / float64(l.frame)))
}

// appendChannels appends mono to dst, for each of the channels.
func appendChannels(dst, mono []int16, channels int) []int16 {
	if channels == 1 {
		return append(dst, mono...)
	}
	for _, s := range mono {
		for range channels {
			dst = append(dst, s)
		}
	}
	return dst
}

// kindOf tells which kind of failure the kernel means.
func kindOf(err error) error {
	switch {
	case errors.Is(err, unix.EBUSY):
		return ErrBusy
	case errors.Is(err, alsa.ErrNoCard), errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return ErrNotFound
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return ErrDenied
	case errors.Is(err, unix.EIO), errors.Is(err, unix.EPROTO), errors.Is(err, unix.ETIMEDOUT):
		return ErrLost // a USB device that was pulled out while it was opened
	}
	return nil
}

// kernelCards lists the kernel's devices.
func kernelCards() ([]Device, error) { return listCards(os.DirFS("/proc/asound")) }

func listCards(proc fs.FS) ([]Device, error) {
	found, err := alsa.Cards(proc)
	if err != nil {
		return nil, &DeviceError{Device: "default", Kind: ErrNoBackend, Cause: err}
	}
	var list []Device
	for _, c := range found {
		for _, d := range c.Devices {
			list = append(list, Device{
				Name:        fmt.Sprintf("hw:CARD=%s,DEV=%d", c.ID, d.Number),
				Description: c.Name + ", " + d.Name, Capture: d.Capture, Playback: d.Playback,
			})
		}
	}
	if len(list) > 0 {
		first := Device{Name: "default", Description: "the first card that captures and plays", Default: true}
		for _, d := range list {
			first.Capture, first.Playback = first.Capture || d.Capture, first.Playback || d.Playback
		}
		list = append([]Device{first}, list...)
	}
	return list, nil
}
