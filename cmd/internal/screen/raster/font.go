package raster

import (
	"fmt"
	"image"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// ems are the sizes of the letters, in units of the grid.
var ems = [...]int{screen.Small: 13, screen.Body: 15, screen.Large: 23, screen.Huge: 26, tiny: 9}

// tiny is for the letters on the keys.
const tiny = screen.Huge + 1

// fonts are the Go fonts at each size.
type fonts [tiny + 1]*face

func newFonts(unit int) (fonts, error) {
	var f fonts
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return f, fmt.Errorf("the font can't be read: %w", err)
	}
	medium, err := opentype.Parse(gomedium.TTF)
	if err != nil {
		return f, fmt.Errorf("the font can't be read: %w", err)
	}
	for i, em := range ems {
		source := regular
		if i >= int(screen.Large) {
			source = medium
		}
		size := float64(max(6, em*unit/240))
		made, err := opentype.NewFace(source, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return f, fmt.Errorf("the font can't be scaled: %w", err)
		}
		f[i] = newFace(made)
	}
	return f, nil
}

// face is a font at one size, whose letters are rasterised once each.
type face struct {
	source       font.Face
	glyphs       map[rune]glyph
	ascent, high int // of the line, and of a capital
}

type glyph struct {
	mask    *image.Alpha // nil draws nothing
	offset  image.Point  // from the baseline
	advance int          // in pixels
}

// maxGlyphs bounds a cache that strangers' names fill.
const maxGlyphs = 1024

func newFace(source font.Face) *face {
	m := source.Metrics()
	return &face{source: source, glyphs: map[rune]glyph{}, ascent: m.Ascent.Round(), high: m.CapHeight.Round()}
}

// glyph gives a letter; one that the font doesn't have is a box.
func (f *face) glyph(r rune) glyph {
	if g, ok := f.glyphs[r]; ok {
		return g
	}
	if len(f.glyphs) >= maxGlyphs {
		clear(f.glyphs)
	}
	rect, mask, from, advance, _ := f.source.Glyph(fixed.Point26_6{}, r)
	g := glyph{offset: rect.Min, advance: advance.Round()}
	if !rect.Empty() {
		g.mask = image.NewAlpha(rect.Sub(rect.Min))
		draw.Draw(g.mask, g.mask.Rect, mask, from, draw.Src)
	}
	f.glyphs[r] = g
	return g
}

// width is how long a text is, in pixels.
func (f *face) width(s string) int {
	w := 0
	for _, r := range s {
		w += f.glyph(r).advance
	}
	return w
}
