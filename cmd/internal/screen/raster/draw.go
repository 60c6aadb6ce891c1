package raster

import (
	"image"
	"image/color"
)

// fill paints a rectangle, within what is being drawn.
func (p *Painter) fill(r image.Rectangle, c color.RGBA) {
	r = r.Intersect(p.clip)
	if r.Empty() {
		return
	}
	if c.A != 255 {
		p.tint(r, c)
		return
	}
	first := p.dst.Pix[p.dst.PixOffset(r.Min.X, r.Min.Y):][:4*r.Dx()]
	for i := 0; i < len(first); i += 4 {
		first[i], first[i+1], first[i+2], first[i+3] = c.R, c.G, c.B, 255
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(p.dst.Pix[p.dst.PixOffset(r.Min.X, y):], first)
	}
}

// tint paints a rectangle with a colour that lets through what is under it.
func (p *Painter) tint(r image.Rectangle, c color.RGBA) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := p.dst.Pix[p.dst.PixOffset(r.Min.X, y):][:4*r.Dx()]
		for i := 0; i < len(row); i += 4 {
			blend(row[i:i+4:i+4], c, uint32(c.A))
		}
	}
}

// blend mixes a colour into a pixel; alpha is 0 to 255.
func blend(pixel []byte, c color.RGBA, alpha uint32) {
	rest := 255 - alpha
	pixel[0] = byte((uint32(c.R)*alpha + uint32(pixel[0])*rest + 127) / 255)
	pixel[1] = byte((uint32(c.G)*alpha + uint32(pixel[1])*rest + 127) / 255)
	pixel[2] = byte((uint32(c.B)*alpha + uint32(pixel[2])*rest + 127) / 255)
}

// stamp paints through a mask, whose upper left corner comes to at.
func (p *Painter) stamp(mask *image.Alpha, at image.Point, c color.RGBA) {
	r := mask.Rect.Sub(mask.Rect.Min).Add(at).Intersect(p.clip)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		dst := p.dst.Pix[p.dst.PixOffset(r.Min.X, y):][:4*r.Dx()]
		src := mask.Pix[(y-at.Y)*mask.Stride+r.Min.X-at.X:]
		for i := range r.Dx() {
			if a := src[i]; a != 0 {
				blend(dst[4*i:4*i+4:4*i+4], c, uint32(a))
			}
		}
	}
}

// round paints a rectangle with round corners.
func (p *Painter) round(r image.Rectangle, radius int, c color.RGBA) {
	if !r.Overlaps(p.clip) {
		return
	}
	radius = min(radius, r.Dx()/2, r.Dy()/2)
	p.fill(image.Rect(r.Min.X+radius, r.Min.Y, r.Max.X-radius, r.Max.Y), c)
	p.fill(image.Rect(r.Min.X, r.Min.Y+radius, r.Min.X+radius, r.Max.Y-radius), c)
	p.fill(image.Rect(r.Max.X-radius, r.Min.Y+radius, r.Max.X, r.Max.Y-radius), c)
	corners := p.masks.corners(radius)
	p.stamp(corners[0], r.Min, c)
	p.stamp(corners[1], image.Pt(r.Max.X-radius, r.Min.Y), c)
	p.stamp(corners[2], image.Pt(r.Min.X, r.Max.Y-radius), c)
	p.stamp(corners[3], r.Max.Sub(image.Pt(radius, radius)), c)
}
