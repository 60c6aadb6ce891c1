package driver

import (
	"image"
	"sync"
)

// Whose pictures they are.
const (
	Far = "far" // the other party's
	Own = "own" // this phone's camera's
)

// Show takes a picture of a call's video. It copies the picture and never waits:
// of several that come before the screen draws, the last one is shown. The call
// is not looked at, as the screen shows the one that has video.
func (s *Screen) Show(whose, call string, picture *image.YCbCr) {
	box := &s.far
	if whose == Own {
		box = &s.own
	}
	box.put(picture)
	select {
	case s.fresh <- struct{}{}:
	default:
	}
}

// mailbox holds the last picture for whoever draws. Three buffers go round: one
// is written, one waits, one is shown.
type mailbox struct {
	mu           sync.Mutex
	waits, shown *image.YCbCr
	spare        *image.YCbCr
}

// put leaves a copy of a picture.
func (b *mailbox) put(picture *image.YCbCr) {
	b.mu.Lock()
	m := b.spare
	b.spare = nil
	b.mu.Unlock()
	m = copyInto(m, picture)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waits, b.spare = m, b.waits
}

// take gives the picture that waits, or nil. It is the taker's until the next
// one is taken.
func (b *mailbox) take() *image.YCbCr {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waits == nil {
		return nil
	}
	if b.spare == nil {
		b.spare = b.shown
	}
	b.shown, b.waits = b.waits, nil
	return b.shown
}

// copyInto copies a picture into the buffer of one of the same kind, or into a
// new one.
func copyInto(m, from *image.YCbCr) *image.YCbCr {
	if m == nil || m.SubsampleRatio != from.SubsampleRatio || m.Rect != from.Rect ||
		len(m.Y) != len(from.Y) || len(m.Cb) != len(from.Cb) {
		m = &image.YCbCr{Y: make([]byte, len(from.Y)), Cb: make([]byte, len(from.Cb)), Cr: make([]byte, len(from.Cr))}
	}
	copy(m.Y, from.Y)
	copy(m.Cb, from.Cb)
	copy(m.Cr, from.Cr)
	m.YStride, m.CStride, m.SubsampleRatio, m.Rect = from.YStride, from.CStride, from.SubsampleRatio, from.Rect
	return m
}
