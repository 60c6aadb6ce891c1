package tone

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"
)

func TestSineIsExact(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		for _, hz := range []float64{0.5, 50, 440, 1004, 3999.5} {
			pcm := make([]int16, rate)
			New(rate, Step{Voices: []Voice{{hz, -3}}}).Fill(pcm)
			peak := math.MaxInt16 * math.Pow(10, (-3-3.14)/20)
			for i, v := range pcm {
				want := peak * math.Sin(2*math.Pi*hz*float64(i)/float64(rate))
				if math.Abs(float64(v)-want) > 2.5 {
					t.Fatalf("%d Hz of %v: sample %d is %d, want %.1f", rate, hz, i, v, want)
				}
			}
		}
	}
}

func TestFramesHaveNoSeam(t *testing.T) {
	for name, make2 := range map[string]func() *Generator{
		"sine":    func() *Generator { return Sine(8000, 440.3) },
		"dual":    func() *Generator { return Dual(8000, 350, 440, 0, 0) },
		"cadence": func() *Generator { return Dual(8000, 425, 0, 33*time.Millisecond, 21*time.Millisecond) },
	} {
		whole := make([]int16, 4800)
		make2().Fill(whole)
		for _, size := range []int{1, 7, 160, 161, 1000} {
			g := make2()
			var parts []int16
			for len(parts) < len(whole) {
				frame := make([]int16, min(size, len(whole)-len(parts)))
				g.Fill(frame)
				parts = append(parts, frame...)
			}
			if !slices.Equal(parts, whole) {
				t.Errorf("%s in frames of %d differs", name, size)
			}
		}
	}
}

// TestPhaseDoesNotDrift: after an hour, the tone is where it should be.
func TestPhaseDoesNotDrift(t *testing.T) {
	o := newOscillator(8000, Voice{Hz: 440, Level: -10})
	first := o.next()
	for range 8000*3600 - 1 {
		o.next()
	}
	// 440 whole turns a second: the step is rounded by at most 2⁻³³ of a turn.
	if d := float64(o.next() - first); math.Abs(d) > amplitude(-10)*2*math.Pi*8000*3600/(1<<33) {
		t.Errorf("off by %v", d)
	}
}

func TestLevelsThatAreTooHighClip(t *testing.T) {
	pcm := make([]int16, 800)
	New(8000, Step{Voices: []Voice{{400, 20}, {1200, 20}}}).Fill(pcm)
	for i := 1; i < len(pcm); i++ {
		// A wrap would jump from one rail to the other.
		if d := int(pcm[i]) - int(pcm[i-1]); d > 60000 || d < -60000 {
			t.Fatalf("sample %d jumps by %d", i, d)
		}
	}
}

func TestNothingToPlayIsSilence(t *testing.T) {
	for _, g := range []*Generator{New(8000), New(8000, Step{}), New(8000, Step{}, Step{})} {
		pcm := []int16{1, 2, 3}
		if g.Fill(pcm); !slices.Equal(pcm, []int16{0, 0, 0}) {
			t.Errorf("%v", pcm)
		}
	}
}

// onOff gives the lengths in milliseconds of sound and silence in turns.
func onOff(g *Generator, rate int, length time.Duration) (times []int) {
	pcm := make([]int16, rate/100)
	for n := 0; n < int(length/(10*time.Millisecond)); n++ {
		g.Fill(pcm)
		on := energy(pcm) > 0
		if (len(times)%2 == 1) == on && len(times) > 0 {
			times[len(times)-1] += 10
			continue
		}
		times = append(times, 10)
	}
	return times
}

func TestProgressTones(t *testing.T) {
	for _, tt := range []struct {
		plan, name string
		hz         []float64
		times      []int
	}{
		{"etsi", "dial", []float64{425}, []int{20000}},
		{"etsi", "ringback", []float64{425}, []int{1000, 4000, 1000, 4000, 1000, 4000, 1000, 4000}},
		{"etsi", "busy", []float64{425}, []int{500, 500, 500, 500}},
		{"etsi", "congestion", []float64{425}, []int{250, 250, 250, 250}},
		{"etsi", "waiting", []float64{425}, []int{200, 600, 200, 3000, 200, 600, 200, 3000}},
		{"us", "dial", []float64{350, 440}, []int{20000}},
		{"us", "ringback", []float64{440, 480}, []int{2000, 4000, 2000, 4000}},
		{"us", "busy", []float64{480, 620}, []int{500, 500, 500, 500}},
		{"us", "congestion", []float64{480, 620}, []int{250, 250, 250}},
		{"us", "waiting", []float64{440}, []int{300, 10000, 300}},
	} {
		for _, rate := range []int{8000, 16000} {
			g, err := Progress(rate, tt.plan, tt.name)
			if err != nil {
				t.Fatal(err)
			}
			got := onOff(g, rate, 20*time.Second)
			if len(got) < len(tt.times) || !slices.Equal(got[:len(tt.times)], tt.times) {
				t.Errorf("%s %s at %d: %v, want %v", tt.plan, tt.name, rate, got, tt.times)
			}
			g, _ = Progress(rate, tt.plan, tt.name)
			pcm := make([]int16, rate/5)
			g.Fill(pcm)
			want := -13.0
			if len(tt.hz) == 2 {
				want = -16
			}
			for _, hz := range tt.hz {
				if l := Level(pcm, rate, hz); math.Abs(l-want) > 0.5 {
					t.Errorf("%s %s: %v Hz at %.1f dBm0", tt.plan, tt.name, hz, l)
				}
			}
		}
	}
	for _, bad := range [][2]string{{"etsi", "dialtone"}, {"mars", "dial"}, {"", ""}} {
		if g, err := Progress(8000, bad[0], bad[1]); !errors.Is(err, ErrProgress) || g != nil {
			t.Errorf("%q: %v, %v", bad, g, err)
		}
	}
}

// TestATonesBeginIsSmooth: each time it comes on, a tone begins at zero.
func TestATonesBeginIsSmooth(t *testing.T) {
	g, pcm := Dual(8000, 425, 0, 10*time.Millisecond, 10*time.Millisecond), make([]int16, 160)
	for range 5 {
		if g.Fill(pcm); pcm[0] != 0 || pcm[1] <= 0 {
			t.Errorf("it begins with %d and %d", pcm[0], pcm[1])
		}
	}
}

func TestNamedTones(t *testing.T) {
	for name, g := range map[string]*Generator{"dial": Dial(8000), "ringback": Ringback(8000), "busy": Busy(8000)} {
		want, _ := Progress(8000, "etsi", name)
		a, b := make([]int16, 48000), make([]int16, 48000)
		g.Fill(a)
		want.Fill(b)
		if !slices.Equal(a, b) {
			t.Errorf("%s is not the plan's", name)
		}
	}
}

func TestFillDoesNotAllocate(t *testing.T) {
	g, pcm := Dual(8000, 350, 440, 30*time.Millisecond, 10*time.Millisecond), make([]int16, 160)
	if n := testing.AllocsPerRun(100, func() { g.Fill(pcm) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFill(b *testing.B) {
	g, pcm := Dual(8000, 350, 440, 0, 0), make([]int16, 160)
	for b.Loop() {
		g.Fill(pcm)
	}
}
