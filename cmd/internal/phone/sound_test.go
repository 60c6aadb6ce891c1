package phone

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/hw/audio"
)

// TestBuffer: as much sound may wait as the configuration says.
func TestBuffer(t *testing.T) {
	for buffer, periods := range map[int]uint64{40: 2, 80: 4, 160: 8} {
		synctest.Test(t, func(t *testing.T) {
			stream, err := newSound(config.Audio{Device: "fake:silence", Buffer: buffer}, zerolog.Nop()).Open(8000, 20*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Close()
			pcm := make([]int16, 160)
			for range periods + 1 {
				if err := stream.Write(pcm); err != nil {
					t.Fatal(err)
				}
			}
			if s := stream.(audioStream).Stats(); s.Queued != periods || s.PlaybackOverruns != 1 {
				t.Errorf("buffer = %d: %+v", buffer, s)
			}
		})
	}
}

// TestHalfASound: where one direction has no device the other one is used, and it is
// said what is missing; where neither has, nothing is opened.
func TestHalfASound(t *testing.T) {
	const none, fake = "hw:CARD=NoSuchCard", "fake:silence"
	for _, test := range []struct {
		capture, playback string
		missing           audio.Direction
		half              bool
	}{
		{none, fake, audio.Capture, true},
		{fake, none, audio.Playback, true},
		{none, none, audio.Capture, false},
	} {
		stream, err := newSound(config.Audio{Capture: test.capture, Playback: test.playback, Buffer: 40}, zerolog.Nop()).Open(8000, 20*time.Millisecond)
		if !errors.Is(err, audio.ErrNotFound) || !audio.InDirection(err, test.missing) {
			t.Errorf("%s, %s: %v", test.capture, test.playback, err)
		}
		if (stream != nil) != test.half {
			t.Errorf("%s, %s: opened: %v", test.capture, test.playback, stream)
		}
		if stream != nil {
			stream.Close()
		}
	}
}
