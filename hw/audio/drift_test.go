package audio

import (
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// TestDriftStep holds what the controller makes of a level that stays.
func TestDriftStep(t *testing.T) {
	const low, high = driftTarget - driftBand, driftTarget + driftBand
	for _, test := range []struct {
		name  string
		level float64
		steps int
		want  float64 // ppm
	}{
		{"at the target", driftTarget, 10000, 0},
		{"near the band's lower end", low + 0.01, 10000, 0},
		{"near its upper end", high - 0.01, 10000, 0},
		{"a quarter too long at first", high + 0.25, 1, 500},
		{"a quarter too long for long", high + 0.25, 100000, 500 + maxLearned},
		{"far too long", 10, 100000, maxDrift},
		{"a quarter too short at first", low - 0.25, 1, -500},
		{"a quarter too short for long", low - 0.25, 100000, -500 - maxLearned},
	} {
		var d drift
		var ppm float64
		for range test.steps {
			ppm = d.step(test.level - driftTarget)
		}
		if off := math.Abs(ppm - test.want); off > 1 || test.want == 0 && off > 0 {
			t.Errorf("%s: %g ppm, want %g", test.name, ppm, test.want)
		}
	}
}

// TestDriftLearns: whatever the difference of the clocks is, it is learned
// without a swing.
func TestDriftLearns(t *testing.T) {
	for _, ppm := range []float64{-400, -200, -5, 0, 5, 200, 400} {
		var d drift
		level, low, high := driftTarget, driftTarget, driftTarget
		for range int(10 * time.Minute / (20 * time.Millisecond)) {
			level += (ppm - d.step(level-driftTarget)) / 1e6
			low, high = min(low, level), max(high, level)
		}
		if low < 1 || high > 1.8 || math.Abs(d.ppm-ppm) > 20 {
			t.Errorf("%g ppm: corrected by %g, from %.2f to %.2f periods", ppm, d.ppm, low, high)
		}
	}
}

// TestDriftAfterStall: sound that piled up while the machine stood still is
// played a little faster until the delay is gone.
func TestDriftAfterStall(t *testing.T) {
	var d drift
	level, lowest := 3.8, 3.8
	for range int(2 * time.Minute / (20 * time.Millisecond)) {
		level -= d.step(level-driftTarget) / 1e6
		lowest = min(lowest, level)
	}
	if level > driftTarget+driftBand+0.1 || lowest < 1 {
		t.Errorf("after two minutes %.2f periods wait, and %.2f once did", level, lowest)
	}
}

// duel plays from a microphone to a speaker whose clocks are off by so many ppm
// for a while of the bubble's time.
func duel(t *testing.T, mic, speaker float64, length time.Duration) Stats {
	cfg := testConfig()
	cfg.Periods, cfg.Rate = 4, 1000 // less to compute than for a real one
	in, err := newCardSource(cfg, (&stub{}).open)
	if err != nil {
		t.Fatal(err)
	}
	out, err := newCardSink(cfg, (&stub{}).open)
	if err != nil {
		t.Fatal(err)
	}
	s := newDuplex(cfg, in, out)
	defer closeStream(t, s)
	in.begun = true
	pcm := make([]int16, cfg.frame())
	out.move(pcm) // the card plays all the time
	time.Sleep(cfg.Period * 3 / 10)
	start := time.Now()
	tick := func(ppm float64) float64 { return float64(cfg.Period) / (1 + ppm/1e6) }
	for said, heard := 0.0, 0.7*float64(cfg.Period); said < float64(length); {
		time.Sleep(time.Until(start.Add(time.Duration(min(said, heard)))))
		if heard <= said {
			out.move(pcm)
			heard += tick(speaker)
			continue
		}
		said += tick(mic)
		in.move(pcm)
		if err := s.Read(pcm); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Write(pcm); err != nil {
			t.Fatal(err)
		}
		if level := out.level(); level > 3 {
			t.Fatalf("%.1f periods wait", level)
		}
	}
	return s.Stats()
}

// TestDrift: half an hour of two clocks costs not one period, and the delay stays.
func TestDrift(t *testing.T) {
	for _, test := range []struct {
		mic, speaker float64
		length       time.Duration
	}{{0, 0, time.Minute}, {200, -200, 30 * time.Minute}, {-200, 200, 30 * time.Minute}} {
		synctest.Test(t, func(t *testing.T) {
			stats := duel(t, test.mic, test.speaker, test.length)
			if stats.Underruns != 0 || stats.PlaybackOverruns != 0 || stats.CaptureOverruns != 0 {
				t.Errorf("%g and %g ppm: %+v", test.mic, test.speaker, stats)
			}
			if got, want := float64(stats.Drift), test.mic-test.speaker; math.Abs(got-want) > 20 {
				t.Errorf("%g and %g ppm: corrected by %g", test.mic, test.speaker, got)
			}
		})
	}
}

// TestSpeed: a tone that is played faster is a tone at the other frequency and
// nothing else.
func TestSpeed(t *testing.T) {
	for _, test := range []struct{ hz, ppm float64 }{{440, 200}, {1000, -200}, {3000, 400}, {3400, -2000}, {1000, 2000}} {
		s := newSpeed()
		var got []int16
		src := make([]int16, 160)
		for n := 0; n < 16000; n += len(src) {
			for i := range src {
				src[i] = int16(math.Round(8192 * math.Sin(2*math.Pi*test.hz*float64(n+i)/8000)))
			}
			got = s.append(got, src, test.ppm)
		}
		if want := 16000 / (1 + test.ppm/1e6); math.Abs(float64(len(got))+speedReach-want) > 3 {
			t.Errorf("%g Hz, %g ppm: %d samples", test.hz, test.ppm, len(got))
		}
		if snr := toneSNR(got[200:15900], test.hz*(1+test.ppm/1e6)); snr < 60 {
			t.Errorf("%g Hz, %g ppm: %.0f dB above all else", test.hz, test.ppm, snr)
		}
	}
}

// toneSNR fits a sine of hz to pcm at 8 kHz and tells how far it lies above what
// is left, in dB.
func toneSNR(pcm []int16, hz float64) float64 {
	var cc, ss, cs, cx, sx, energy float64
	for i, v := range pcm {
		sin, cos := math.Sincos(2 * math.Pi * hz * float64(i) / 8000)
		x := float64(v)
		cc, ss, cs, cx, sx, energy = cc+cos*cos, ss+sin*sin, cs+sin*cos, cx+cos*x, sx+sin*x, energy+x*x
	}
	det := cc*ss - cs*cs
	a, b := (cx*ss-sx*cs)/det, (sx*cc-cx*cs)/det
	signal := a*cx + b*sx
	return 10 * math.Log10(signal/(energy-signal))
}

func BenchmarkSpeed(b *testing.B) {
	s, src := newSpeed(), make([]int16, 160)
	var dst []int16
	b.ReportAllocs()
	for b.Loop() {
		dst = s.append(dst[:0], src, 200)
	}
}
