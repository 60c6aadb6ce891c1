//go:build linux

package qemutest

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
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
	record(t, path, rate, pcm)
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

// record makes a recording with a header that tells nothing of the length, or goes
// on with it.
func record(t *testing.T, path string, rate int, pcm []int16) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		b = make([]byte, wavHeader)
		binary.LittleEndian.PutUint32(b[24:], uint32(rate))
	}
	for _, s := range pcm {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAwaitTone: only what is played from now on counts.
func TestAwaitTone(t *testing.T) {
	const rate = 8000
	pcm := make([]int16, rate/5)
	tone.Sine(rate, 443).Fill(pcm)
	path := filepath.Join(t.TempDir(), "heard.wav")
	f := &Far{recorded: path}
	record(t, path, rate, pcm)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := f.AwaitTone(ctx, 443); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it was played before: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		go func() {
			time.Sleep(time.Second)
			record(t, path, rate, pcm)
		}()
		start := time.Now()
		if err := f.AwaitTone(ctx, 443); err != nil || time.Since(start) < time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}
