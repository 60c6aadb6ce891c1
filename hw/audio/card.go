package audio

import (
	"errors"
	"sync/atomic"
	"time"
)

// Deadlines of a sound card.
const (
	// openDeadline is how long a driver may take to open and start.
	openDeadline = 5 * time.Second
	// closeDeadline is how long Close waits for the driver; after that the
	// device is left to itself.
	closeDeadline = 200 * time.Millisecond
	// stallDeadline is how long a running device may give no sound before it
	// counts as lost.
	stallDeadline = time.Second
	// stallSteps is how often that is looked at meanwhile. A machine that itself
	// stands still for so long misses but one of the steps.
	stallSteps = 4
)

// driver runs one direction of a sound card. Its methods may hang.
type driver interface {
	start() error
	stop() // for good, and also after a start that failed
}

// mover is a driver without a thread of its own: the call moves the sound itself,
// and so isn't woken for it a second time. None of it may hang.
type mover interface {
	// pull waits for sound, at most for the limit (os.ErrDeadlineExceeded), and
	// hands all that there is to line.move.
	pull(limit time.Duration) error
	// push gives the device what is queued, and doesn't wait.
	push() error
}

// errStopped is the cause of ErrLost when the driver gave up by itself.
var errStopped = errors.New("the driver stopped it")

// errStalled is the cause of ErrLost when the driver hangs.
var errStalled = errors.New("no sound for a second")

// line is what the two directions of a card have in common: a ring that the
// driver's callbacks share with the call, and the news for the latter.
type line struct {
	device    string
	direction Direction
	ring      *ring
	rate      int // Hz
	frame     int // samples of a period
	periods   int
	wake      chan struct{}         // room for one: there may be news
	gone      atomic.Pointer[error] // why the driver stopped by itself
	xruns     atomic.Uint64         // how often the device's own buffer ran dry or over
	spilled   atomic.Uint32         // captured samples that fitted neither the ring nor the device
	done      chan struct{}
	driver    driver
	move      func(pcm []int16) // the driver calls it with sound, or for sound
	outlet    outlet            // of a playing device
}

func newLine(cfg Config, direction Direction) *line {
	device := cfg.Capture
	if direction == Playback {
		device = cfg.Playback
	}
	return &line{
		device: device, direction: direction,
		ring: newRing(2 * cfg.Periods * cfg.frame()), // so that a late reader, not the callback, drops
		rate: cfg.Rate, frame: cfg.frame(), periods: cfg.Periods,
		wake: make(chan struct{}, 1), done: make(chan struct{}), outlet: outlet{opened: time.Now()},
	}
}

// period is how long a period takes.
func (l *line) period() time.Duration {
	return time.Duration(l.frame) * time.Second / time.Duration(l.rate)
}

// poke wakes the reader. It never blocks.
func (l *line) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// stopped is called by the driver when the device stops.
func (l *line) stopped() { l.lost(errStopped) }

// lost is called by the driver when the device fails, with what the system said.
func (l *line) lost(cause error) {
	l.gone.CompareAndSwap(nil, &cause)
	l.poke()
}

func (l *line) fail(kind, cause error) error {
	return &DeviceError{Device: l.device, Direction: l.direction, Kind: kind, Cause: cause}
}

// run opens the driver and starts it, with a deadline. A driver that comes
// later is stopped again.
func (l *line) run(open func(*line) (driver, error)) error {
	type outcome struct {
		driver driver
		err    error
	}
	result, gaveUp := make(chan outcome), make(chan struct{})
	go func() {
		d, err := l.openAndStart(open)
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
		l.driver = r.driver
		return r.err
	case <-deadline.C:
		close(gaveUp)
		return l.fail(ErrStuck, nil)
	}
}

func (l *line) openAndStart(open func(*line) (driver, error)) (driver, error) {
	d, err := open(l)
	if err != nil {
		return nil, err
	}
	if err := d.start(); err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

// close ends a waiting read and stops the driver, aside and with a deadline.
func (l *line) close() error {
	close(l.done)
	stopped := make(chan struct{})
	go func() {
		l.driver.stop()
		close(stopped)
	}()
	deadline := time.NewTimer(closeDeadline)
	defer deadline.Stop()
	select {
	case <-stopped:
		return nil
	case <-deadline.C:
		return l.fail(ErrStuck, nil)
	}
}

// alive tells why the line can't be used any more, if so.
func (l *line) alive() error {
	select {
	case <-l.done:
		return ErrClosed
	default:
	}
	if cause := l.gone.Load(); cause != nil {
		return l.fail(ErrLost, *cause)
	}
	return nil
}
