package phone

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/hw/camera"
	"github.com/imsphone/imsphone/hw/camera/cameratest"
	"github.com/imsphone/imsphone/hw/v4l2"
	"github.com/imsphone/imsphone/media/bars"
	"github.com/imsphone/imsphone/media/video"
)

// yuyv packs a picture of 4:2:2.
func yuyv(m *image.YCbCr) []byte {
	var b []byte
	for i := range m.Cb {
		b = append(b, m.Y[2*i], m.Cb[i], m.Y[2*i+1], m.Cr[i])
	}
	return b
}

// What a camera sees arrives, raw or compressed, with the time of its capture;
// one that is lost says so.
func TestDeviceCamera(t *testing.T) {
	wish := actors.VideoWish{Width: 96, Height: 64, Rate: 10, JPEG: true}
	m := image.NewYCbCr(image.Rect(0, 0, wish.Width, wish.Height), image.YCbCrSubsampleRatio422)
	bars.Draw(m, 3, 33)
	var compressed bytes.Buffer
	if err := jpeg.Encode(&compressed, m, nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		mode camera.Mode
		data []byte
	}{
		"raw":  {camera.Mode{Format: v4l2.YUYV, Width: wish.Width, Height: wish.Height, Stride: 2 * wish.Width, Interval: time.Second / 10}, yuyv(m)},
		"JPEG": {camera.Mode{Format: v4l2.MJPEG, Width: wish.Width, Height: wish.Height, Interval: time.Second / 10}, compressed.Bytes()},
	} {
		synctest.Test(t, func(t *testing.T) {
			device := cameratest.Camera{Mode: c.mode}
			device.Show(c.data)
			port := videoPort{cfg: config.Video{Camera: "some"}, open: device.Open}
			cam, err := port.OpenCamera(wish)
			if err != nil {
				t.Fatal(err)
			}
			defer cam.Close()
			var f video.Frame
			var last time.Time
			for i := range 5 {
				if err := cam.Read(&f); err != nil {
					t.Fatal(err)
				}
				if i > 0 && f.Captured.Sub(last) != time.Second/10 {
					t.Errorf("%s: captured %v after the one before", name, f.Captured.Sub(last))
				}
				last = f.Captured
				picture := f.Raw
				if picture == nil {
					if picture, err = video.Decode(f.JPEG); err != nil {
						t.Fatal(err)
					}
				}
				if source, count, ok := bars.Read(picture); !ok || source != 3 || count != 33 {
					t.Errorf("%s: picture %d of source %d", name, count, source)
				}
			}
			device.Unplug()
			for err == nil {
				err = cam.Read(&f)
			}
			if !errors.Is(err, camera.ErrNotFound) && !errors.Is(err, camera.ErrLost) {
				t.Errorf("%s: unplugged: %v", name, err)
			}
		})
	}
}
