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
	alsa.Params // how the device runs
	line        *line
	pcm         pcm
	last        time.Time // when something was captured
	vain        vain
	frames      []int16 // of the device, all channels
	mono        []int16
	fit         *Resampler // between the device's rate and the call's
	fitted      []int16
}

// pcm is an open device: the kernel's, or a test's.
type pcm interface {
	Read(pcm []int16, limit time.Duration) (frames int, err error)
	Write(pcm []int16) (frames int, err error)
	Delay() (frames int, err error)
	Prepare() error
	Start() error
	StartAt(frames int) error
	Close() error
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
	device, err := alsa.Open(at, direction)
	if err != nil {
		return err
	}
	depth := max(bufferDepth, 2*d.line.periods)
	err = device.Configure(alsa.Params{Rate: d.line.rate, Channels: 1, Period: d.line.frame, Buffer: depth * d.line.frame})
	if err == nil {
		err = d.use(device, device.Params)
	}
	if err != nil {
		return errors.Join(err, device.Close())
	}
	return nil
}

// use makes what fits a device, which runs as told, to the call.
func (d *kernelDriver) use(device pcm, runs alsa.Params) (err error) {
	d.pcm, d.Params = device, runs
	l := d.line
	from, to := d.Rate, l.rate
	if l.direction == Playback {
		from, to = to, from
	}
	d.fit, err = NewResampler(from, to)
	if err != nil {
		return err
	}
	if l.direction == Capture {
		d.frames = make([]int16, d.Buffer*d.Channels)
		l.ring = newRing(d.Buffer*l.rate/d.Rate + 2*l.frame) // so that all of it fits
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
	d.vain.times = 0
	d.last = time.Now()
	d.mono = appendMono(d.mono[:0], d.frames[:n*d.Channels], d.Channels)
	d.fitted = d.fit.Append(d.fitted[:0], d.mono)
	d.line.move(d.fitted)
	return nil
}

// push also tells how much there is to play now.
func (d *kernelDriver) push() error {
	d.fitted = d.fit.Append(d.fitted[:0], d.mono[:d.line.ring.pop(d.mono)])
	d.frames = appendChannels(d.frames, d.fitted, d.Channels)
	if err := d.write(); err != nil {
		return err
	}
	left, err := d.pcm.Delay()
	if errors.Is(err, alsa.ErrXrun) {
		return nil // the next write says so, too
	}
	left += len(d.frames) / d.Channels
	d.line.outlet.has(int(int64(left) * int64(d.line.rate) / int64(d.Rate)))
	return err
}

// write gives the device what it has room for of frames; the rest stays for the
// next time.
func (d *kernelDriver) write() error {
	for len(d.frames) > 0 {
		n, err := d.pcm.Write(d.frames)
		switch {
		case err != nil:
			if err := d.recover(err); err != nil || d.vain.times > 1 {
				return err
			}
		case n == 0:
			return nil
		default:
			d.vain.times = 0
		}
		d.frames = d.frames[:copy(d.frames, d.frames[n*d.Channels:])]
	}
	return nil
}

// recover lets a device go on that has run dry or over; another error stays. One that
// does so at once each time is lost, and costs no more than a try in a period until
// then.
func (d *kernelDriver) recover(err error) error {
	if !errors.Is(err, alsa.ErrXrun) {
		return err
	}
	d.line.xruns.Add(1)
	if d.vain.again(time.Now()) {
		return errStalled
	}
	if err := d.pcm.Prepare(); err != nil {
		return err
	}
	if d.line.direction == Playback {
		return d.startAbove(d.line.outlet.deepen(d.missing()))
	}
	l := d.line
	if d.vain.times > 1 {
		time.Sleep(l.period())
	}
	l.spilled.Add(uint32(time.Since(d.last) * time.Duration(l.rate) / time.Second))
	d.last = time.Now()
	return d.pcm.Start()
}

// vain counts how often a device was made to go on without any sound since.
type vain struct {
	times int
	since time.Time // the first of them
}

// vainTimes is how often at least before the device is given up: a machine that
// stands still for long, and then again, is at fault itself.
const vainTimes = 8

// again counts one more, and tells whether it has gone on like that for too long.
func (v *vain) again(now time.Time) bool {
	if v.times++; v.times == 1 {
		v.since = now
	}
	return v.times >= vainTimes && now.Sub(v.since) >= stallDeadline
}

// startAbove lets the device begin to play once it has more than depth periods, as
// then so many are left when the next one is written. It costs no more silence than
// there has to be: after a stall they come at once, and as they do while a busy
// machine is slow to start the device.
func (d *kernelDriver) startAbove(depth int) error {
	return d.pcm.StartAt(depth*d.line.frame*d.Rate/d.line.rate + 1)
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
