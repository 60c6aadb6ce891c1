package peertest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestToneTime(t *testing.T) {
	silence := make([]int16, 8000)
	mixed := Tone(8000, 440, time.Second)
	for i, x := range Tone(8000, 1000, time.Second) {
		mixed[i] = mixed[i]/2 + x/2
	}
	for name, c := range map[string]struct {
		samples        []int16
		total, longest time.Duration
	}{
		"the tone":      {Tone(8000, 440, 2*time.Second), 2 * time.Second, 2 * time.Second},
		"silence":       {silence, 0, 0},
		"another tone":  {Tone(8000, 1000, time.Second), 0, 0},
		"two at a time": {mixed, 0, 0},
		"with a gap":    {append(append(Tone(8000, 440, time.Second), silence...), Tone(8000, 440, 2*time.Second)...), 3 * time.Second, 2 * time.Second},
		"too short":     {Tone(8000, 440, time.Second)[:100], 0, 0},
	} {
		total, longest := ToneTime(WAV{8000, c.samples}, 440)
		if total != c.total || longest != c.longest {
			t.Errorf("%s: %v in all, %v in one piece; want %v, %v", name, total, longest, c.total, c.longest)
		}
	}
}

func TestWAVReadsWhatItWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.wav")
	want := WAV{16000, Tone(16000, 500, time.Second)}
	if err := WriteWAV(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadWAV(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestAFileJustMadeIsSilence: the header comes a moment after the file.
func TestAFileJustMadeIsSilence(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.wav")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := ReadWAV(path)
	if err != nil {
		t.Fatal(err)
	}
	if total, _ := ToneTime(got, 440); total != 0 {
		t.Errorf("%v of a tone", total)
	}
}
