package phone

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/media/bars"
	"github.com/imsphone/imsphone/media/video"
)

// The cameras without a device keep their pace and count.
func TestFakeCamera(t *testing.T) {
	wish := actors.VideoWish{Width: 160, Height: 120, Rate: 10}
	synctest.Test(t, func(t *testing.T) {
		port := videoPort{cfg: config.Video{Camera: "fake:bars=7"}}
		camera, err := port.OpenCamera(wish)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		var f video.Frame
		for want := range 20 {
			if err := camera.Read(&f); err != nil {
				t.Fatal(err)
			}
			if source, count, ok := bars.Read(f.Raw); !ok || source != 7 || count != want {
				t.Errorf("picture %d of source %d, want %d of 7", count, source, want)
			}
		}
		if took := time.Since(begin); took != 2*time.Second || !f.Captured.Equal(time.Now()) {
			t.Errorf("20 pictures took %v", took)
		}
		blank := port.Blank(wish)
		if err := blank.Read(&f); err != nil || f.Raw.Y[0] != 128 {
			t.Errorf("a blank picture: %v", err)
		}
		camera.Close()
		blank.Close()
		if err := camera.Read(&f); err == nil {
			t.Error("a closed camera sees")
		}
	})
}

func TestCameraNames(t *testing.T) {
	for name, want := range map[string]string{
		"none":          "video.camera is \"none\": the far end sees a blank picture",
		"fake:tone":     "video.camera \"fake:tone\": write fake:bars, or fake:bars=N with N up to 15",
		"fake:bars=16":  "video.camera \"fake:bars=16\": write fake:bars, or fake:bars=N with N up to 15",
		"fake:bars=one": "video.camera \"fake:bars=one\": write fake:bars, or fake:bars=N with N up to 15",
	} {
		if _, err := (videoPort{cfg: config.Video{Camera: name}}).OpenCamera(actors.VideoWish{Width: 96, Height: 96, Rate: 1}); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
