package tone

import (
	"errors"
	"math"
	"testing"
	"time"
)

func recording(rate int, hz float64, length time.Duration) []int16 {
	pcm := make([]int16, samples(rate, length))
	Sine(rate, hz).Fill(pcm)
	return pcm
}

func noise(pcm []int16, peak int32) {
	state := uint32(1)
	for i := range pcm {
		state = state*1664525 + 1013904223
		pcm[i] = clip(int32(pcm[i]) + int32(state>>16)%(2*peak) - peak)
	}
}

func TestShareFindsTheToneAndOnlyIt(t *testing.T) {
	pcm := recording(8000, 440, 100*time.Millisecond)
	if s := Share(pcm, 8000, 440); s < 0.99 {
		t.Errorf("share of the tone %.3f", s)
	}
	if s := Share(pcm, 8000, 660); s > 0.01 {
		t.Errorf("share of another %.3f", s)
	}
	if s := Share(make([]int16, 160), 8000, 440); s != 0 {
		t.Errorf("share in silence %.3f", s)
	}
	if s := Share(nil, 8000, 440); s != 0 {
		t.Errorf("share in nothing %.3f", s)
	}
}

func TestLevel(t *testing.T) {
	for _, dbm := range []float64{3, 0, -13, -40, -60} {
		pcm := make([]int16, 1600)
		New(16000, Step{Voices: []Voice{{1000, dbm}}}).Fill(pcm)
		if l := Level(pcm, 16000, 1000); math.Abs(l-dbm) > 0.2 {
			t.Errorf("%.1f dBm0 is measured as %.1f", dbm, l)
		}
		if l := Level(pcm, 16000, 2000); l > dbm-30 {
			t.Errorf("%.1f dBm0 of another frequency", l)
		}
	}
	for _, pcm := range [][]int16{nil, make([]int16, 160)} {
		if l := Level(pcm, 8000, 1000); l != Silence {
			t.Errorf("silence at %.1f dBm0", l)
		}
	}
}

func TestListenToAWholeTone(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		for _, hz := range []float64{304, 440, 660, 1004, 2800} {
			h := Listen(recording(rate, hz, 2*time.Second), rate, hz)
			if h.Seconds != 2 || h.Gaps != 0 || h.Breaks != 0 || math.Abs(h.Frequency-hz) > 0.1 || math.Abs(h.Level+13) > 0.1 {
				t.Errorf("%v of %v Hz: %+v", hz, rate, h)
			}
		}
	}
}

func TestListenMeasuresTheFrequency(t *testing.T) {
	for _, off := range []float64{-8, -1, 0.2, 8} {
		h := Listen(recording(8000, 440+off, time.Second), 8000, 440)
		if math.Abs(h.Frequency-440-off) > 0.2 || h.Seconds != 1 || h.Breaks != 0 {
			t.Errorf("%+.1f Hz: %+v", off, h)
		}
	}
	if h := Listen(recording(8000, 480, time.Second), 8000, 440); h.Seconds != 0 || h.Level != Silence {
		t.Errorf("another tone: %+v", h)
	}
}

// cut takes n samples out of pcm, as a lost packet that nobody hides.
func cut(pcm []int16, at, n int) []int16 { return append(pcm[:at:at], pcm[at+n:]...) }

func TestListenCountsFaults(t *testing.T) {
	const rate = 8000
	silence := func(pcm []int16, at, n int) { clear(pcm[at : at+n]) }
	for _, tt := range []struct {
		name         string
		spoil        func(pcm []int16) []int16
		gaps, breaks int
	}{
		{"nothing", func(p []int16) []int16 { return p }, 0, 0},
		{"a frame of silence", func(p []int16) []int16 { silence(p, 3200, 160); return p }, 1, 0},
		{"half a frame of silence", func(p []int16) []int16 { silence(p, 3240, 80); return p }, 1, 0},
		{"a second of silence", func(p []int16) []int16 { silence(p, 3215, 8000); return p }, 1, 0},
		{"three gaps", func(p []int16) []int16 { silence(p, 3200, 160); silence(p, 4800, 160); silence(p, 8000, 160); return p }, 3, 0},
		{"2 ms of silence", func(p []int16) []int16 { silence(p, 3240, 16); return p }, 0, 1},
		{"silence at the beginning", func(p []int16) []int16 { silence(p, 0, 1234); return p }, 0, 0},
		{"silence at the end", func(p []int16) []int16 { silence(p, 14321, 16000-14321); return p }, 0, 0},
		{"a sample lost within a window", func(p []int16) []int16 { return cut(p, 3280, 1) }, 0, 1},
		{"a sample lost between windows", func(p []int16) []int16 { return cut(p, 3200, 1) }, 0, 1},
		{"a frame lost", func(p []int16) []int16 { return cut(p, 3200, 160) }, 0, 1},
		{"two samples twice", func(p []int16) []int16 { return append(p[:5002:5002], p[5000:]...) }, 0, 1},
		{"noise of −38 dB", func(p []int16) []int16 { noise(p, 77); return p }, 0, 0},
	} {
		h := Listen(tt.spoil(recording(rate, 440, 2*time.Second)), rate, 440)
		if h.Gaps != tt.gaps || h.Breaks != tt.breaks {
			t.Errorf("%s: %+v, want %d gaps and %d breaks", tt.name, h, tt.gaps, tt.breaks)
		}
	}
}

func TestListenToACadence(t *testing.T) {
	pcm := make([]int16, 8000)
	Dual(8000, 425, 0, 250*time.Millisecond, 250*time.Millisecond).Fill(pcm)
	if h := Listen(pcm, 8000, 425); h.Gaps != 1 || math.Abs(h.Seconds-0.5) > 0.05 || math.Abs(h.Level+13) > 0.3 {
		t.Errorf("%+v", h)
	}
}

func TestListenHearsNothingInNoise(t *testing.T) {
	pcm := make([]int16, 8000)
	noise(pcm, 8000)
	if h := Listen(pcm, 8000, 440); h.Seconds > 0.1 {
		t.Errorf("%+v", h)
	}
	for _, short := range [][]int16{nil, make([]int16, 159)} {
		if h := Listen(short, 8000, 440); h != (Heard{Level: Silence}) {
			t.Errorf("%+v", h)
		}
	}
	if h := Listen(pcm, 0, 440); h.Seconds != 0 {
		t.Errorf("at no rate: %+v", h)
	}
}

func TestVerdict(t *testing.T) {
	want := Expectation{Frequency: 440, Tolerance: 2, Seconds: 1.5, Level: -16, Gaps: 1, Breaks: 2}
	good := Heard{Seconds: 1.5, Frequency: 441, Level: -15, Gaps: 1, Breaks: 2}
	if err := good.Check(want); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Heard){
		"short":      func(h *Heard) { h.Seconds = 1.4 },
		"high":       func(h *Heard) { h.Frequency = 443 },
		"low":        func(h *Heard) { h.Frequency = 437 },
		"faint":      func(h *Heard) { h.Level = -17 },
		"gaps":       func(h *Heard) { h.Gaps = 2 },
		"breaks":     func(h *Heard) { h.Breaks = 3 },
		"nothing":    func(h *Heard) { *h = Heard{Level: Silence} },
		"not at all": func(h *Heard) { h.Seconds = 0 },
	} {
		h := good
		spoil(&h)
		if err := h.Check(want); !errors.Is(err, ErrNotHeard) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (Heard{}).Check(Expectation{}); err == nil {
		t.Error("nothing is enough")
	}
}
