//go:build guest

package camera

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// The guest has the kernel's test cameras (vivid), three of them: a webcam with
// its own sizes, one of any size, and one of the multi-planar interface.

// vivids gives the test cameras, in that order.
func vivids(t *testing.T) []Info {
	t.Helper()
	list, err := Cameras()
	if err != nil || len(list) < 3 || !strings.HasPrefix(list[0].Name, "vivid") {
		t.Fatalf("cameras: %+v, %v: this test runs in a guest with vivid, as `make guest-camera` has it", list, err)
	}
	return list
}

func mustOpen(t *testing.T, cfg Config) Camera {
	t.Helper()
	c, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, c) })
	return c
}

// shut closes c and waits until its driver has let go, which takes longer in an
// emulated machine than a call would wait for it.
func shut(t *testing.T, c Camera) {
	t.Helper()
	if err := c.Close(); err != nil && !errors.Is(err, ErrStuck) {
		t.Errorf("close: %v", err)
	}
	<-c.(*capture).ended
}

// bars are the colours of vivid's picture from left to right: its bits are
// red, green and blue.
var bars = [8]int{0b111, 0b110, 0b011, 0b010, 0b101, 0b100, 0b001, 0b000}

// checkBars looks at the middle of each colour bar, near the lower end.
func checkBars(t *testing.T, p *image.YCbCr) {
	t.Helper()
	size := p.Rect.Size()
	for i, want := range bars {
		r, g, b, _ := p.At(size.X*(2*i+1)/16, size.Y*9/10).RGBA()
		got := 0
		for _, v := range []uint32{r, g, b} {
			got <<= 1
			if v > 0x6000 {
				got |= 1
			}
		}
		if got != want {
			t.Errorf("bar %d: %03b (%x %x %x), want %03b", i, got, r>>8, g>>8, b>>8, want)
		}
	}
}

// TestVivid reads every format that vivid and we have in common, at several
// sizes, from each kind of camera.
func TestVivid(t *testing.T) {
	cameras := vivids(t)
	for _, format := range []v4l2.FourCC{v4l2.YUYV, v4l2.UYVY, v4l2.NV12, v4l2.YU12} {
		for i, size := range []image.Point{{640, 360}, {320, 240}, {324, 242}} {
			t.Run(fmt.Sprint(format, " ", size.X, "x", size.Y), func(t *testing.T) {
				c := mustOpen(t, Config{Device: cameras[i].Path, Width: size.X, Height: size.Y, Format: format, Rate: 25})
				if m := c.Mode(); m.Format != format || m.Width != size.X || m.Height != size.Y {
					t.Fatalf("mode %v", m)
				}
				checkFrames(t, c)
			})
		}
	}
}

// checkFrames reads ten frames: the bars stay, the counter above them moves.
func checkFrames(t *testing.T, c Camera) {
	t.Helper()
	var f Frame
	var before []byte
	for range 10 {
		last := f.Time
		if err := c.Read(&f); err != nil {
			t.Fatal(err)
		}
		p, err := f.YCbCr()
		if err != nil {
			t.Fatal(err)
		}
		checkBars(t, p)
		if f.Time <= last {
			t.Errorf("time %v after %v", f.Time, last)
		}
		if bytes.Equal(before, p.Y) {
			t.Error("the same picture twice")
		}
		before = append(before[:0], p.Y...)
	}
}

// TestByName opens each camera by what `imsphone devices` says of it.
func TestByName(t *testing.T) {
	for _, camera := range vivids(t) {
		for _, name := range []string{camera.Name, camera.Bus, camera.Path} {
			c := mustOpen(t, Config{Device: name})
			if err := c.Read(new(Frame)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			shut(t, c)
		}
	}
}

// TestNearest: the webcam has sizes of its own.
func TestNearest(t *testing.T) {
	c := mustOpen(t, Config{Device: vivids(t)[0].Path, Width: 320, Height: 240})
	if m := c.Mode(); m.Width != 640 || m.Height != 360 {
		t.Errorf("320x240 became %v", m)
	}
}

func TestTurned(t *testing.T) {
	c := mustOpen(t, Config{Device: vivids(t)[1].Path, Width: 240, Height: 320, Turn: Turn{Quarters: 1}})
	var f Frame
	if err := c.Read(&f); err != nil {
		t.Fatal(err)
	}
	p, err := f.YCbCr()
	if err != nil || p.Rect.Size() != image.Pt(240, 320) {
		t.Fatalf("%v %v", p.Rect, err)
	}
	// The bars lie now, white on top; what was below is on the left.
	for i, want := range []uint8{200, 0} {
		if got := p.YCbCrAt(24, []int{20, 300}[i]).Y; (got > 100) != (want > 100) {
			t.Errorf("luminance %d at the end %d", got, i)
		}
	}
}

// TestThousandFrames: 25 frames a second at 320 by 240, nothing allocated, and
// each frame either read or counted. (On a busy host the emulated camera itself
// leaves frames out.)
func TestThousandFrames(t *testing.T) {
	c := mustOpen(t, Config{Device: vivids(t)[1].Path, Rate: 25})
	var f Frame
	read := func() {
		if err := c.Read(&f); err != nil {
			t.Fatal(err)
		}
		if _, err := f.YCbCr(); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 { // until each place has its memory
		read()
	}
	first, begin := f.Sequence, f.Time
	if n := testing.AllocsPerRun(1000, read); n != 0 {
		t.Errorf("%g allocations a frame", n)
	}
	interval := (f.Time - begin) / time.Duration(f.Sequence-first)
	if interval < 39*time.Millisecond || interval > 41*time.Millisecond {
		t.Errorf("%v between frames, want 40 ms", interval)
	}
	t.Logf("%v, %+v, %v between frames", c.Mode(), c.Stats(), interval)
	if s := c.Stats(); s.Corrupt != 0 || s.Read+s.Late+s.Missed < uint64(f.Sequence) {
		t.Errorf("%+v of %d frames", s, f.Sequence)
	}
}

// TestRates: the rate is what was wished, by the driver's timestamps.
func TestRates(t *testing.T) {
	path := vivids(t)[0].Path
	for _, rate := range []int{5, 10, 25} {
		c := mustOpen(t, Config{Device: path, Width: 320, Height: 180, Rate: rate})
		var first, last Frame
		for i := range 11 {
			if err := c.Read(&last); err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				first.Time, first.Sequence = last.Time, last.Sequence
			}
		}
		got := (last.Time - first.Time) / time.Duration(last.Sequence-first.Sequence)
		want := time.Second / time.Duration(rate)
		if got < want*9/10 || got > want*11/10 {
			t.Errorf("%d frames/s: %v between frames", rate, got)
		}
		shut(t, c)
	}
}

func TestBusy(t *testing.T) {
	path := vivids(t)[1].Path
	mustOpen(t, Config{Device: path})
	_, err := Open(Config{Device: path})
	if !errors.Is(err, ErrBusy) {
		t.Errorf("second open: %v", err)
	}
}

func TestNoCamera(t *testing.T) {
	if _, err := Open(Config{Device: "/dev/video77"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("no node: %v", err)
	}
	if _, err := Open(Config{Device: "no such"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("no name: %v", err)
	}
	if _, err := Open(Config{Device: "/dev/null"}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("no camera: %v", err)
	}
}

// TestCloseEndsRead: at 1 frame a second, Close comes during Read.
func TestCloseEndsRead(t *testing.T) {
	c := mustOpen(t, Config{Device: vivids(t)[0].Path, Rate: 1})
	var f Frame
	if err := c.Read(&f); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- c.Read(&f) }()
	shut(t, c)
	if err := <-ended; err != nil && !errors.Is(err, ErrClosed) {
		t.Errorf("read: %v", err)
	}
	if err := c.Read(&f); !errors.Is(err, ErrClosed) {
		t.Errorf("read after close: %v", err)
	}
}

// TestUnplug pulls the cameras out while one streams, and puts them back.
func TestUnplug(t *testing.T) {
	path := vivids(t)[1].Path
	for i := range 20 {
		c := mustOpen(t, Config{Device: path})
		var f Frame
		if err := c.Read(&f); err != nil {
			t.Fatalf("round %d: %v", i, err)
		}
		drive(t, "unbind")
		for c.Read(&f) == nil { // what came before
		}
		if err := c.Read(&f); !errors.Is(err, ErrLost) {
			t.Errorf("round %d: read after unplugging: %v", i, err)
		}
		if _, err := Open(Config{Device: path}); !errors.Is(err, ErrNotFound) {
			t.Errorf("round %d: open: %v", i, err)
		}
		shut(t, c)
		drive(t, "bind")
	}
}

// drive unbinds or binds vivid's driver.
func drive(t *testing.T, what string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join("/sys/bus/platform/drivers/vivid", what), []byte("vivid.0"), 0); err != nil {
		t.Fatal(err)
	}
}
