package phone

import (
	"errors"
	"image"
	"sync"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/media/bars"
	"github.com/imsphone/imsphone/media/video"
)

// fakeCamera is a camera without a device: it draws at the pace of the wish.
type fakeCamera struct {
	draw   func(m *image.YCbCr, count int)
	count  int
	m      *image.YCbCr
	ticker *time.Ticker
	done   chan struct{}
	once   sync.Once
}

// maxSource is the largest number that colour bars can carry.
const maxSource = 15

// newBars sees moving colour bars with a counter and the number of a source in
// them.
func newBars(wish actors.VideoWish, source uint8) *fakeCamera {
	return newFake(wish, func(m *image.YCbCr, count int) { bars.Draw(m, source, count) })
}

// greyRate is how many pictures of nothing there are in a second: each is
// compressed.
const greyRate = 2

// newGrey sees nothing.
func newGrey(wish actors.VideoWish) *fakeCamera {
	wish.Rate = greyRate
	return newFake(wish, func(m *image.YCbCr, count int) {
		if count != 0 {
			return
		}
		for _, plane := range [][]byte{m.Y, m.Cb, m.Cr} {
			for i := range plane {
				plane[i] = 128
			}
		}
	})
}

func newFake(wish actors.VideoWish, draw func(*image.YCbCr, int)) *fakeCamera {
	return &fakeCamera{draw: draw, ticker: time.NewTicker(time.Second / time.Duration(wish.Rate)), done: make(chan struct{}),
		m: image.NewYCbCr(image.Rect(0, 0, wish.Width, wish.Height), image.YCbCrSubsampleRatio420)}
}

var errCameraClosed = errors.New("the camera is closed")

// Read gives the picture of the next tick.
func (c *fakeCamera) Read(f *video.Frame) error {
	select {
	case now := <-c.ticker.C:
		c.draw(c.m, c.count)
		c.count++
		*f = video.Frame{Raw: c.m, Captured: now}
		return nil
	case <-c.done:
		return errCameraClosed
	}
}

// Close ends a Read.
func (c *fakeCamera) Close() error {
	c.once.Do(func() {
		c.ticker.Stop()
		close(c.done)
	})
	return nil
}
