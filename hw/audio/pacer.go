package audio

import (
	"sync"
	"time"
)

// pacer is the clock of a device without hardware. Its ticks lie at whole
// periods after the first wait began, so that a late wake-up doesn't delay the
// next one.
type pacer struct {
	period  time.Duration
	backlog int64     // ticks that may wait for a late caller
	start   time.Time // zero before the first wait
	passed  int64     // ticks that were handed out or lost
	timer   *time.Timer
	done    chan struct{}
	stop    func()
}

func newPacer(cfg Config) *pacer {
	p := &pacer{
		period: cfg.Period, backlog: int64(cfg.Periods),
		timer: time.NewTimer(cfg.Period), done: make(chan struct{}),
	}
	p.stop = sync.OnceFunc(func() { close(p.done) })
	return p
}

// wait returns at the next tick, or at once if that has passed already. lost
// is the number of ticks that were given up because more than the backlog
// waited.
func (p *pacer) wait() (lost uint64, err error) {
	if p.start.IsZero() {
		p.start = time.Now()
	}
	left := time.Until(p.start.Add(time.Duration(p.passed+1) * p.period))
	if late := int64(-left / p.period); late > p.backlog {
		lost = uint64(late - p.backlog)
		p.passed += late - p.backlog
	}
	p.passed++
	p.timer.Reset(max(left, 0))
	select {
	case <-p.done:
		p.timer.Stop()
		return lost, ErrClosed
	case <-p.timer.C:
	}
	select { // a closed device gives nothing more, also if a tick is due
	case <-p.done:
		return lost, ErrClosed
	default:
		return lost, nil
	}
}
