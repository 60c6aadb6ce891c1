package camera

import (
	"errors"
	"sync"
	"time"
)

// driver runs a camera. Its methods may hang; but for wake, one goroutine calls
// them.
type driver interface {
	mode() Mode
	// next waits for a frame. Its error is errStalled where none comes within
	// limit, and ErrClosed after wake.
	next(limit time.Duration) (shot, error)
	// release gives the frame's memory back.
	release(shot) error
	// wake ends next, now and from now on. It never blocks.
	wake()
	// stop lets go of the device.
	stop()
}

// shot is a frame in the driver's memory.
type shot struct {
	buffer   int
	data     []byte
	time     time.Duration // since the start
	sequence uint32
	corrupt  bool
}

var (
	errStalled = errors.New("no frame for three seconds")
	errCorrupt = errors.New("nothing but broken frames for three seconds")
	errGone    = errors.New("the device is gone")
)

// capture is the Camera of a driver.
type capture struct {
	device string
	turn   Turn
	set    Mode
	driver driver
	fresh  chan struct{} // room for one: there may be news
	ended  chan struct{} // the driver is let go of
	closed func() error

	mu      sync.Mutex
	waiting place // the newest frame, if full
	full    bool
	held    place // what Read gave
	err     error // no frame will come
	stats   Stats
	started bool
	last    uint32 // Sequence
}

// place is memory for a frame.
type place struct {
	data     []byte
	time     time.Duration
	sequence uint32
}

// open opens the driver, with a deadline. A driver that comes later is stopped
// again.
func open(cfg Config, driverOf func(Config) (driver, error)) (Camera, error) {
	type outcome struct {
		driver driver
		err    error
	}
	result, gaveUp := make(chan outcome), make(chan struct{})
	go func() {
		d, err := driverOf(cfg)
		select {
		case result <- outcome{d, err}:
		case <-gaveUp:
			if err == nil {
				d.stop()
			}
		}
	}()
	deadline := time.NewTimer(openDeadline)
	defer deadline.Stop()
	select {
	case r := <-result:
		if r.err != nil {
			return nil, failure(cfg.Device, r.err)
		}
		return newCapture(cfg, r.driver), nil
	case <-deadline.C:
		close(gaveUp)
		return nil, &DeviceError{Device: cfg.Device, Kind: ErrStuck}
	}
}

func newCapture(cfg Config, d driver) *capture {
	c := &capture{device: cfg.Device, turn: cfg.Turn, set: d.mode(), driver: d, fresh: make(chan struct{}, 1), ended: make(chan struct{})}
	c.closed = sync.OnceValue(c.close)
	go c.run()
	return c
}

// run takes frames until the driver fails, is woken or gives nothing of use.
func (c *capture) run() {
	defer close(c.ended)
	defer c.driver.stop()
	good := time.Now()
	for {
		s, err := c.driver.next(stallDeadline)
		if err == nil {
			if c.take(s) {
				good = time.Now()
			}
			err = c.driver.release(s)
		}
		if err == nil && time.Since(good) > stallDeadline {
			err = errCorrupt
		}
		if err != nil {
			c.end(err)
			return
		}
	}
}

// take copies a frame to where the reader finds it, and tells whether it was
// of use.
func (c *capture) take(s shot) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count(s)
	if s.corrupt || len(s.data) < c.set.size() {
		c.stats.Corrupt++
		return false
	}
	if c.full {
		c.stats.Late++
	}
	c.waiting.data = append(c.waiting.data[:0], s.data...)
	c.waiting.time, c.waiting.sequence, c.full = s.time, s.sequence, true
	c.poke()
	return true
}

// count looks for gaps in the driver's own count.
func (c *capture) count(s shot) {
	if gap := s.sequence - c.last - 1; c.started && int32(gap) > 0 {
		c.stats.Missed += uint64(gap)
	}
	c.started, c.last = true, s.sequence
}

// end tells the reader that no frame will come.
func (c *capture) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.err = err
	if !errors.Is(err, ErrClosed) {
		c.err = &DeviceError{Device: c.device, Kind: ErrLost, Cause: err}
	}
	c.poke()
}

// poke wakes the reader. It never blocks.
func (c *capture) poke() {
	select {
	case c.fresh <- struct{}{}:
	default:
	}
}

func (c *capture) Read(f *Frame) error {
	for {
		if found, err := c.give(f); found || err != nil {
			return err
		}
		<-c.fresh
	}
}

// give hands the waiting frame to the reader, and takes the memory of the one
// before for the next.
func (c *capture) give(f *Frame) (found bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		c.poke() // also for the Read after this one
		return false, c.err
	}
	if !c.full {
		return false, nil
	}
	c.held, c.waiting, c.full = c.waiting, c.held, false
	f.Mode, f.Turn, f.Data, f.Time, f.Sequence = c.set, c.turn, c.held.data, c.held.time, c.held.sequence
	c.stats.Read++
	return true, nil
}

func (c *capture) Mode() Mode { return c.set }

func (c *capture) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

func (c *capture) Close() error { return c.closed() }

func (c *capture) close() error {
	c.end(ErrClosed)
	c.driver.wake()
	deadline := time.NewTimer(closeDeadline)
	defer deadline.Stop()
	select {
	case <-c.ended:
		return nil
	case <-deadline.C:
		return &DeviceError{Device: c.device, Kind: ErrStuck}
	}
}
