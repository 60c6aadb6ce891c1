package raster

import (
	"image"
	"image/color"
	"slices"

	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// Painter draws into one picture. It is for one goroutine.
type Painter struct {
	dst   *image.RGBA
	clip  image.Rectangle // what is being drawn
	prev  []screen.Item
	fonts fonts
	masks masks
	far   scaler
	own   scaler
	dirty []image.Rectangle
	unit  int // the shorter side, in pixels
	drawn bool
}

// New gives a painter of a picture of that size, in pixels.
func New(size image.Point) (*Painter, error) {
	f, err := newFonts(min(size.X, size.Y))
	if err != nil {
		return nil, err
	}
	return &Painter{dst: image.NewRGBA(image.Rectangle{Max: size}), fonts: f, masks: newMasks(),
		far: newScaler(), own: newScaler(), unit: min(size.X, size.Y)}, nil
}

// Image is the picture; it changes with each Paint.
func (p *Painter) Image() *image.RGBA { return p.dst }

// Far and Own take a new picture of the far end, and our own. It is read while
// the next Paint lasts, and at each later one until another comes; nil is none.
func (p *Painter) Far(picture *image.YCbCr) { p.far.set(picture) }

// Own is the same for our own picture.
func (p *Painter) Own(picture *image.YCbCr) { p.own.set(picture) }

// Forget lets the next Paint draw all of the picture.
func (p *Painter) Forget() { p.drawn = false }

// px turns units of the grid into pixels.
func (p *Painter) px(units int) int { return units * p.unit / 240 }

// Paint draws the items that are others than the last time, and gives the
// rectangles that have changed. They are valid until the next Paint.
func (p *Painter) Paint(items []screen.Item) []image.Rectangle {
	p.dirty = p.dirty[:0]
	if !p.drawn {
		p.drawn = true
		p.damage(p.dst.Rect)
	}
	for i := range max(len(items), len(p.prev)) {
		p.compare(items, i)
	}
	for _, r := range p.dirty {
		p.clip = r
		p.fill(r, background)
		for i := range items {
			// An item stays within its rectangle, or what is left of it outside
			// would stay when it goes.
			if p.clip = r.Intersect(items[i].Rect); !p.clip.Empty() {
				p.item(&items[i])
			}
		}
	}
	p.prev = append(p.prev[:0], items...)
	p.far.fresh, p.own.fresh = false, false
	return p.dirty
}

// compare damages where the i-th item is, and where it was, if that differs.
func (p *Painter) compare(items []screen.Item, i int) {
	var is, was screen.Item
	if i < len(items) {
		is = items[i]
	}
	if i < len(p.prev) {
		was = p.prev[i]
	}
	if is != was || is.Kind == screen.ItemPicture && p.far.fresh || is.Kind == screen.ItemInset && p.own.fresh {
		p.damage(was.Rect)
		p.damage(is.Rect)
	}
}

// damage adds a rectangle to those that have to be drawn; such as overlap
// become one, so that nothing is drawn twice.
func (p *Painter) damage(r image.Rectangle) {
	r = r.Intersect(p.dst.Rect)
	if r.Empty() {
		return
	}
	for i := 0; i < len(p.dirty); i++ {
		if p.dirty[i].Overlaps(r) {
			r = r.Union(p.dirty[i])
			p.dirty = slices.Delete(p.dirty, i, i+1)
			i = -1 // the larger one may overlap others
		}
	}
	p.dirty = append(p.dirty, r)
}

func (p *Painter) item(it *screen.Item) {
	switch it.Kind {
	case screen.ItemText:
		p.text(it, tones[it.Tone])
	case screen.ItemBar:
		p.bar(it)
	case screen.ItemButton:
		p.button(it)
	case screen.ItemKey:
		p.key(it)
	case screen.ItemQuality:
		p.quality(it)
	case screen.ItemAvatar:
		p.avatar(it)
	case screen.ItemPicture:
		p.picture(it.Rect, &p.far)
	case screen.ItemInset:
		p.inset(it.Rect)
	case screen.ItemShade:
		p.fill(it.Rect, shade)
	case screen.ItemToast:
		p.toast(it)
	case screen.ItemAlarm:
		p.fill(it.Rect, alarm)
	}
}

// The colours. Text has a contrast of at least 4.5 to 1 on what is under it
// (WCAG 2.1 §1.4.3).
var (
	background = color.RGBA{12, 16, 22, 255}
	alarm      = color.RGBA{150, 18, 22, 255}
	surface    = color.RGBA{32, 40, 52, 255}
	raised     = color.RGBA{56, 68, 86, 255}
	shade      = color.RGBA{0, 0, 0, 150}
	white      = color.RGBA{242, 245, 248, 255}
	black      = color.RGBA{12, 16, 22, 255}
	dim        = color.RGBA{154, 167, 182, 255}
	green      = color.RGBA{21, 128, 72, 255}
	red        = color.RGBA{196, 43, 43, 255}
	focus      = color.RGBA{96, 176, 255, 255}
)

// tones are the colours of texts.
var tones = [...]color.RGBA{
	screen.Plain: white, screen.Dim: dim, screen.Good: {74, 210, 138, 255}, screen.Bad: {255, 138, 132, 255},
	screen.Warn: {250, 196, 80, 255}, screen.Accent: {110, 182, 255, 255},
}
