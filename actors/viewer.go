package actors

import (
	"image"
	"sync"
	"time"

	"github.com/imsphone/imsphone/media/video"
)

// viewer decodes pictures for the screen, each when it is due. Of those that are
// due at once the latest is shown, so that a slow machine shows fewer pictures
// and no old ones.
type viewer struct {
	port VideoPort
	call string
	work chan struct{}
	done chan struct{}
	once sync.Once

	mu    sync.Mutex
	queue []queued
	spare [][]byte // memory of pictures that were shown
	off   bool     // the screen is to be blanked
}

// queued is a picture that waits for its time.
type queued struct {
	jpeg []byte
	due  time.Time
}

// viewerQueue is how many pictures may wait; of more the oldest goes.
const viewerQueue = 16

func newViewer(port VideoPort, call string) *viewer {
	return &viewer{port: port, call: call, work: make(chan struct{}, 1), done: make(chan struct{})}
}

// show takes a copy of a picture.
func (v *viewer) show(jpeg []byte, due time.Time) {
	v.mu.Lock()
	v.off = false
	if len(v.queue) == viewerQueue {
		v.drop(1)
	}
	var memory []byte
	if n := len(v.spare); n > 0 {
		memory, v.spare = v.spare[n-1], v.spare[:n-1]
	}
	v.queue = append(v.queue, queued{append(memory[:0], jpeg...), due})
	v.mu.Unlock()
	v.wake()
}

// drop forgets the first n pictures.
func (v *viewer) drop(n int) {
	for _, q := range v.queue[:n] {
		v.spare = append(v.spare, q.jpeg)
	}
	v.queue = append(v.queue[:0], v.queue[n:]...)
}

// blank takes the far end's picture from the screen.
func (v *viewer) blank() {
	v.mu.Lock()
	v.drop(len(v.queue))
	v.off = true
	v.mu.Unlock()
	v.wake()
}

func (v *viewer) wake() {
	select {
	case v.work <- struct{}{}:
	default:
	}
}

func (v *viewer) close() { v.once.Do(func() { close(v.done) }) }

// next gives the latest picture that is due, nil for none, and when the one
// after it is.
func (v *viewer) next(now time.Time) (jpeg []byte, then time.Time, off bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	due := 0
	for due < len(v.queue) && !v.queue[due].due.After(now) {
		due++
	}
	if due > 0 {
		v.drop(due - 1)
		jpeg = v.queue[0].jpeg
		v.queue = append(v.queue[:0], v.queue[1:]...)
	}
	if len(v.queue) > 0 {
		then = v.queue[0].due
	}
	return jpeg, then, v.off
}

// keep takes a picture's memory back.
func (v *viewer) keep(jpeg []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.spare = append(v.spare, jpeg)
}

// run shows pictures until close.
func (v *viewer) run() {
	shown := false
	for {
		jpeg, then, off := v.next(time.Now())
		switch {
		case jpeg != nil:
			if picture, err := video.Decode(jpeg); err == nil {
				v.put(true, picture)
				shown = true
			}
			v.keep(jpeg)
			continue
		case off:
			v.put(shown, nil)
			shown = false
		}
		if !v.rest(then) {
			v.put(shown, nil)
			return
		}
	}
}

// rest waits for work, or until then unless that is zero; false is the end.
func (v *viewer) rest(then time.Time) bool {
	var due <-chan time.Time
	if !then.IsZero() {
		timer := time.NewTimer(time.Until(then))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-v.work:
	case <-due:
	case <-v.done:
		return false
	}
	return true
}

// put gives the screen a picture, or takes away the one that is there.
func (v *viewer) put(there bool, picture *image.YCbCr) {
	if there {
		v.port.Show(Theirs, v.call, picture)
	}
}
