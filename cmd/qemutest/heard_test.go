package qemutest

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/imsphone/imsphone/media/tone"
)

// TestHeard: a tone counts from when it has settled to its end, also in a
// recording whose header lags behind.
func TestHeard(t *testing.T) {
	const rate = 8000
	pcm := make([]int16, 7*rate)
	tone.Sine(rate, 443).Fill(pcm[rate : 6*rate])
	clear(pcm[2*rate : 2*rate+rate/10]) // it isn't whole before
	path := filepath.Join(t.TempDir(), "heard.wav")
	b := make([]byte, wavHeader)
	binary.LittleEndian.PutUint32(b[24:], rate)
	for _, s := range pcm {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	f := &Far{recorded: path}
	for settle, gaps := range map[time.Duration]int{0: 1, 2 * time.Second: 0} {
		h, err := f.Heard(443, settle)
		if want := (5*time.Second - settle).Seconds(); err != nil || h.Gaps != gaps || h.Seconds < want-0.2 {
			t.Errorf("without %v: %+v, %v", settle, h, err)
		}
	}
	if h, err := f.Heard(443, time.Minute); err != nil || h.Seconds != 0 {
		t.Errorf("without all of it: %+v, %v", h, err)
	}
	if _, err := (&Far{recorded: path + "x"}).Heard(443, 0); err == nil {
		t.Error("nothing was recorded")
	}
}
