//go:build linux

package alsa

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ErrXrun says that a device's buffer ran dry or over because nobody came in
// time, or that the machine has slept: the device has stopped, and Prepare lets
// it go on.
var ErrXrun = errors.New("the device ran dry or over")

// Params is how a PCM device runs.
type Params struct {
	// Rate in Hz, Channels in samples of a frame.
	Rate, Channels int
	// Period is the frames between two wake-ups, Buffer the frames that the
	// device holds.
	Period, Buffer int
}

// PCM is one direction of a sound device, open. Read, or Write, is used by one
// goroutine; Close may be called by another one and ends them.
type PCM struct {
	// Params is how the device runs since Configure.
	Params

	name   string
	file   handle
	wait   *waiting // file, of a device that captures
	move   transfer // what is being read or written
	delay  int
	failed error
	// toStart is how many frames a playing device is still to be given until it
	// starts.
	toStart int
	// attempt and its like, bound once so that nothing is allocated.
	tryRead  func(fd uintptr) bool
	tryWrite func(fd uintptr)
	askDelay func(fd uintptr)
}

// Open opens a device. It never waits for another program to let go of it: the
// error is EBUSY then, ENOENT where there is none, EACCES where the user may not.
func Open(a Address, direction Direction) (*PCM, error) {
	release, err := a.prefer()
	if err != nil {
		return nil, err
	}
	defer release()
	path := a.path(direction)
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	p := &PCM{name: path}
	p.tryRead, p.tryWrite, p.askDelay = p.take, p.give, p.measure
	if direction == Playback {
		p.file = &plain{fd: fd}
		return p, nil
	}
	if p.wait, err = newWaiting(fd, path); err != nil {
		return nil, err
	}
	p.file = p.wait
	return p, nil
}

// Configure sets how the device runs, as near to want as it can, and prepares
// it; p.Params tells what came out. A playing device starts by itself with the
// first Write.
func (p *PCM) Configure(want Params) error {
	return p.control("configure", func(fd uintptr) error {
		params := anyParams()
		if err := params.choose(refineOn(fd), want); err != nil {
			return err
		}
		if err := ioctl(fd, pcmHWParams, unsafe.Pointer(&params)); err != nil {
			return err
		}
		p.Params, p.toStart = params.chosen(), 1
		sw := wakeups(p.Params, 1)
		if err := ioctl(fd, pcmSWParams, unsafe.Pointer(&sw)); err != nil {
			return err
		}
		return ioctl(fd, pcmPrepare, nil)
	})
}

// refineOn asks the device behind fd.
func refineOn(fd uintptr) refiner {
	return func(p *hwParams) error {
		p.wanted = ^uint32(0)
		return ioctl(fd, pcmRefine, unsafe.Pointer(p))
	}
}

// chosen reads what the kernel has settled on.
func (p *hwParams) chosen() Params {
	value := func(i int) int { return int(p.intervals[i].lowest()) }
	return Params{Rate: value(intervalRate), Channels: value(intervalChannels),
		Period: value(intervalPeriodSize), Buffer: value(intervalBufferSize)}
}

// StartAt lets a playing device that is prepared begin once it has so many frames,
// instead of with the first one. They have to fit its buffer.
func (p *PCM) StartAt(frames int) error {
	return p.control("set the start of", func(fd uintptr) error {
		p.toStart = max(1, min(frames, p.Buffer))
		sw := wakeups(p.Params, p.toStart)
		return ioctl(fd, pcmSWParams, unsafe.Pointer(&sw))
	})
}

// Prepare readies the device after ErrXrun; what was in its buffer is lost.
func (p *PCM) Prepare() error {
	return p.control("prepare", func(fd uintptr) error { return ioctl(fd, pcmPrepare, nil) })
}

// Start starts a device that captures.
func (p *PCM) Start() error {
	return p.control("start", func(fd uintptr) error { return ioctl(fd, pcmStart, nil) })
}

// Delay is how many frames the device has still to play.
func (p *PCM) Delay() (frames int, err error) {
	err = p.file.Control(p.askDelay)
	if err == nil && xrun(p.failed) {
		return 0, ErrXrun
	}
	return p.delay, errors.Join(err, p.failed)
}

// measure is Delay's system call.
func (p *PCM) measure(fd uintptr) { p.failed = quick(fd, pcmDelay, unsafe.Pointer(&p.delay)) }

// control does system calls while the file is kept from being closed.
func (p *PCM) control(what string, do func(fd uintptr) error) error {
	var failed error
	if err := p.file.Control(func(fd uintptr) { failed = do(fd) }); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("%s %s: %w", what, p.name, failed)
	}
	return nil
}

// Read waits for sound, at most for the limit, and takes what there is of it, at
// most what fits pcm, which holds whole frames. It gives the number of frames; the
// error is os.ErrDeadlineExceeded when the limit is over.
func (p *PCM) Read(pcm []int16, limit time.Duration) (frames int, err error) {
	if err := p.wait.within(limit); err != nil {
		return 0, err
	}
	p.prepare(pcm)
	return p.moved(p.wait.Read(p.tryRead))
}

// Write fills what room there is from pcm, which holds whole frames, and doesn't
// wait. It gives the number of frames that were taken.
func (p *PCM) Write(pcm []int16) (frames int, err error) {
	p.prepare(pcm)
	return p.moved(p.file.Control(p.tryWrite))
}

// prepare says what is to be moved.
func (p *PCM) prepare(pcm []int16) {
	p.move = transfer{buf: unsafe.Pointer(unsafe.SliceData(pcm)), frames: uintptr(len(pcm) / p.Channels)}
}

// take is Read's system call, or says that nothing has come yet.
func (p *PCM) take(fd uintptr) bool {
	p.failed = quick(fd, pcmRead, unsafe.Pointer(&p.move))
	return p.failed != unix.EAGAIN
}

// give is Write's system call. The one that starts the device may take its time.
func (p *PCM) give(fd uintptr) {
	call := quick
	if p.toStart > 0 {
		call = ioctl
	}
	p.failed = call(fd, pcmWrite, unsafe.Pointer(&p.move))
	switch p.failed {
	case nil:
		p.toStart = max(0, p.toStart-p.move.result)
	case unix.EAGAIN:
		p.failed, p.move.result = nil, 0
	}
}

// moved tells how it went.
func (p *PCM) moved(err error) (frames int, _ error) {
	switch {
	case err != nil:
		return 0, err
	case xrun(p.failed):
		return 0, ErrXrun
	}
	return p.move.result, p.failed
}

// Close stops the device and lets go of it; it doesn't play what it holds.
func (p *PCM) Close() error { return p.file.Close() }
