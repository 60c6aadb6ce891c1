package led

import "time"

// blinker lets a light blink that the kernel doesn't. nil does nothing.
type blinker struct{ quit, done chan struct{} }

// startBlinking goes on from a light that is lit, until it is ended or fails.
func startBlinking(shine func(on bool) error, on, off time.Duration) *blinker {
	b := &blinker{make(chan struct{}), make(chan struct{})}
	go func() {
		defer close(b.done)
		for b.rest(on) && shine(false) == nil && b.rest(off) && shine(true) == nil {
		}
	}()
	return b
}

// rest waits, unless it is over.
func (b *blinker) rest(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-b.quit:
		return false
	}
}

// end returns once the light is nobody's any more.
func (b *blinker) end() {
	if b != nil {
		close(b.quit)
		<-b.done
	}
}
