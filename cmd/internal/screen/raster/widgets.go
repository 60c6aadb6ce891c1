package raster

import (
	"image"
	"image/color"
	"strconv"

	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// bar draws the line at the top: the registration at its left, signs and the
// clock at its right.
func (p *Painter) bar(it *screen.Item) {
	if it.Over {
		p.fill(it.Rect, shade)
	}
	b, f := it.Bar, p.fonts[screen.Small]
	base := it.Rect.Min.Y + (it.Rect.Dy()+f.high)/2
	right := it.Rect.Max.X - p.px(8)
	sign := func(text string, c color.RGBA) {
		right -= f.width(text)
		p.write(f, text, image.Pt(right, base), c)
		right -= p.px(8)
	}
	sign(b.Clock, white)
	if b.Signal > 0 {
		right -= p.signal(image.Pt(right, base), b.Signal) + p.px(8)
	}
	if b.Offline {
		sign("no network", tones[screen.Bad])
	}
	if b.Missed > 0 {
		sign(strconv.Itoa(b.Missed)+" missed", tones[screen.Warn])
	}
	if b.Silent {
		sign("no sound", tones[screen.Bad])
	}
	if b.Muted {
		sign("muted", tones[screen.Warn])
	}
	if b.Line == "" {
		return
	}
	dot := p.px(8)
	at := image.Pt(it.Rect.Min.X+p.px(8), it.Rect.Min.Y+(it.Rect.Dy()-dot)/2)
	p.round(image.Rectangle{Min: at, Max: at.Add(image.Pt(dot, dot))}, dot/2, lamps[b.State])
	left := at.X + dot + p.px(6)
	p.write(f, elide(f, b.Line, right-left), image.Pt(left, base), white)
}

// signal draws four bars that end at a point, of which some are lit, and gives their
// width.
func (p *Painter) signal(end image.Point, lit int) (width int) {
	const bars = 4
	wide, gap, step := max(2, p.px(3)), max(1, p.px(1)), max(2, p.px(2))
	width = bars*wide + (bars-1)*gap
	for i := range bars {
		c := dim
		if i < lit {
			c = white
		}
		x := end.X - width + i*(wide+gap)
		p.fill(image.Rect(x, end.Y-(i+2)*step, x+wide, end.Y), c)
	}
	return width
}

// lamps are the colours of the registration.
var lamps = [...]color.RGBA{
	screen.LineUnknown: dim, screen.LineUp: {74, 210, 138, 255}, screen.LineTrying: {250, 196, 80, 255},
	screen.LineDown: {240, 80, 76, 255}, screen.LineDirect: {110, 182, 255, 255},
}

// plate draws what a button's label stands on, and gives the label's colour.
func (p *Painter) plate(it *screen.Item) color.RGBA {
	b, radius := it.Button, p.px(8)
	under, over := surface, white
	switch {
	case b.On:
		under, over = white, black
	case b.Tone == screen.Good:
		under = green
	case b.Tone == screen.Bad:
		under = red
	}
	r := it.Rect
	if b.Focus {
		p.round(r, radius, focus)
		r = r.Inset(p.px(2) + 1)
		p.round(r, radius-p.px(2), background)
		r = r.Inset(max(1, p.px(1)))
		radius -= p.px(3)
	}
	if b.Pressed {
		under, over = raised, white
	}
	p.round(r, radius, under)
	return over
}

// button draws an icon over a label, or beside it where the button is flat.
func (p *Painter) button(it *screen.Item) {
	c := p.plate(it)
	f, b, r := p.fonts[screen.Small], it.Button, it.Rect
	size := p.px(24)
	label := elide(f, b.Label, r.Dx()-p.px(8))
	width := f.width(label)
	if r.Dy() >= p.px(46) {
		p.stamp(p.masks.iconMask(b.Icon, size), image.Pt(r.Min.X+(r.Dx()-size)/2, r.Min.Y+r.Dy()/2-size+p.px(4)), c)
		p.write(f, label, image.Pt(r.Min.X+(r.Dx()-width)/2, r.Min.Y+r.Dy()/2+p.px(8)+f.high), c)
		return
	}
	left := r.Min.X + (r.Dx()-size-p.px(6)-width)/2
	p.stamp(p.masks.iconMask(b.Icon, size), image.Pt(left, r.Min.Y+(r.Dy()-size)/2), c)
	p.write(f, label, image.Pt(left+size+p.px(6), r.Min.Y+(r.Dy()+f.high)/2), c)
}

// key draws a digit with its letters under it.
func (p *Painter) key(it *screen.Item) {
	c := p.plate(it)
	f, small, b, r := p.fonts[screen.Large], p.fonts[tiny], it.Button, it.Rect
	lift := small.high/2 + p.px(2)
	if b.Sub == "" {
		lift = 0
	}
	base := r.Min.Y + (r.Dy()+f.high)/2 - lift
	p.write(f, b.Label, image.Pt(r.Min.X+(r.Dx()-f.width(b.Label))/2, base), c)
	p.write(small, b.Sub, image.Pt(r.Min.X+(r.Dx()-small.width(b.Sub))/2, base+p.px(5)+small.high), dim)
}

// quality draws five bars, of which Level are lit.
func (p *Painter) quality(it *screen.Item) {
	lit := tones[screen.Good]
	if it.Level <= 3 {
		lit = tones[screen.Warn]
	}
	if it.Level <= 2 {
		lit = tones[screen.Bad]
	}
	width, step, height := p.px(4), p.px(6), p.px(14)
	x := it.Rect.Min.X + (it.Rect.Dx()-4*step-width)/2
	bottom := it.Rect.Min.Y + (it.Rect.Dy()+height)/2
	for i := range 5 {
		c := lit
		if i >= it.Level {
			c = raised
		}
		p.round(image.Rect(x+i*step, bottom-height*(i+2)/6, x+i*step+width, bottom), p.px(1), c)
	}
}

// avatar draws a disc with a letter, or with a handset for a mere number.
func (p *Painter) avatar(it *screen.Item) {
	r := it.Rect
	size := min(r.Dx(), r.Dy())
	r = image.Rectangle{Min: r.Min.Add(image.Pt((r.Dx()-size)/2, 0)), Max: r.Min.Add(image.Pt((r.Dx()-size)/2+size, size))}
	p.round(r, size/2, raised)
	if it.Text == "" {
		icon := size / 2
		p.stamp(p.masks.iconMask(screen.IconCall, icon), r.Min.Add(image.Pt((size-icon)/2, (size-icon)/2)), white)
		return
	}
	f := p.fonts[screen.Huge]
	p.write(f, it.Text, image.Pt(r.Min.X+(size-f.width(it.Text))/2, r.Min.Y+(size+f.high)/2), white)
}

func (p *Painter) toast(it *screen.Item) {
	p.round(it.Rect, p.px(8), white)
	inner := *it
	inner.Rect = it.Rect.Inset(p.px(4))
	p.text(&inner, black)
}
