package raster

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/screentest"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

var sizes = []image.Point{{X: 320, Y: 240}, {X: 480, Y: 640}}

// painted draws a scene, with pictures where it has some.
func painted(t testing.TB, s screentest.Scene, size image.Point) *Painter {
	t.Helper()
	p, err := New(size)
	if err != nil {
		t.Fatal(err)
	}
	p.Far(screentest.Picture(320, 240))
	p.Own(screentest.Picture(160, 120))
	p.Paint(screen.Arrange(s.Core(size).View(), size))
	return p
}

// TestGolden compares every scene at both sizes, to the pixel.
func TestGolden(t *testing.T) {
	for _, size := range sizes {
		for _, s := range screentest.Scenes() {
			name := fmt.Sprintf("%s-%dx%d", s.Name, size.X, size.Y)
			t.Run(name, func(t *testing.T) {
				path := filepath.Join("testdata", name+".png")
				got := painted(t, s, size).Image()
				if *update {
					writePNG(t, path, got)
				}
				want := readPNG(t, path)
				for i := range want.Pix {
					if want.Pix[i] != got.Pix[i] {
						t.Fatalf("the pixel %d,%d differs: run with -update and look at the difference", i/4%size.X, i/4/size.X)
					}
				}
			})
		}
	}
}

func writePNG(t *testing.T, path string, m image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readPNG(t *testing.T, path string) *image.RGBA {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	rgba := image.NewRGBA(m.Bounds())
	for y := range rgba.Rect.Dy() {
		for x := range rgba.Rect.Dx() {
			rgba.Set(x, y, m.At(x, y))
		}
	}
	return rgba
}
