package raster

import (
	"bytes"
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/screentest"
)

// TestAFrameAllocatesNothing: neither a picture of a video nor the next second
// of a call.
func TestAFrameAllocatesNothing(t *testing.T) {
	size := image.Pt(320, 240)
	p := painter(t, size)
	list, far := items(scene(t, "video"), size), screentest.Picture(160, 120)
	frame := func() {
		p.Far(far)
		p.Paint(list)
	}
	frame()
	if n := testing.AllocsPerRun(20, frame); n > 1 { // the one line of text
		t.Errorf("%v allocations a frame", n)
	}
}

// TestDirty: what hasn't changed isn't drawn, and what has, lies within the
// rectangles that Paint gives.
func TestDirty(t *testing.T) {
	size := image.Pt(320, 240)
	p := painter(t, size)
	scenes := screentest.Scenes()
	for i, s := range scenes {
		before := append([]byte(nil), p.Image().Pix...)
		dirty := append([]image.Rectangle(nil), p.Paint(items(s, size))...)
		for j := range before {
			at := image.Pt(j/4%size.X, j/4/size.X)
			if before[j] != p.Image().Pix[j] && !within(at, dirty) {
				t.Fatalf("%s: the pixel %v has changed outside of %v", s.Name, at, dirty)
			}
		}
		for a := range dirty {
			for b := range a {
				if dirty[a].Overlaps(dirty[b]) {
					t.Errorf("%s: %v and %v overlap", s.Name, dirty[a], dirty[b])
				}
			}
		}
		if again := p.Paint(items(scenes[i], size)); len(again) != 0 {
			t.Errorf("%s is drawn twice: %v", s.Name, again)
		}
	}
}

func within(at image.Point, list []image.Rectangle) bool {
	for _, r := range list {
		if at.In(r) {
			return true
		}
	}
	return false
}

// TestPartsEqualTheWhole: a painter that has come through all scenes shows what
// one that begins with a scene does.
func TestPartsEqualTheWhole(t *testing.T) {
	size := image.Pt(640, 480)
	travelled := painter(t, size)
	for _, s := range screentest.Scenes() {
		fresh := painter(t, size)
		travelled.Paint(items(s, size))
		fresh.Paint(items(s, size))
		if !bytes.Equal(travelled.Image().Pix, fresh.Image().Pix) {
			t.Errorf("%s differs", s.Name)
		}
	}
}

// TestNearestPixel: each pixel of a scaled picture is the one of the original
// that it lies on, in each subsampling and where the picture is a part.
func TestNearestPixel(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio422,
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411} {
		whole := image.NewYCbCr(image.Rect(0, 0, 48, 40), ratio)
		for i := range whole.Y {
			whole.Y[i] = byte(i * 7)
		}
		for i := range whole.Cb {
			whole.Cb[i], whole.Cr[i] = byte(i*5), byte(i*11)
		}
		for _, m := range []*image.YCbCr{whole, whole.SubImage(image.Rect(8, 8, 40, 32)).(*image.YCbCr)} {
			p := painter(t, image.Pt(160, 160))
			p.Far(m)
			r := image.Rect(0, 0, 160, 160)
			p.Paint([]screen.Item{{Kind: screen.ItemPicture, Rect: r}})
			at := fit(m.Rect.Size(), r)
			for y := at.Min.Y; y < at.Max.Y; y++ {
				for x := at.Min.X; x < at.Max.X; x++ {
					from := m.Rect.Min.Add(image.Pt((x-at.Min.X)*m.Rect.Dx()/at.Dx(), (y-at.Min.Y)*m.Rect.Dy()/at.Dy()))
					if got, want := p.Image().RGBAAt(x, y), m.YCbCrAt(from.X, from.Y); !alike(got, want) {
						t.Fatalf("%v %v: pixel %d,%d is %v, not %v", ratio, m.Rect, x, y, got, want)
					}
				}
			}
		}
	}
}

// alike compares with the standard library's conversion, but for its rounding.
func alike(got color.RGBA, want color.YCbCr) bool {
	r, g, b := color.YCbCrToRGB(want.Y, want.Cb, want.Cr)
	return near8(got.R, r) && near8(got.G, g) && near8(got.B, b)
}

func near8(a, b byte) bool { return a-b+1 <= 2 }

// TestWords: whatever a text is, it fits.
func TestWords(t *testing.T) {
	p := painter(t, image.Pt(320, 240))
	f := p.fonts[screen.Body]
	for _, s := range []string{"", "a", strings.Repeat("W", 99), strings.Repeat("word ", 99), "\xff\xfe", "日本語", "a\u0301"} {
		for _, width := range []int{0, 5, 40, 300} {
			if got := elide(f, s, width); width >= 40 && f.width(got) > width {
				t.Errorf("%q in %d: %q", s, width, got)
			}
			if lines := wrap(f, s, width, 3); len(lines) > 3 {
				t.Errorf("%q in %d: %d lines", s, width, len(lines))
			}
		}
	}
}
