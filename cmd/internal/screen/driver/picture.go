package driver

import (
	"image"
	"sync"
)

// Whose pictures they are.
const (
	Theirs = "theirs"
	Ours   = "ours"
)

// Show takes a picture of a call's video. It copies the picture and never waits:
// of several that come before the screen draws, the last one is shown. A nil
// picture says that there is no video any more. The call is not looked at, as
// the screen shows the one that has video.
func (s *Screen) Show(whose, call string, picture *image.YCbCr) {
	box := &s.far
	if whose == Ours {
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
	gone         bool // nothing more comes
}

// put leaves a copy of a picture, or the word that there is none.
func (b *mailbox) put(picture *image.YCbCr) {
	b.mu.Lock()
	b.gone = picture == nil
	if b.gone {
		b.mu.Unlock()
		return
	}
	m := b.spare
	b.spare = nil
	b.mu.Unlock()
	m = copyInto(m, picture)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waits, b.spare = m, b.waits
}

// take gives the picture that waits, or nil, and tells whether there is no
// video any more. The picture is the taker's until the next one is taken.
func (b *mailbox) take() (picture *image.YCbCr, gone bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waits == nil || b.gone {
		return nil, b.gone
	}
	if b.spare == nil {
		b.spare = b.shown
	}
	b.shown, b.waits = b.waits, nil
	return b.shown, false
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
