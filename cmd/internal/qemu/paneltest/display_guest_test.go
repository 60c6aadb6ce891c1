//go:build guest

package paneltest

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/cmd/internal/qemu/qmp"
	"github.com/imsphone/imsphone/hw/display"
)

// picture is unlike itself from all sides, and in each colour.
func picture(w, h, salt int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{byte(x + salt), byte(y), byte(x*y/(w/4) + salt), 255})
		}
	}
	return img
}

// turn turns a picture clockwise by a multiple of 90 degrees.
func turn(img *image.RGBA, rotate int) *image.RGBA {
	for ; rotate > 0; rotate -= 90 {
		w, h := img.Rect.Dx(), img.Rect.Dy()
		out := image.NewRGBA(image.Rect(0, 0, h, w))
		for y := range h {
			for x := range w {
				copy(out.Pix[out.PixOffset(h-1-y, x):][:4], img.Pix[img.PixOffset(x, y):])
			}
		}
		img = out
	}
	return img
}

// draws shows a picture, then another part of it, and holds what is seen
// against it.
func draws(t *testing.T, m *qmp.Client, p display.Panel, device string, rotate int) {
	t.Helper()
	w, h := p.Size()
	seen := picture(w, h, 0)
	for i, part := range []image.Rectangle{seen.Rect, image.Rect(13, 7, 112, 200), image.Rect(w-1, h-1, w, h), image.Rect(0, h/2, w, h)} {
		next := picture(w, h, 40*i)
		for y := part.Min.Y; y < part.Max.Y; y++ {
			for x := part.Min.X; x < part.Max.X; x++ {
				seen.SetRGBA(x, y, next.RGBAAt(x, y))
			}
		}
		if err := p.Draw(seen, part); err != nil {
			t.Fatal(err)
		}
		shows(t, m, device, fmt.Sprintf("part %v at %d degrees", part, rotate), turn(seen, rotate))
	}
}

func shows(t *testing.T, m *qmp.Client, device, what string, want *image.RGBA) {
	t.Helper()
	eventually(t, what+" is seen on "+device, func() bool {
		got := screen(t, m, device)
		return got.Rect == want.Rect && bytes.Equal(got.Pix, want.Pix)
	})
}

func open(t *testing.T, cfg display.Config) display.Panel {
	t.Helper()
	p, err := display.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v", p)
	return p
}

// TestAuto finds the screen that the guest has, by mode setting.
func TestAuto(t *testing.T) {
	p := open(t, display.Config{})
	defer p.Close()
	if w, h := p.Size(); w != width || h != height || !strings.Contains(p.String(), "/dev/dri/card") {
		t.Errorf("%d x %d: %v", w, h, p)
	}
}

// TestModeSetting draws on a driver that copies (virtio_gpu), and on one that
// scans two buffers in turn (bochs).
func TestModeSetting(t *testing.T) {
	m := machine(t)
	for driver, rotations := range map[string][]int{"virtio_gpu": {0, 90, 180, 270}, "bochs-drm": {0, 90}} {
		node := card(t, driver)
		for _, rotate := range rotations {
			p := open(t, display.Config{Device: node, Rotate: rotate})
			if !strings.Contains(p.String(), driver) {
				t.Errorf("%v isn't on %s", p, driver)
			}
			draws(t, m, p, driver, rotate)
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// card finds the node of a driver's card.
func card(t *testing.T, driver string) string {
	t.Helper()
	cards, _ := filepath.Glob("/sys/class/drm/card?")
	for _, c := range cards {
		if target, err := os.Readlink(filepath.Join(c, "device", "driver")); err == nil && filepath.Base(target) == driver {
			return filepath.Join("/dev/dri", filepath.Base(c))
		}
		// virtio's device is one below the card's.
		if nested, _ := filepath.Glob(filepath.Join(c, "device", "virtio*")); len(nested) > 0 && driver == "virtio_gpu" {
			return filepath.Join("/dev/dri", filepath.Base(c))
		}
	}
	t.Fatalf("there is no card of %s among %q", driver, cards)
	return ""
}

// TestFramebuffer draws on the older device, which the kernel copies from.
func TestFramebuffer(t *testing.T) {
	m := machine(t)
	for _, rotate := range []int{0, 270} {
		p := open(t, display.Config{Device: "/dev/fb0", Rotate: rotate})
		draws(t, m, p, "virtio_gpu", rotate)
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestDark: what is drawn while the screen is off is seen afterwards.
func TestDark(t *testing.T) {
	m := machine(t)
	for _, driver := range []string{"virtio_gpu", "bochs-drm"} {
		p := open(t, display.Config{Device: card(t, driver)})
		w, h := p.Size()
		img := picture(w, h, 0)
		for _, step := range []func() error{
			func() error { return p.Draw(img, img.Rect) },
			func() error { return p.Backlight(false) },
			func() error { img = picture(w, h, 99); return p.Draw(img, img.Rect) },
			func() error { return p.Draw(img, image.Rect(0, 0, 5, 5)) },
			func() error { return p.Backlight(true) },
		} {
			if err := step(); err != nil {
				t.Fatalf("%s: %v", driver, err)
			}
		}
		shows(t, m, driver, "what was drawn in the dark", img)
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestStaysDark: news of a screen, which is still the same one, doesn't light it.
func TestStaysDark(t *testing.T) {
	for _, driver := range []string{"virtio_gpu", "bochs-drm"} {
		node := card(t, driver)
		p := open(t, display.Config{Device: node})
		power := func(want string) {
			t.Helper()
			states, _ := filepath.Glob("/sys/class/drm/" + filepath.Base(node) + "-*/dpms")
			if len(states) != 1 {
				t.Fatalf("%s has the screens %q", driver, states)
			}
			if got, err := os.ReadFile(states[0]); strings.TrimSpace(string(got)) != want {
				t.Errorf("%s is %s, want %s (%v)", driver, got, want, err)
			}
		}
		for _, on := range []bool{true, false} {
			if err := p.Backlight(on); err != nil {
				t.Fatal(err)
			}
			if changed, err := p.Remode(); changed || err != nil {
				t.Errorf("%s: no news: %v, %v", driver, changed, err)
			}
			power(map[bool]string{true: "On", false: "Off"}[on])
		}
		if err := p.Backlight(true); err != nil {
			t.Error(err)
		}
		power("On")
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestUnplugged: a screen is taken away and plugged in again, ten times.
func TestUnplugged(t *testing.T) {
	m := machine(t)
	node := card(t, "virtio_gpu")
	status := "/sys/class/drm/" + filepath.Base(node) + "-Virtual-1/status"
	plug := func(state string) {
		if err := os.WriteFile(status, []byte(state), 0); err != nil {
			t.Fatal(err)
		}
	}
	defer plug("detect")
	p := open(t, display.Config{Device: node})
	defer p.Close()
	img := picture(width, height, 0)
	for i := range 10 {
		plug("off")
		if changed, err := p.Remode(); !changed || !errors.Is(err, display.ErrNoScreen) {
			t.Fatalf("unplugged: %v, %v", changed, err)
		}
		if err := p.Draw(img, img.Rect); !errors.Is(err, display.ErrNoScreen) {
			t.Fatalf("Draw without a screen: %v", err)
		}
		plug("detect")
		if changed, err := p.Remode(); !changed || err != nil {
			t.Fatalf("plugged in: %v, %v", changed, err)
		}
		if changed, err := p.Remode(); changed || err != nil {
			t.Fatalf("no news: %v, %v", changed, err)
		}
		img = picture(width, height, i)
		if err := p.Draw(img, img.Rect); err != nil {
			t.Fatal(err)
		}
	}
	shows(t, m, "virtio_gpu", "the picture after the last time", img)
}

// TestBusy: two can't have the screen.
func TestBusy(t *testing.T) {
	node := card(t, "virtio_gpu")
	p := open(t, display.Config{Device: node})
	defer p.Close()
	if q, err := display.Open(display.Config{Device: node}); !errors.Is(err, display.ErrBusy) {
		t.Errorf("got %v, %v", q, err)
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, node := range []string{"/dev/dri/card0", "/dev/fb0"} {
		b.Run(node, func(b *testing.B) {
			p, err := display.Open(display.Config{Device: node})
			if err != nil {
				b.Skip(err)
			}
			defer p.Close()
			w, h := p.Size()
			img := picture(w, h, 0)
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Draw(img, img.Rect); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
