package camera

import (
	"testing"
	"time"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// sized makes an offer of one size, as fast as rate frames a second.
func sized(f v4l2.FourCC, w, h, rate int) offer {
	return offer{
		format:  f,
		size:    v4l2.FrameSize{Width: v4l2.Range{Min: w, Max: w, Step: 1}, Height: v4l2.Range{Min: h, Max: h, Step: 1}},
		fastest: func(int, int) time.Duration { return time.Second / time.Duration(rate) },
	}
}

func TestChoice(t *testing.T) {
	webcam := []offer{
		sized(v4l2.YUYV, 640, 480, 30), sized(v4l2.YUYV, 320, 240, 30), sized(v4l2.YUYV, 1280, 720, 5),
		sized(v4l2.MJPEG, 1280, 720, 30), sized(v4l2.MJPEG, 320, 240, 30),
	}
	ranged := []offer{{
		format:  v4l2.NV12,
		size:    v4l2.FrameSize{Width: v4l2.Range{Min: 32, Max: 2592, Step: 32}, Height: v4l2.Range{Min: 32, Max: 1944, Step: 2}},
		fastest: func(int, int) time.Duration { return 0 },
	}}
	tests := []struct {
		name   string
		cfg    Config
		offers []offer
		want   v4l2.FourCC
		w, h   int
	}{
		{"raw", Config{}, webcam, v4l2.YUYV, 320, 240},
		{"JPEG is welcome", Config{JPEG: true}, webcam, v4l2.MJPEG, 320, 240},
		{"JPEG can't be turned", Config{JPEG: true, Turn: Turn{Mirror: true}}, webcam, v4l2.YUYV, 320, 240},
		{"a portrait of a camera that lies", Config{Width: 240, Height: 320, Turn: Turn{Quarters: 1}}, webcam, v4l2.YUYV, 320, 240},
		{"too slow as raw", Config{Width: 1280, Height: 720}, webcam, v4l2.MJPEG, 1280, 720},
		{"slow is enough", Config{Width: 1280, Height: 720, Rate: 5}, webcam, v4l2.YUYV, 1280, 720},
		{"rather larger", Config{Width: 352, Height: 288}, webcam, v4l2.YUYV, 640, 480},
		{"nothing is large enough", Config{Width: 1920, Height: 1080}, webcam, v4l2.MJPEG, 1280, 720},
		{"only this format", Config{Format: v4l2.MJPEG}, webcam, v4l2.MJPEG, 320, 240},
		{"a range", Config{Width: 350, Height: 241}, ranged, v4l2.NV12, 352, 242},
		{"the common format of two", Config{}, []offer{sized(v4l2.YU12, 320, 240, 30), sized(v4l2.YUYV, 320, 240, 30)}, v4l2.YUYV, 320, 240},
		{"nothing but JPEG", Config{}, webcam[3:], v4l2.MJPEG, 320, 240},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg, err := tt.cfg.complete()
			if err != nil {
				t.Fatal(err)
			}
			got := cfg.candidates(tt.offers)[0]
			if got.format != tt.want || got.width != tt.w || got.height != tt.h {
				t.Errorf("%v %dx%d, want %v %dx%d", got.format, got.width, got.height, tt.want, tt.w, tt.h)
			}
		})
	}
}

func TestNothingKnown(t *testing.T) {
	bayer := v4l2.FourCC('B' | 'A'<<8 | '8'<<16 | '1'<<24)
	cfg, _ := Config{}.complete()
	if got := cfg.candidates([]offer{sized(bayer, 320, 240, 30)}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestBadConfig(t *testing.T) {
	for _, cfg := range []Config{{Width: -1, Height: 240}, {Width: 320}, {Width: 9000, Height: 10}, {Rate: -1}, {Rate: 1000}} {
		if _, err := cfg.complete(); err == nil {
			t.Errorf("%+v is accepted", cfg)
		}
	}
}
