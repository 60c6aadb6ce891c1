package bars

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"
)

// What was drawn is read, also after strong compression.
func TestRead(t *testing.T) {
	for _, size := range []image.Point{{96, 96}, {160, 120}, {322, 242}} {
		for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio422} {
			m := image.NewYCbCr(image.Rectangle{Max: size}, ratio)
			for _, count := range []int{0, 1, 0x55555, 0xAAAAA, MaxCount - 1} {
				Draw(m, 5, count)
				wantCode(t, m, 5, count)
				wantCode(t, compressed(t, m, 10), 5, count)
			}
		}
	}
}

func wantCode(t *testing.T, m *image.YCbCr, source uint8, count int) {
	t.Helper()
	if s, n, ok := Read(m); !ok || s != source || n != count {
		t.Errorf("%v %v: read %d of source %d (%v), want %d of %d", m.Rect.Max, m.SubsampleRatio, n, s, ok, count, source)
	}
}

func compressed(t *testing.T, m *image.YCbCr, quality int) *image.YCbCr {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	got, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return got.(*image.YCbCr)
}

// A picture without a code isn't taken for one.
func TestReadNothing(t *testing.T) {
	for _, size := range []image.Point{{4, 4}, {320, 240}} {
		if _, n, ok := Read(image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)); ok {
			t.Errorf("an empty picture of %v has the count %d", size, n)
		}
	}
}
