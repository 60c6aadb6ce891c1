// Package displaytest has a screen that is memory, for tests of what draws.
package displaytest

import (
	"image"
	"image/draw"
	"sync"

	"github.com/imsphone/imsphone/hw/display"
)

// Panel is a display.Panel in memory. Its methods may be called by the drawer
// and by the test at the same time.
type Panel struct {
	mu     sync.Mutex
	shown  *image.RGBA
	next   image.Point // the size after the next Remode, 0,0: no screen
	lit    bool
	draws  int
	drawn  image.Rectangle
	closed bool
	gone   bool
}

var _ display.Panel = (*Panel)(nil)

// New makes a lit screen of w × h pixels.
func New(w, h int) *Panel {
	return &Panel{shown: image.NewRGBA(image.Rect(0, 0, w, h)), next: image.Pt(w, h), lit: true}
}

// Size gives the size in pixels.
func (p *Panel) Size() (w, h int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shown.Rect.Dx(), p.shown.Rect.Dy()
}

// Draw copies what is dirty.
func (p *Panel) Draw(img *image.RGBA, dirty image.Rectangle) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return display.ErrNoScreen
	}
	dirty = dirty.Intersect(p.shown.Rect)
	draw.Draw(p.shown, dirty, img, dirty.Min, draw.Src)
	p.draws++
	p.drawn = p.drawn.Union(dirty)
	return nil
}

// Remode takes on the size of the last Plug, or fails after Unplug.
func (p *Panel) Remode() (changed bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == (image.Point{}) {
		changed, p.gone = !p.gone, true
		return changed, display.ErrNoScreen
	}
	if !p.gone && p.next == p.shown.Rect.Size() {
		return false, nil
	}
	p.gone, p.shown = false, image.NewRGBA(image.Rectangle{Max: p.next})
	return true, nil
}

// Backlight switches the light.
func (p *Panel) Backlight(on bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lit = on
	return nil
}

// Close marks it as closed.
func (p *Panel) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return nil
}

func (p *Panel) String() string { return "a screen in memory" }

// Plug plugs a screen of w × h in, as the next Remode sees.
func (p *Panel) Plug(w, h int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = image.Pt(w, h)
}

// Unplug plugs the screen out, as the next Remode sees.
func (p *Panel) Unplug() { p.Plug(0, 0) }

// Shown gives a copy of what is seen.
func (p *Panel) Shown() *image.RGBA {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := image.NewRGBA(p.shown.Rect)
	copy(seen.Pix, p.shown.Pix)
	return seen
}

// Drawn tells how often Draw was called and which part it drew since the last
// Drawn.
func (p *Panel) Drawn() (times int, part image.Rectangle) {
	p.mu.Lock()
	defer p.mu.Unlock()
	times, part = p.draws, p.drawn
	p.draws, p.drawn = 0, image.Rectangle{}
	return times, part
}

// Lit tells whether the light is on.
func (p *Panel) Lit() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lit
}

// Closed tells whether Close was called.
func (p *Panel) Closed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}
