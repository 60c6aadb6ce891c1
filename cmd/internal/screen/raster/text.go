package raster

import (
	"image"
	"image/color"
	"strings"

	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// write puts a text on a baseline that begins at at.
func (p *Painter) write(f *face, s string, at image.Point, c color.RGBA) {
	for _, r := range s {
		g := f.glyph(r)
		if g.mask != nil {
			p.stamp(g.mask, at.Add(g.offset), c)
		}
		at.X += g.advance
	}
}

// text writes an item's text: in the middle of its rectangle, or from its upper
// left corner on.
func (p *Painter) text(it *screen.Item, c color.RGBA) {
	f, lines := p.lines(it)
	pitch := f.pitch()
	y := it.Rect.Min.Y + (it.Rect.Dy()-pitch*len(lines))/2 + (pitch+f.high)/2
	for _, s := range lines {
		x := it.Rect.Min.X
		if !it.Left {
			x += (it.Rect.Dx() - f.width(s)) / 2
		}
		p.write(f, s, image.Pt(x, y), c)
		y += pitch
	}
}

// lines breaks an item's text, in the largest face of the item's size and below
// with which all of it fits into the rectangle. Where none does, it is elided.
func (p *Painter) lines(it *screen.Item) (*face, []string) {
	for size := it.Size; ; size-- {
		f, most := p.fonts[size], 1
		if it.Wrap {
			most = max(1, it.Rect.Dy()/p.fonts[size].pitch())
		}
		last := size == screen.Small || size == screen.Body && !it.Wrap
		if last || f.width(it.Text) <= it.Rect.Dx() || it.Wrap && len(wrap(f, it.Text, it.Rect.Dx(), most+1)) <= most {
			return f, wrap(f, it.Text, it.Rect.Dx(), most)
		}
	}
}

// pitch is the distance of lines.
func (f *face) pitch() int { return f.high * 9 / 5 }

const ellipsis = "…"

// elide shortens a text to what fits into width.
func elide(f *face, s string, width int) string {
	if f.width(s) <= width {
		return s
	}
	w, end := f.width(ellipsis), 0
	for i, r := range s {
		if w += f.glyph(r).advance; w > width {
			break
		}
		end = i + len(string(r))
	}
	return strings.TrimRight(s[:min(end, len(s))], " ") + ellipsis
}

// wrap breaks a text into at most most lines; what is left over is elided.
func wrap(f *face, s string, width, most int) []string {
	if most == 1 {
		return []string{elide(f, s, width)}
	}
	var lines []string
	words := strings.Fields(s)
	for len(words) > 0 {
		n := 1
		for n < len(words) && f.width(strings.Join(words[:n+1], " ")) <= width {
			n++
		}
		if len(lines) == most-1 {
			return append(lines, elide(f, strings.Join(words, " "), width))
		}
		lines = append(lines, elide(f, strings.Join(words[:n], " "), width))
		words = words[n:]
	}
	return lines
}
