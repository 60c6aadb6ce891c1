package phone

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/cmd/internal/config"
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
