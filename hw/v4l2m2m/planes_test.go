package v4l2m2m

import (
	"bytes"
	"image"
	"testing"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// shades is a picture whose values all differ from their neighbours'.
func shades(w, h int, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	p := image.NewYCbCr(image.Rect(0, 0, w, h), ratio)
	for i := range p.Y {
		p.Y[i] = uint8(i * 7)
	}
	for i := range p.Cb {
		p.Cb[i], p.Cr[i] = uint8(i*5+1), uint8(i*3+2)
	}
	return p
}

func format(f v4l2.FourCC, w, h, stride int) v4l2.Format {
	l := v4l2.Format{FourCC: f, Width: w, Height: h, Planes: 1}
	l.Plane[0].Stride = stride
	return l
}

// TestFillAndExtract: what is put into a driver's buffer comes out of it, with
// lines and pictures that are larger than they have to be.
func TestFillAndExtract(t *testing.T) {
	for _, f := range []v4l2.FourCC{v4l2.YU12, v4l2.NV12} {
		for _, size := range []image.Point{{16, 8}, {15, 7}, {2, 2}, {1, 1}} {
			in := shades(size.X, size.Y, image.YCbCrSubsampleRatio420)
			l := format(f, 32, 16, 40)
			buffer := make([]byte, layoutOf(l).size())
			n, err := fill(buffer, l, in)
			if err != nil || n != len(buffer) {
				t.Fatalf("fill: %d of %d bytes, %v", n, len(buffer), err)
			}
			var out Picture
			if err := extract(&out, buffer, l, v4l2.Rectangle{Width: size.X, Height: size.Y}); err != nil {
				t.Fatal(err)
			}
			if out.Rect != in.Rect || !bytes.Equal(out.Y, in.Y) || !bytes.Equal(out.Cb, in.Cb) || !bytes.Equal(out.Cr, in.Cr) {
				t.Errorf("%v %v: another picture came out", f, size)
			}
		}
	}
}

// TestFillFromFourTwoTwo: every other line of colour is left out.
func TestFillFromFourTwoTwo(t *testing.T) {
	in := shades(8, 6, image.YCbCrSubsampleRatio422)
	l := format(v4l2.YU12, 8, 6, 8)
	buffer := make([]byte, layoutOf(l).size())
	if _, err := fill(buffer, l, in); err != nil {
		t.Fatal(err)
	}
	var out Picture
	if err := extract(&out, buffer, l, v4l2.Rectangle{Width: 8, Height: 6}); err != nil {
		t.Fatal(err)
	}
	for y := range 3 {
		if !bytes.Equal(out.Cb[y*4:][:4], in.Cb[2*y*4:][:4]) || !bytes.Equal(out.Cr[y*4:][:4], in.Cr[2*y*4:][:4]) {
			t.Errorf("line %d of colour is another one", y)
		}
	}
}

// TestExtractAPart: what isn't to be shown is left out; a rectangle that lies
// outside is not believed.
func TestExtractAPart(t *testing.T) {
	in := shades(16, 8, image.YCbCrSubsampleRatio420)
	l := format(v4l2.NV12, 16, 8, 16)
	buffer := make([]byte, layoutOf(l).size())
	if _, err := fill(buffer, l, in); err != nil {
		t.Fatal(err)
	}
	var out Picture
	if err := extract(&out, buffer, l, v4l2.Rectangle{Left: 4, Top: 2, Width: 6, Height: 4}); err != nil {
		t.Fatal(err)
	}
	for y := range 4 {
		for x := range 6 {
			if got, want := out.YCbCrAt(x, y), in.YCbCrAt(x+4, y+2); got != want {
				t.Fatalf("%d,%d: %v, want %v", x, y, got, want)
			}
		}
	}
	for _, r := range []v4l2.Rectangle{{}, {Left: -1, Width: 4, Height: 4}, {Width: 17, Height: 8}, {Top: 7, Width: 2, Height: 2}} {
		if err := extract(&out, buffer, l, r); err != nil || out.Rect != in.Rect {
			t.Errorf("%+v: %v %v", r, out.Rect, err)
		}
	}
}

func TestBuffersThatAreTooSmall(t *testing.T) {
	l := format(v4l2.YU12, 16, 8, 16)
	small := make([]byte, layoutOf(l).size()-1)
	if _, err := fill(small, l, shades(16, 8, image.YCbCrSubsampleRatio420)); err == nil {
		t.Error("filled")
	}
	if err := extract(new(Picture), small, l, v4l2.Rectangle{}); err == nil {
		t.Error("extracted")
	}
	if _, err := fill(make([]byte, 1000), l, shades(16, 8, image.YCbCrSubsampleRatio444)); err == nil {
		t.Error("4:4:4 is taken")
	}
}
