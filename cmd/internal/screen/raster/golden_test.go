package raster

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/screentest"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

var sizes = []image.Point{{X: 320, Y: 240}, {X: 480, Y: 640}}

// slack is by how much a channel may differ. Compilers for arm64 fuse the
// multiplications and additions by which x/image places the points of a letter,
// and so a rim may be a shade off; all other machines agree to the bit. A letter
// that has moved differs by far more.
var slack = map[string]int{"arm64": 4}[runtime.GOARCH]

// painter gives one that has pictures to show.
func painter(t testing.TB, size image.Point) *Painter {
	t.Helper()
	p, err := New(size)
	if err != nil {
		t.Fatal(err)
	}
	p.Far(screentest.Picture(320, 240))
	p.Own(screentest.Picture(160, 120))
	return p
}

func items(s screentest.Scene, size image.Point) []screen.Item {
	return screen.Arrange(s.Core(size).View(), size)
}

// TestGolden compares every scene at both sizes, to the pixel. One painter draws
// all of a size, so that whatever it leaves of the scene before is seen, too.
func TestGolden(t *testing.T) {
	for _, size := range sizes {
		p := painter(t, size)
		for _, s := range screentest.Scenes() {
			name := fmt.Sprintf("%s-%dx%d", s.Name, size.X, size.Y)
			t.Run(name, func(t *testing.T) {
				path := filepath.Join("testdata", name+".png")
				p.Paint(items(s, size))
				got := p.Image()
				if *update {
					writePNG(t, path, got)
				}
				want := readPNG(t, path)
				for i := range want.Pix {
					if d := int(want.Pix[i]) - int(got.Pix[i]); d > slack || d < -slack {
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
	draw.Draw(rgba, rgba.Rect, m, image.Point{}, draw.Src)
	return rgba
}
