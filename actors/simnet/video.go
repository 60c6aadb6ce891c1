package simnet

import (
	"errors"
	"image"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/media/bars"
	"github.com/imsphone/imsphone/media/video"
)

// Video is a phone's camera, which sees numbered colour bars, and its screen,
// which notes the numbers that it shows. It is an actors.VideoPort.
type Video struct {
	// Source is in the camera's pictures, 0 to 14.
	Source uint8

	// Blind tells that there is no screen.
	Blind atomic.Bool

	mu      sync.Mutex
	gone    bool
	opened  int
	since   time.Time // of the last opening
	running *camera
	seen    []Seen
	blanked int
}

// Seen is a picture that was shown.
type Seen struct {
	Whose, Call string
	Source      uint8
	Count       int
	At          time.Time
}

// blankSource is in pictures that stand for those of a camera.
const blankSource = 15

var errNoCamera = errors.New("there is no camera: plug one in")

// OpenCamera starts the camera, unless it is unplugged.
func (v *Video) OpenCamera(wish actors.VideoWish) (actors.Camera, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.gone {
		return nil, errNoCamera
	}
	v.opened++
	v.since = time.Now()
	v.running = newCamera(wish, v.Source)
	return v.running, nil
}

// Blank gives pictures of another source.
func (v *Video) Blank(wish actors.VideoWish) actors.Camera { return newCamera(wish, blankSource) }

// HasScreen tells whether the phone has a screen.
func (v *Video) HasScreen() bool { return !v.Blind.Load() }

// Show notes what a picture says.
func (v *Video) Show(whose, call string, picture *image.YCbCr) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if picture == nil {
		v.blanked++
		return
	}
	if source, count, ok := bars.Read(picture); ok {
		v.seen = append(v.seen, Seen{whose, call, source, count, time.Now()})
	}
}

// Unplug takes the camera away, also from who has it open.
func (v *Video) Unplug() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.gone = true
	if v.running != nil {
		v.running.Close()
	}
}

// Plug brings it back.
func (v *Video) Plug() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.gone = false
}

// Opened counts how often the camera was opened.
func (v *Video) Opened() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.opened
}

// Taken is when the camera, as it was opened last, took its picture of that
// number.
func (v *Video) Taken(wish actors.VideoWish, count int) time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.since.Add(time.Duration(count+1) * time.Second / time.Duration(wish.Rate))
}

// Take gives what was shown since the last time, and how often the screen was
// blanked.
func (v *Video) Take() (seen []Seen, blanked int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	seen, blanked = v.seen, v.blanked
	v.seen, v.blanked = nil, 0
	return seen, blanked
}

// camera is a paced camera.
type camera struct {
	ticker *time.Ticker
	source uint8
	count  int
	m      *image.YCbCr
	done   chan struct{}
	once   sync.Once
}

func newCamera(wish actors.VideoWish, source uint8) *camera {
	return &camera{ticker: time.NewTicker(time.Second / time.Duration(wish.Rate)), source: source,
		m: image.NewYCbCr(image.Rect(0, 0, wish.Width, wish.Height), image.YCbCrSubsampleRatio420), done: make(chan struct{})}
}

func (c *camera) Read(f *video.Frame) error {
	select {
	case now := <-c.ticker.C:
		bars.Draw(c.m, c.source, c.count)
		c.count++
		*f = video.Frame{Raw: c.m, Captured: now}
		return nil
	case <-c.done:
		return errClosed
	}
}

func (c *camera) Close() error {
	c.once.Do(func() {
		c.ticker.Stop()
		close(c.done)
	})
	return nil
}
