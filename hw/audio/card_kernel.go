//go:build linux

package audio

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/audio/alsa"
)

// kernelDriver runs one direction of a sound card by the kernel's own calls. One
// goroutine waits for the device; only that one, and not the call, is held up by
// a driver that hangs.
type kernelDriver struct {
	line    *line
	pcm     *alsa.PCM
	running sync.WaitGroup
	frames  []int16 // of the device, all channels
	mono    []int16
	fit     *Resampler // between the device's rate and the call's
	fitted  []int16
}

// Depths of a device's own buffer, in periods.
const (
	// bufferDepth is the buffer itself. For a microphone it is how long the
	// goroutine may be kept from running before sound is lost, and costs no delay.
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
	d.frames = make([]int16, d.pcm.Period*d.pcm.Channels)
	if err == nil && l.direction == Playback {
		err = d.startAbove(int(l.outlet.depth.Load()))
	}
	return err
}

func (d *kernelDriver) start() error {
	if d.line.direction == Playback {
		d.running.Go(d.play)
		return nil
	}
	if err := d.pcm.Start(); err != nil {
		return d.line.fail(kindOf(err), err)
	}
	d.running.Go(d.capture)
	return nil
}

// stop lets go of the device; it has really gone when the goroutine has.
func (d *kernelDriver) stop() {
	d.pcm.Close() // what was not played is of no use to anybody
	d.running.Wait()
}

// capture hands on what the device hears until it fails or is stopped.
func (d *kernelDriver) capture() {
	for {
		n, err := d.pcm.Read(d.frames)
		if err == nil {
			d.captured(d.frames[:n*d.pcm.Channels])
		} else if err = d.recover(err); err != nil {
			d.line.lost(err)
			return
		}
	}
}

func (d *kernelDriver) captured(frames []int16) {
	d.mono = appendMono(d.mono[:0], frames, d.pcm.Channels)
	d.fitted = d.fit.Append(d.fitted[:0], d.mono)
	d.line.move(d.fitted)
}

// play hands on what is queued as soon as it is, until the device fails or is
// stopped.
func (d *kernelDriver) play() {
	l := d.line
	queued := make([]int16, l.ring.size())
	for {
		select {
		case <-l.done:
			return
		case <-l.wake:
		}
		if err := d.queue(queued[:l.ring.pop(queued)]); err != nil {
			l.lost(err)
			return
		}
	}
}

// queue gives the device what it shall play next, and tells how much that is.
func (d *kernelDriver) queue(pcm []int16) error {
	d.fitted = d.fit.Append(d.fitted[:0], pcm)
	d.frames = appendChannels(d.frames[:0], d.fitted, d.pcm.Channels)
	if err := d.write(d.frames); err != nil {
		return err
	}
	left, err := d.pcm.Delay()
	if errors.Is(err, alsa.ErrXrun) {
		return nil // the next write says so, too
	}
	d.line.outlet.has(int(int64(left) * int64(d.line.rate) / int64(d.pcm.Rate)))
	return err
}

// write waits until the device has taken all of frames.
func (d *kernelDriver) write(frames []int16) error {
	for len(frames) > 0 {
		n, err := d.pcm.Write(frames)
		if err == nil {
			frames = frames[n*d.pcm.Channels:]
			continue
		}
		if err := d.recover(err); err != nil {
			return err
		}
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
