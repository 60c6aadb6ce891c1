// Package linktest is a network to watch whose changes a test makes.
package linktest

import (
	"errors"
	"io"
	"sync"

	"github.com/imsphone/imsphone/hw/link"
)

// Fake watches nothing. The zero value is ready; its Watch has the form of
// [link.Watch], its other methods may be used from any goroutine.
type Fake struct {
	mu       sync.Mutex
	refusal  error
	watchers []*watcher
}

type watcher struct {
	fake    *Fake
	changed func(link.Change)
}

// ErrClosed is the answer to a second Close, which is a fault of the caller.
var ErrClosed = errors.New("closed twice")

// Watch calls changed at each Change until Close; it fails after Refuse.
func (f *Fake) Watch(changed func(link.Change)) (io.Closer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refusal != nil {
		return nil, f.refusal
	}
	w := &watcher{fake: f, changed: changed}
	f.watchers = append(f.watchers, w)
	return w, nil
}

// Refuse makes Watch fail with err from now on; nil lets it succeed again.
func (f *Fake) Refuse(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refusal = err
}

// Change tells all who watch.
func (f *Fake) Change(c link.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.watchers {
		w.changed(c)
	}
}

// Watching is how many watch.
func (f *Fake) Watching() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.watchers)
}

// Close ends the watch.
func (w *watcher) Close() error {
	w.fake.mu.Lock()
	defer w.fake.mu.Unlock()
	for i, other := range w.fake.watchers {
		if other == w {
			w.fake.watchers = append(w.fake.watchers[:i:i], w.fake.watchers[i+1:]...)
			return nil
		}
	}
	return ErrClosed
}
