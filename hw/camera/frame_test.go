package camera

import (
	"image"
	"testing"
	"time"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// colour is what the test picture has at a pixel; colours hold for 2 by 2.
func colour(x, y int) (Y, cb, cr uint8) {
	return uint8(16 + 7*x + 31*y), uint8(100 + 5*(x/2) + 11*(y/2)), uint8(30 + 13*(x/2) + 3*(y/2))
}

// picture makes the test picture in a raw format, with lines that are longer
// than they have to be.
func picture(format v4l2.FourCC, w, h int) *Frame {
	m := Mode{Format: format, Width: w, Height: h}
	m.Stride = m.minStride() + 8
	f := &Frame{Mode: m, Data: make([]byte, m.size())}
	for y := range h {
		for x := range w {
			f.put(x, y)
		}
	}
	return f
}

// put sets a pixel, as the documentation of the formats has it.
func (f *Frame) put(x, y int) {
	Y, cb, cr := colour(x, y)
	line := f.Data[y*f.Stride:]
	planes := f.Data[f.Stride*f.Height:]
	switch f.Format {
	case v4l2.YUYV:
		line[2*x], line[x/2*4+1], line[x/2*4+3] = Y, cb, cr
	case v4l2.UYVY:
		line[2*x+1], line[x/2*4], line[x/2*4+2] = Y, cb, cr
	case v4l2.NV12:
		line[x], planes[y/2*f.Stride+x/2*2], planes[y/2*f.Stride+x/2*2+1] = Y, cb, cr
	case v4l2.YU12:
		line[x], planes[y/2*f.Stride/2+x/2], planes[(f.Height+1)/2*f.Stride/2+y/2*f.Stride/2+x/2] = Y, cb, cr
	}
}

// compare looks at each pixel of p; from tells which of the test picture it is.
func compare(t *testing.T, p *image.YCbCr, from func(x, y int) (int, int)) {
	t.Helper()
	for y := range p.Rect.Dy() {
		for x := range p.Rect.Dx() {
			got := p.YCbCrAt(x, y)
			if Y, cb, cr := colour(from(x, y)); got.Y != Y || got.Cb != cb || got.Cr != cr {
				t.Fatalf("%v: pixel %d,%d is %v, want %v", p.Rect, x, y, got, []uint8{Y, cb, cr})
			}
		}
	}
}

func same(x, y int) (int, int) { return x, y }

func TestPictures(t *testing.T) {
	for _, format := range raws {
		for _, size := range []image.Point{{8, 6}, {7, 5}, {1, 1}, {2, 3}} {
			p, err := picture(format, size.X, size.Y).YCbCr()
			if err != nil {
				t.Fatal(err)
			}
			if p.Rect.Size() != size {
				t.Errorf("%v: %v", format, p.Rect)
			}
			compare(t, p, same)
		}
	}
}

// TestTurns: each turn, told by where a pixel of the upright picture comes
// from, in all formats.
func TestTurns(t *testing.T) {
	const w, h = 8, 6
	tests := []struct {
		turn Turn
		from func(x, y int) (int, int)
	}{
		{Turn{0, true}, func(x, y int) (int, int) { return w - 1 - x, y }},
		{Turn{1, false}, func(x, y int) (int, int) { return y, h - 1 - x }},
		{Turn{2, false}, func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }},
		{Turn{3, false}, func(x, y int) (int, int) { return w - 1 - y, x }},
		{Turn{1, true}, func(x, y int) (int, int) { return w - 1 - y, h - 1 - x }},
		{Turn{2, true}, func(x, y int) (int, int) { return x, h - 1 - y }},
		{Turn{3, true}, func(x, y int) (int, int) { return y, x }},
	}
	for _, tt := range tests {
		for _, format := range raws {
			f := picture(format, w, h)
			f.Turn = tt.turn
			p, err := f.YCbCr()
			if err != nil {
				t.Fatal(err)
			}
			t.Run(format.String()+" "+tt.turn.String(), func(t *testing.T) { compare(t, p, tt.from) })
		}
	}
}

func TestPicturesThatDontFit(t *testing.T) {
	for _, format := range raws {
		for _, spoil := range []func(*Frame){
			func(f *Frame) { f.Data = f.Data[:len(f.Data)-1] },
			func(f *Frame) { f.Data = nil },
			func(f *Frame) { f.Stride = 1 },
			func(f *Frame) { f.Width = 0 },
			func(f *Frame) { f.Height = -1 },
		} {
			f := picture(format, 8, 6)
			spoil(f)
			if _, err := f.YCbCr(); err == nil {
				t.Errorf("%v %d bytes is a picture", f.Mode, len(f.Data))
			}
		}
	}
	jpeg := &Frame{Mode: Mode{Format: v4l2.MJPEG, Width: 8, Height: 8}, Data: make([]byte, 100)}
	if _, err := jpeg.YCbCr(); err == nil || !jpeg.JPEG() {
		t.Error("JPEG is looked at as if it were raw")
	}
}

// TestPicturesAllocateOnce: a Frame keeps what it needs.
func TestPicturesAllocateOnce(t *testing.T) {
	for _, format := range raws {
		f := picture(format, 64, 48)
		f.Turn = Turn{Quarters: 1}
		if n := testing.AllocsPerRun(10, func() { _, _ = f.YCbCr() }); n != 0 {
			t.Errorf("%v: %g allocations", format, n)
		}
	}
}

func TestModeString(t *testing.T) {
	m := Mode{Format: v4l2.YUYV, Width: 320, Height: 240, Interval: 40 * time.Millisecond}
	if got := m.String(); got != "YUYV 320x240, 25 frames/s" {
		t.Error(got)
	}
}

// The rates are those of the bytes that come from the camera, 320 by 240.
func BenchmarkYUYV(b *testing.B)       { benchmark(b, v4l2.YUYV, Turn{}) }
func BenchmarkNV12(b *testing.B)       { benchmark(b, v4l2.NV12, Turn{}) }
func BenchmarkYUYVTurned(b *testing.B) { benchmark(b, v4l2.YUYV, Turn{Quarters: 1}) }

func benchmark(b *testing.B, format v4l2.FourCC, turn Turn) {
	f := picture(format, 320, 240)
	f.Turn = turn
	b.SetBytes(int64(len(f.Data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.YCbCr(); err != nil {
			b.Fatal(err)
		}
	}
}
