package raster

import (
	"image"
	"testing"

	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/screentest"
)

// scene finds a scene by its name.
func scene(t testing.TB, name string) screentest.Scene {
	t.Helper()
	for _, s := range screentest.Scenes() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("there is no scene %q", name)
	return screentest.Scene{}
}

// BenchmarkVideo is a new picture of 320×240 with buttons and inset over it.
func BenchmarkVideo(b *testing.B) {
	size := image.Pt(480, 640)
	p := painter(b, size)
	list := items(scene(b, "video"), size)
	far, own := screentest.Picture(320, 240), screentest.Picture(160, 120)
	p.Paint(list)
	b.ReportAllocs()
	for b.Loop() {
		p.Far(far)
		p.Own(own)
		p.Paint(list)
	}
}

// BenchmarkScale is the picture alone.
func BenchmarkScale(b *testing.B) {
	size := image.Pt(480, 640)
	p := painter(b, size)
	list := items(scene(b, "video"), size)[:1]
	far := screentest.Picture(320, 240)
	b.ReportAllocs()
	for b.Loop() {
		p.Far(far)
		p.Paint(list)
	}
}

// BenchmarkSecond is what a call costs each second: another duration.
func BenchmarkSecond(b *testing.B) {
	size := image.Pt(480, 640)
	p := painter(b, size)
	v := scene(b, "in-call").Core(size).View()
	var lists [2][]screen.Item
	for i, above := range []string{"2:07", "2:08"} {
		v.Above = above
		lists[i] = screen.Arrange(v, size)
		p.Paint(lists[i])
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p.Paint(lists[i%2])
	}
}
