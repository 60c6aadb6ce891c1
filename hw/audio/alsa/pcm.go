//go:build linux

package alsa

import (
	"errors"
	"fmt"
	"os"
	"syscall"
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

	file    *os.File
	conn    syscall.RawConn
	move    transfer // what is being read or written
	request uintptr
	delay   int
	failed  error
	// attempt and measure, bound once so that nothing is allocated.
	try      func(fd uintptr) bool
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
	p := &PCM{file: os.NewFile(uintptr(fd), path), request: pcmRead}
	if direction == Playback {
		p.request = pcmWrite
	}
	p.try, p.askDelay = p.attempt, p.measure
	p.conn, err = p.file.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, p.file.Close())
	}
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
		p.Params = params.chosen()
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
		sw := wakeups(p.Params, max(1, min(frames, p.Buffer)))
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
	err = p.conn.Control(p.askDelay)
	if err == nil && xrun(p.failed) {
		return 0, ErrXrun
	}
	return p.delay, errors.Join(err, p.failed)
}

// measure is Delay's system call.
func (p *PCM) measure(fd uintptr) { p.failed = ioctl(fd, pcmDelay, unsafe.Pointer(&p.delay)) }

// control does system calls while the file is kept from being closed.
func (p *PCM) control(what string, do func(fd uintptr) error) error {
	var failed error
	if err := p.conn.Control(func(fd uintptr) { failed = do(fd) }); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("%s %s: %w", what, p.file.Name(), failed)
	}
	return nil
}

// Read waits for sound and takes what there is, at most what fits pcm, which
// holds whole frames. It gives the number of frames.
func (p *PCM) Read(pcm []int16) (frames int, err error) { return p.transfer(pcm, p.conn.Read) }

// Write waits for room and fills it from pcm, which holds whole frames. It gives
// the number of frames that were taken.
func (p *PCM) Write(pcm []int16) (frames int, err error) { return p.transfer(pcm, p.conn.Write) }

func (p *PCM) transfer(pcm []int16, wait func(func(fd uintptr) bool) error) (int, error) {
	p.move = transfer{buf: unsafe.Pointer(unsafe.SliceData(pcm)), frames: uintptr(len(pcm) / p.Channels)}
	if err := wait(p.try); err != nil {
		return 0, err
	}
	if xrun(p.failed) {
		return 0, ErrXrun
	}
	return p.move.result, p.failed
}

// attempt does the transfer, or says that the device isn't ready.
func (p *PCM) attempt(fd uintptr) bool {
	p.failed = ioctl(fd, p.request, unsafe.Pointer(&p.move))
	return p.failed != unix.EAGAIN
}

// Close stops the device and lets go of it; it doesn't play what it holds.
func (p *PCM) Close() error { return p.file.Close() }
