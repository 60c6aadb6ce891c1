package v4l2m2m

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imsphone/imsphone/hw/v4l2"
)

const (
	// stuckDeadline is how long a codec may keep all of its input.
	stuckDeadline = 2 * time.Second
	// closeDeadline is how long Close waits for the driver.
	closeDeadline = 200 * time.Millisecond
	// idle is how long a wait for output lasts before it begins anew.
	idle = time.Hour
	// buffers is how many pictures or packets each queue has room for.
	buffers = 4
)

// codec is what encoders and decoders have in common: a device with a queue to
// it, which Write uses, and one from it, which Read uses.
type codec struct {
	dev   *v4l2.Device
	types pair

	input  *v4l2.Queue
	spare  []int // input buffers that are ours
	output *v4l2.Queue

	using   sync.RWMutex // held to read by Write and Read, so that Close comes after
	closed  atomic.Bool
	started atomic.Bool   // the input queue streams
	news    chan struct{} // room for one: something was written, or Close was called
	once    func() error

	dropped atomic.Uint64
}

func newCodec(dev *v4l2.Device, types pair) *codec {
	c := &codec{dev: dev, types: types, news: make(chan struct{}, 1)}
	c.once = sync.OnceValue(c.close)
	return c
}

// enter is called by Write and Read; leave after them.
func (c *codec) enter() error {
	c.using.RLock()
	if c.closed.Load() {
		c.using.RUnlock()
		return ErrClosed
	}
	return nil
}

func (c *codec) leave() { c.using.RUnlock() }

// poke wakes a Read that waits for a Write. It never blocks.
func (c *codec) poke() {
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// setInput makes the queue to the codec.
func (c *codec) setInput(f v4l2.Format) (err error) {
	if c.input, err = c.dev.NewQueue(c.types.output, f, buffers); err != nil {
		return err
	}
	for i := range c.input.Buffers() {
		c.spare = append(c.spare, i)
	}
	return nil
}

// room gives an input buffer that is ours, once there is one.
func (c *codec) room() (int, error) {
	if last := len(c.spare) - 1; last >= 0 {
		i := c.spare[last]
		c.spare = c.spare[:last]
		return i, nil
	}
	for {
		done, err := c.input.Dequeue()
		if err == nil {
			return done.Buffer, nil
		}
		if !errors.Is(err, v4l2.ErrAgain) {
			return 0, err
		}
		ready, err := c.dev.Wait(v4l2.Writable, stuckDeadline)
		switch {
		case err != nil:
			return 0, err
		case ready&v4l2.Woken != 0:
			return 0, ErrClosed
		case ready&v4l2.Writable == 0:
			return 0, fmt.Errorf("%s: %w", c.dev.Path(), ErrStuck)
		}
	}
}

// wait waits for output or an event. Before there is input, and where the
// device has all of it worked off, it waits for more.
func (c *codec) wait() (v4l2.Ready, error) {
	if !c.started.Load() {
		<-c.news
		return 0, c.open()
	}
	ready, err := c.dev.Wait(v4l2.Readable|v4l2.Event, idle)
	switch {
	case err != nil:
		return 0, err
	case ready&v4l2.Woken != 0:
		return 0, ErrClosed
	case ready&(v4l2.Readable|v4l2.Event) == 0 && ready&v4l2.Failed != 0:
		return 0, c.idle()
	}
	return ready, nil
}

// idle tells a codec without work from one that went away.
func (c *codec) idle() error {
	if _, err := c.dev.Capability(); err != nil {
		return err
	}
	<-c.news
	return c.open()
}

// open tells whether Close was called.
func (c *codec) open() error {
	if c.closed.Load() {
		return ErrClosed
	}
	return nil
}

// Dropped is how many broken pictures or packets the codec gave, which Read
// left out.
func (c *codec) Dropped() uint64 { return c.dropped.Load() }

// Close ends a blocked Write and Read and lets go of the device. It returns
// within 200 ms; an error that wraps ErrStuck tells that the driver hangs.
func (c *codec) Close() error { return c.once() }

func (c *codec) close() error {
	c.closed.Store(true)
	c.dev.Wake()
	c.poke()
	done := make(chan error, 1)
	go func() { done <- c.free() }()
	deadline := time.NewTimer(closeDeadline)
	defer deadline.Stop()
	select {
	case err := <-done:
		return err
	case <-deadline.C:
		return fmt.Errorf("%s: %w", c.dev.Path(), ErrStuck)
	}
}

// free gives everything back, once Write and Read have left.
func (c *codec) free() error {
	c.using.Lock()
	defer c.using.Unlock()
	var errs []error
	for _, q := range []*v4l2.Queue{c.input, c.output} {
		if q != nil {
			errs = append(errs, q.Stop(), q.Free())
		}
	}
	return errors.Join(append(errs, c.dev.Close())...)
}

// abandon closes the device of a codec that couldn't be set up.
func (c *codec) abandon(err error) error { return errors.Join(err, c.free()) }
