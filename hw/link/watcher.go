package link

import (
	"errors"
	"sync"
	"time"
)

// Change is news of the machine's network.
type Change struct {
	// Resumed: the machine has slept for more than 5 s.
	Resumed bool
}

// Watcher watches the network until Close.
type Watcher struct {
	notices chan notice
	look    func() (snapshot, error)
	changed func(Change)
	seen    snapshot

	stop    chan struct{}
	closing sync.Once
	running sync.WaitGroup
	close   func() error
	err     error // of close
}

// source is where notices come from. close ends a next that waits.
type source interface {
	next() (notice, error)
	close() error
}

// Watch calls changed, from one goroutine of its own, after usable addresses,
// default routes or the links below them have changed, and after the machine has
// slept: once for all that happens with less than 300 ms in between, but 2 s
// after its begin at the latest. The network is that of the namespace which the
// caller's thread is in. It fails where netlink or timers may not be used.
func Watch(changed func(Change)) (*Watcher, error) {
	var opened closers
	events, err := openNotices() // before the first look, so that nothing gets lost between
	if err != nil {
		return nil, err
	}
	opened = append(opened, events.close)
	list, err := openLister()
	if err != nil {
		return nil, errors.Join(err, opened.close())
	}
	clock, err := openClock()
	if err != nil {
		return nil, errors.Join(err, opened.close(), list.close())
	}
	opened = append(opened, clock.close)
	w := newWatcher(list.snapshot, changed)
	if w.seen, err = list.snapshot(); err != nil {
		return nil, errors.Join(err, opened.close(), list.close())
	}
	w.close = func() error {
		err := opened.close()
		w.running.Wait() // nobody asks any more
		return errors.Join(err, list.close())
	}
	w.start(events, clock)
	return w, nil
}

// closers are closed together.
type closers []func() error

func (c closers) close() error {
	var errs []error
	for _, f := range c {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

func newWatcher(look func() (snapshot, error), changed func(Change)) *Watcher {
	return &Watcher{notices: make(chan notice), look: look, changed: changed, stop: make(chan struct{})}
}

func (w *Watcher) start(sources ...source) {
	for _, s := range sources {
		w.running.Go(func() { w.listen(s) })
	}
	w.running.Go(w.run)
}

// Close ends the watch; changed isn't called any more after it. It may not be
// called from changed.
func (w *Watcher) Close() error {
	w.closing.Do(func() {
		close(w.stop)
		w.err = w.close()
	})
	return w.err
}

// listen hands on what one source tells.
func (w *Watcher) listen(s source) {
	for {
		n, err := s.next()
		if err != nil {
			return
		}
		select {
		case w.notices <- n:
		case <-w.stop:
			return
		}
	}
}

func (w *Watcher) run() {
	var b burst
	timer := time.NewTimer(quiet)
	timer.Stop()
	for {
		select {
		case <-w.stop:
			timer.Stop()
			return
		case n := <-w.notices:
			if worth := n.worth(w.seen); worth != 0 {
				b.add(worth, time.Now())
				timer.Reset(time.Until(b.due()))
			}
		case <-timer.C:
			w.settle(b.take())
		}
	}
}

// settle looks what has become of the network after a burst. Where that can't be
// seen it counts as changed.
func (w *Watcher) settle(n news) {
	now, err := w.look()
	same := err == nil && now.equal(w.seen)
	w.seen = now
	if !same || n&(certain|resumed) != 0 {
		w.changed(Change{Resumed: n&resumed != 0})
	}
}
