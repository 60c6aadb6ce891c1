package cameratest

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/hw/camera"
)

func TestCamera(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device := &Camera{}
		device.Refuse(camera.ErrBusy)
		if _, err := device.Open(camera.Config{}); !errors.Is(err, camera.ErrBusy) {
			t.Fatalf("refused camera: %v", err)
		}
		device.Refuse(nil)
		c, err := device.Open(camera.Config{Width: 2, Height: 1, Rate: 10})
		if err != nil {
			t.Fatal(err)
		}
		device.Show([]byte{1, 2, 3, 4}, nil, []byte{5, 6, 7, 8})
		begin := time.Now()
		var f camera.Frame
		for i, want := range []struct {
			first byte
			at    time.Duration
		}{{1, 100}, {5, 300}, {5, 400}} {
			if err := c.Read(&f); err != nil || f.Data[0] != want.first {
				t.Fatalf("frame %d: %v %v", i, f.Data, err)
			}
			if at := want.at * time.Millisecond; f.Time != at || time.Since(begin) != at {
				t.Errorf("frame %d at %v, after %v", i, f.Time, time.Since(begin))
			}
		}
		device.Unplug()
		if err := c.Read(&f); !errors.Is(err, camera.ErrLost) {
			t.Errorf("unplugged: %v", err)
		}
		if _, err := device.Open(camera.Config{}); !errors.Is(err, camera.ErrNotFound) {
			t.Errorf("open without a camera: %v", err)
		}
		if err := c.Close(); err != nil || device.Opened() != 0 {
			t.Errorf("close: %v, still open: %d", err, device.Opened())
		}
		device.Plug()
		device.Show(nil, grey(camera.Mode{Stride: 640, Height: 240}))
		if c, err = device.Open(camera.Config{}); err != nil {
			t.Fatal(err)
		}
		if err := c.Read(&f); err != nil {
			t.Error(err)
		}
		if p, err := f.YCbCr(); err != nil || p.Rect.Dx() != 320 || p.Y[0] != 128 {
			t.Errorf("grey: %v", err)
		}
		c.Close()
	})
}
