package qemutest

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"sync"
	"time"

	"github.com/imsphone/imsphone/actors"
)

// Eyes are the screen of a far phone: they keep the last picture of the other end.
type Eyes struct {
	mu   sync.Mutex
	last *image.YCbCr
}

// Ready is always true.
func (*Eyes) Ready() bool { return true }

// Show takes a copy of a picture.
func (e *Eyes) Show(whose, _ string, picture *image.YCbCr) {
	if whose != actors.Theirs {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = nil
	if picture != nil {
		e.last = image.NewYCbCr(picture.Rect, picture.SubsampleRatio)
		copyPicture(e.last, picture)
	}
}

// copyPicture copies lines, as strides may differ.
func copyPicture(to, from *image.YCbCr) {
	for y := from.Rect.Min.Y; y < from.Rect.Max.Y; y++ {
		for x := from.Rect.Min.X; x < from.Rect.Max.X; x++ {
			i, j, c, d := to.YOffset(x, y), from.YOffset(x, y), to.COffset(x, y), from.COffset(x, y)
			to.Y[i], to.Cb[c], to.Cr[c] = from.Y[j], from.Cb[d], from.Cr[d]
		}
	}
}

// Await waits for a picture that is as look wants it. The error is look's last
// one.
func (e *Eyes) Await(ctx context.Context, look func(*image.YCbCr) error) error {
	often := time.NewTicker(100 * time.Millisecond)
	defer often.Stop()
	err := fmt.Errorf("there is none")
	for {
		e.mu.Lock()
		last := e.last
		e.mu.Unlock()
		if last != nil {
			if err = look(last); err == nil {
				return nil
			}
		}
		select {
		case <-often.C:
		case <-ctx.Done():
			return fmt.Errorf("the far end's picture: %w", err)
		}
	}
}

// testBars are the colours of vivid's test picture, from the left.
var testBars = [...]color.RGBA{{191, 191, 191, 255}, {191, 191, 0, 255}, {0, 191, 191, 255}, {0, 191, 0, 255},
	{191, 0, 191, 255}, {191, 0, 0, 255}, {0, 0, 191, 255}, {0, 0, 0, 255}}

// ShowsTestBars tells whether a picture is of vivid, the kernel's camera without a
// lens. Its text is at the top.
func ShowsTestBars(m *image.YCbCr) error {
	size := m.Rect.Size()
	for i, want := range testBars {
		at := m.Rect.Min.Add(image.Pt((2*i+1)*size.X/(2*len(testBars)), size.Y*7/8))
		if got := nearest(m.At(at.X, at.Y)); got != want {
			return fmt.Errorf("bar %d is %v, not %v", i, m.At(at.X, at.Y), want)
		}
	}
	return nil
}

// ShowsNothing tells whether a picture is the one that stands for a camera that
// is away: grey all over.
func ShowsNothing(m *image.YCbCr) error {
	size := m.Rect.Size()
	for i := range testBars {
		at := m.Rect.Min.Add(image.Pt((2*i+1)*size.X/(2*len(testBars)), size.Y*7/8))
		c := m.YCbCrAt(at.X, at.Y)
		if off := max(square(uint32(c.Y), grey), square(uint32(c.Cb), grey), square(uint32(c.Cr), grey)); off > 16*16 {
			return fmt.Errorf("it isn't grey at %v: %v", at, c)
		}
	}
	return nil
}

// grey is each of luma and chroma of nothing.
const grey = 128

// nearest is the colour of the test picture that is most like c.
func nearest(c color.Color) (best color.RGBA) {
	least := int64(-1)
	r, g, b, _ := c.RGBA()
	for _, t := range testBars {
		d := square(r>>8, t.R) + square(g>>8, t.G) + square(b>>8, t.B)
		if least < 0 || d < least {
			best, least = t, d
		}
	}
	return best
}

func square(a uint32, b byte) int64 {
	d := int64(a) - int64(b)
	return d * d
}
