package display

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
)

// noise makes a picture of which no two parts are alike.
func noise(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = byte(r.Uint32())
	}
	return img
}

func newFrame(w, h int, f format) *frame {
	stride := (w*f.bytes() + 15) &^ 7 // more than the pixels take
	return &frame{make([]byte, stride*h), stride, w, h, f}
}

// at reads a pixel of a frame, one by one.
func (f *frame) at(x, y int) (r, g, b byte) {
	p := f.pix[y*f.stride+x*f.format.bytes():]
	switch f.format {
	case xrgb8888:
		return p[2], p[1], p[0]
	case xbgr8888:
		return p[0], p[1], p[2]
	}
	v := binary.LittleEndian.Uint16(p)
	return byte(v >> 11 << 3), byte(v >> 5 << 2), byte(v << 3)
}

// seen gives the colour that the format keeps of c.
func (f format) seen(c color.RGBA) (r, g, b byte) {
	if f == rgb565 {
		return c.R &^ 7, c.G &^ 3, c.B &^ 7
	}
	return c.R, c.G, c.B
}

// onScreen turns a pixel of the picture as the eye does: by looking at the
// screen, of w × h, from another side.
func onScreen(x, y, w, h, rotate int) (int, int) {
	for ; rotate > 0; rotate -= 90 {
		// A quarter turn clockwise: the upper edge becomes the right one. The size is
		// that of the picture so far.
		_, height := turned(w, h, rotate)
		x, y = height-1-y, x
	}
	return x, y
}

// TestDraw holds each format and rotation against a slow way of doing it, for
// parts at every corner.
func TestDraw(t *testing.T) {
	const w, h = 13, 7
	parts := []image.Rectangle{image.Rect(-5, -5, 99, 99), image.Rect(0, 0, 1, 1), image.Rect(3, 2, 9, 5), image.Rect(6, 0, 7, 7), image.Rect(5, 6, 7, 7)}
	for _, pixels := range []format{xrgb8888, xbgr8888, rgb565} {
		for _, rotate := range []int{0, 90, 180, 270} {
			pw, ph := turned(w, h, rotate)
			img := noise(pw, ph)
			for _, part := range parts {
				f := newFrame(w, h, pixels)
				for i := range f.pix {
					f.pix[i] = 0xa5
				}
				if _, err := f.draw(img, part, rotate); err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprintf("format %d, %d degrees, %v", pixels, rotate, part)
				checkFrame(t, name, f, img, part, rotate)
			}
		}
	}
}

func checkFrame(t *testing.T, name string, f *frame, img *image.RGBA, part image.Rectangle, rotate int) {
	t.Helper()
	want := bytes.Repeat([]byte{0xa5}, len(f.pix))
	untouched := &frame{want, f.stride, f.w, f.h, f.format}
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			sx, sy := onScreen(x, y, f.w, f.h, rotate)
			r, g, b := f.at(sx, sy)
			wr, wg, wb := untouched.at(sx, sy)
			if (image.Point{X: x, Y: y}).In(part) {
				wr, wg, wb = f.format.seen(img.RGBAAt(x, y))
			}
			if r != wr || g != wg || b != wb {
				t.Fatalf("%s: %d,%d is seen at %d,%d as %d %d %d, want %d %d %d", name, x, y, sx, sy, r, g, b, wr, wg, wb)
			}
		}
	}
	for y := range f.h { // what isn't a pixel stays
		if rest := f.pix[y*f.stride+f.w*f.format.bytes() : (y+1)*f.stride]; !bytes.Equal(rest, want[:len(rest)]) {
			t.Fatalf("%s: line %d: written past its end", name, y)
		}
	}
}

// TestDrawPart: a picture's part is a picture with other bounds.
func TestDrawPart(t *testing.T) {
	img := noise(20, 20)
	part := img.SubImage(image.Rect(4, 4, 12, 12)).(*image.RGBA)
	f := newFrame(20, 20, xrgb8888)
	at, err := f.draw(part, image.Rect(0, 0, 20, 20), 0)
	if err != nil || at != part.Rect {
		t.Fatalf("%v, %v", at, err)
	}
	for _, p := range []image.Point{{4, 4}, {11, 11}, {3, 4}, {12, 12}} {
		r, _, _ := f.at(p.X, p.Y)
		want := byte(0)
		if p.In(part.Rect) {
			want = img.RGBAAt(p.X, p.Y).R
		}
		if r != want {
			t.Errorf("%v is %d, want %d", p, r, want)
		}
	}
}

func TestDrawNothing(t *testing.T) {
	f := newFrame(4, 4, rgb565)
	if at, err := f.draw(noise(4, 4), image.Rect(9, 9, 12, 12), 90); !at.Empty() || err != nil {
		t.Errorf("%v, %v", at, err)
	}
	if at, err := f.draw(image.NewRGBA(image.Rectangle{}), image.Rect(0, 0, 4, 4), 90); !at.Empty() || err != nil {
		t.Errorf("an empty picture: %v, %v", at, err)
	}
}

func TestDrawAllocatesNothing(t *testing.T) {
	f, img := newFrame(48, 64, xrgb8888), noise(48, 64)
	if n := testing.AllocsPerRun(10, func() { _, _ = f.draw(img, img.Rect, 0) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkDraw converts a whole picture of 480 × 640.
func BenchmarkDraw(b *testing.B) {
	names := map[format]string{xrgb8888: "xrgb8888", xbgr8888: "xbgr8888", rgb565: "rgb565"}
	for _, pixels := range []format{xrgb8888, xbgr8888, rgb565} {
		for _, rotate := range []int{0, 90, 180, 270} {
			w, h := turned(480, 640, rotate)
			f, img := newFrame(w, h, pixels), noise(480, 640)
			b.Run(fmt.Sprintf("%s/%d", names[pixels], rotate), func(b *testing.B) {
				b.SetBytes(int64(len(img.Pix)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := f.draw(img, img.Rect, rotate); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
