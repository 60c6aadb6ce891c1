package displaytest

import (
	"errors"
	"image"
	"image/color"
	"testing"

	"github.com/imsphone/imsphone/hw/display"
)

func TestPanel(t *testing.T) {
	p := New(4, 3)
	img := image.NewRGBA(image.Rect(0, 0, 4, 3))
	img.SetRGBA(1, 1, color.RGBA{R: 9, A: 255})
	img.SetRGBA(3, 2, color.RGBA{R: 8, A: 255})
	if err := p.Draw(img, image.Rect(0, 0, 2, 2)); err != nil {
		t.Fatal(err)
	}
	if seen := p.Shown(); seen.RGBAAt(1, 1).R != 9 || seen.RGBAAt(3, 2).R != 0 {
		t.Error("more or less than what was dirty is seen")
	}
	if n, part := p.Drawn(); n != 1 || part != image.Rect(0, 0, 2, 2) {
		t.Errorf("%d, %v", n, part)
	}
	p.Unplug()
	if changed, err := p.Remode(); !changed || !errors.Is(err, display.ErrNoScreen) {
		t.Errorf("%v, %v", changed, err)
	}
	if err := p.Draw(img, img.Rect); !errors.Is(err, display.ErrNoScreen) {
		t.Errorf("Draw without a screen: %v", err)
	}
	p.Plug(8, 6)
	if changed, err := p.Remode(); !changed || err != nil {
		t.Errorf("%v, %v", changed, err)
	}
	if w, h := p.Size(); w != 8 || h != 6 {
		t.Errorf("%d x %d", w, h)
	}
	if changed, err := p.Remode(); changed || err != nil {
		t.Errorf("%v, %v", changed, err)
	}
}
