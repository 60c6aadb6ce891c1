package camera

import (
	"sync"
	"time"
)

// Lens is what a fake camera sees.
type Lens interface {
	// Look gives f, whose Mode, Time and Sequence are set, the Data of the
	// frame that is due. They are the lens's until the next Look; without any,
	// the frame counts as corrupt. After an error the camera is lost.
	Look(f *Frame) error
	// Close is called when the camera was closed or lost.
	Close()
}

// OpenFake opens a camera without hardware: mode, whose Interval has to be set,
// is what it is set to, lens what it sees. It is paced like a real one, also in
// a testing/synctest bubble.
func OpenFake(cfg Config, mode Mode, lens Lens) Camera {
	return newCapture(cfg, &fake{set: mode, lens: lens, begin: time.Now(), woken: make(chan struct{})})
}

// fake is the driver of a Lens.
type fake struct {
	set   Mode
	lens  Lens
	begin time.Time
	count uint32
	frame Frame
	woken chan struct{}
	once  sync.Once
}

func (d *fake) mode() Mode { return d.set }

func (d *fake) next(time.Duration) (shot, error) {
	d.count++
	at := time.Duration(d.count) * d.set.Interval
	due := time.NewTimer(time.Until(d.begin.Add(at)))
	defer due.Stop()
	select {
	case <-d.woken:
		return shot{}, ErrClosed
	case <-due.C:
	}
	d.frame.Mode, d.frame.Time, d.frame.Sequence, d.frame.Data = d.set, at, d.count-1, nil
	if err := d.lens.Look(&d.frame); err != nil {
		return shot{}, err
	}
	return shot{data: d.frame.Data, time: at, sequence: d.frame.Sequence, corrupt: d.frame.Data == nil}, nil
}

func (d *fake) release(shot) error { return nil }

func (d *fake) wake() { d.once.Do(func() { close(d.woken) }) }

func (d *fake) stop() { d.lens.Close() }
