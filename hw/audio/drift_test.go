package audio

import (
	"cmp"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// settle gives a drift that has seen its first window, of a level that is aimed at.
func settle(level float64) *drift {
	d := new(drift)
	for range driftWindow {
		d.step(level, driftTarget)
	}
	return d
}

// TestDriftStep holds what the controller makes of a level that stays.
func TestDriftStep(t *testing.T) {
	const low, high = driftTarget - driftBand, driftTarget + driftBand
	for _, test := range []struct {
		name    string
		level   float64
		windows int
		want    float64 // ppm
	}{
		{"where it settled", driftTarget, 100, 0},
		{"near the band's lower end", low + 0.01, 100, 0},
		{"near its upper end", high - 0.01, 100, 0},
		{"half a period too long at first", high + 0.5, 1, (driftP + driftI) / 2},
		{"for long", high + 0.5, 100, maxDrift},
		{"far too long", 10, 1, maxDrift},
		{"half a period too short at first", low - 0.5, 1, -(driftP + driftI) / 2},
		{"for long", low - 0.5, 100, -maxDrift},
	} {
		d := settle(driftTarget)
		for i := range test.windows * driftWindow {
			ppm := d.step(test.level, driftTarget)
			if i < driftWindow-1 && ppm != 0 {
				t.Fatalf("%s: %g ppm after %d levels of evidence", test.name, ppm, i+1)
			}
		}
		if off := math.Abs(d.ppm - test.want); off > 0.1 || test.want == 0 && off > 0 {
			t.Errorf("%s: %g ppm, want %g", test.name, d.ppm, test.want)
		}
	}
}

// TestDriftSettles: a queue stays where it has begun, unless that is below its
// target, or so high that the delay would be heard.
func TestDriftSettles(t *testing.T) {
	for _, test := range []struct {
		level float64
		sign  int // of the correction
	}{{driftTarget - 0.5, -1}, {driftTarget, 0}, {driftTarget + driftSlack, 0}, {driftTarget + driftSlack + 0.5, 1}} {
		d := settle(test.level)
		if sign := cmp.Compare(d.ppm, 0); sign != test.sign {
			t.Errorf("%.1f periods are corrected by %g ppm", test.level, d.ppm)
		}
	}
}

// TestDriftLateWrites: writes that come late, most of them and by any time, are no
// drift.
func TestDriftLateWrites(t *testing.T) {
	var d drift
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 * driftWindow {
		late := 0.0
		if random.IntN(4) > 0 {
			late = min(random.ExpFloat64(), driftTarget)
		}
		if ppm := d.step(driftTarget+0.1*random.Float64()-late, driftTarget); ppm != 0 {
			t.Fatalf("%g ppm", ppm)
		}
	}
}

// TestDriftLearns: whatever the difference of the clocks is, it is learned
// without a swing.
func TestDriftLearns(t *testing.T) {
	for _, ppm := range []float64{-400, -200, -5, 0, 5, 200, 400} {
		var d drift
		level, low, high := driftTarget, driftTarget, driftTarget
		for range int(30 * time.Minute / (20 * time.Millisecond)) {
			level += (ppm - d.step(level, driftTarget)) / 1e6
			low, high = min(low, level), max(high, level)
		}
		if low < 1 || high > driftTarget+driftSlack || math.Abs(d.ppm-ppm) > 20 {
			t.Errorf("%g ppm: corrected by %g, from %.2f to %.2f periods", ppm, d.ppm, low, high)
		}
	}
}

// TestDriftAfterStall: sound that piled up while the machine stood still is
// played a little faster until the delay is gone, and what was learned stays.
func TestDriftAfterStall(t *testing.T) {
	d := settle(driftTarget)
	d.learned = 100
	d.unsettle()
	if d.ppm != 100 {
		t.Errorf("100 ppm became %g", d.ppm)
	}
	level := driftTarget + driftSlack + 1
	for range int(3 * time.Minute / (20 * time.Millisecond)) {
		level += (100 - d.step(level, driftTarget)) / 1e6
	}
	if level > driftTarget+driftSlack+driftBand+0.1 {
		t.Errorf("after three minutes %.2f periods wait", level)
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
		if level := out.level(); level > driftTarget+driftSlack+1 {
			t.Fatalf("%.1f periods wait", level)
		}
	}
	return s.Stats()
}

// TestDrift: half an hour of two clocks costs not one period, and the delay stays.
// In short mode six minutes must do, by when the drift is learned: without a
// floating-point unit an hour takes minutes.
func TestDrift(t *testing.T) {
	length := 30 * time.Minute
	if testing.Short() {
		length = 6 * time.Minute
	}
	for _, test := range []struct {
		mic, speaker float64
		length       time.Duration
	}{{0, 0, time.Minute}, {200, -200, length}, {-200, 200, length}} {
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
