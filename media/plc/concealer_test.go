package plc

import (
	"math"
	"slices"
	"testing"

	"github.com/imsphone/imsphone/media/tone"
)

// rates are those that the tests run at.
var rates = []int{8000, 16000, 48000}

// steady is length ms of a tone of 110 Hz and its third harmonic.
func steady(rate, ms int) []int16 {
	pcm := make([]int16, rate/1000*ms)
	tone.New(rate, tone.Step{Voices: []tone.Voice{{Hz: 110, Level: -13}, {Hz: 330, Level: -16}}}).Fill(pcm)
	return pcm
}

// steepest is the largest step from one sample to the next.
func steepest(pcm []int16) (m int) {
	for i := 1; i < len(pcm); i++ {
		m = max(m, int(pcm[i])-int(pcm[i-1]), int(pcm[i-1])-int(pcm[i]))
	}
	return m
}

// play sends pcm through c in frames of 20 ms; lost tells which don't arrive.
func play(c *Concealer, rate int, pcm []int16, lost func(frame int) bool) []int16 {
	out := slices.Clone(pcm)
	size := rate / 50
	for i := 0; (i+1)*size <= len(out); i++ {
		frame := out[i*size : (i+1)*size]
		if lost(i) {
			for k := range frame {
				frame[k] = 12345 // what is in a lost frame doesn't matter
			}
			c.Conceal(frame)
		} else {
			c.Good(frame)
		}
	}
	return out
}

func power(pcm []int16) (sum float64) {
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return sum / float64(len(pcm))
}

// snr is how much of want is in got, in dB.
func snr(got, want []int16) float64 {
	noise := 0.0
	for i := range want {
		d := float64(got[i]) - float64(want[i])
		noise += d * d / float64(len(want))
	}
	return 10 * math.Log10(power(want)/noise)
}

func TestWithoutLossNothingChanges(t *testing.T) {
	pcm := steady(8000, 200)
	if got := play(New(8000), 8000, pcm, func(int) bool { return false }); !slices.Equal(got, pcm) {
		t.Error("it did")
	}
}

// TestALostFrameIsHidden: the first 10 ms, which are not faded, go on as the
// tone would have.
func TestALostFrameIsHidden(t *testing.T) {
	for _, rate := range rates {
		pcm := steady(rate, 200)
		got := play(New(rate), rate, pcm, func(i int) bool { return i == 5 })
		from := rate / 10
		if s := snr(got[from:from+rate/100], pcm[from:from+rate/100]); s < 15 {
			t.Errorf("%d Hz: %.1f dB", rate, s)
		}
		if !slices.Equal(got[:from], pcm[:from]) || !slices.Equal(got[from+rate/50+rate/100:], pcm[from+rate/50+rate/100:]) {
			t.Errorf("%d Hz: frames that arrived are changed", rate)
		}
	}
}

// TestThereIsNoJump at the beginning of a loss, at its end, or within, however
// the loss lies.
func TestThereIsNoJump(t *testing.T) {
	for _, rate := range rates {
		pcm := steady(rate, 600)
		for pattern := range 1 << 6 {
			got := play(New(rate), rate, pcm, func(i int) bool { return i >= 5 && pattern>>((i-5)%6)&1 == 1 })
			if s := steepest(got); s > 2*steepest(pcm) {
				t.Errorf("%d Hz, pattern %06b: a step of %d, where the tone has %d", rate, pattern, s, steepest(pcm))
			}
		}
	}
}

// TestTheFade: full for 10 ms, then a fifth less each 10 ms, silent after 60.
func TestTheFade(t *testing.T) {
	for _, rate := range rates {
		pcm := make([]int16, rate/5)
		tone.Sine(rate, 200).Fill(pcm)
		c := New(rate)
		c.Good(pcm)
		lost := make([]int16, rate/10)
		c.Conceal(lost)
		stage := rate / 100
		for i, want := range []float64{1, 0.9, 0.7, 0.5, 0.3, 0.1, 0, 0, 0, 0} {
			got := math.Sqrt(power(lost[i*stage:(i+1)*stage]) / power(pcm))
			if math.Abs(got-want) > 0.05 || want == 0 && got != 0 {
				t.Errorf("%d Hz: after %d ms it is at %.2f, want %.2f", rate, 10*i, got, want)
			}
		}
	}
}

// TestFramesOfAnySize: what is heard doesn't depend on how the loss is cut.
func TestFramesOfAnySize(t *testing.T) {
	pcm := steady(8000, 200)
	want := make([]int16, 640)
	whole := New(8000)
	whole.Good(slices.Clone(pcm))
	whole.Conceal(want)
	for _, size := range []int{1, 7, 80, 160, 240, 639} {
		c := New(8000)
		for i := 0; i < len(pcm); i += size {
			c.Good(slices.Clone(pcm[i:min(i+size, len(pcm))]))
		}
		got := make([]int16, len(want))
		for i := 0; i < len(got); i += size {
			c.Conceal(got[i:min(i+size, len(got))])
		}
		if !slices.Equal(got, want) {
			t.Errorf("frames of %d sound different", size)
		}
	}
	whole.Good(nil)
	next := []int16{1000}
	if whole.Good(next); next[0] == 1000 {
		t.Error("an empty frame ended the loss")
	}
}

// TestRecoveryGoesOver: after silence, audio comes back within 10 ms.
func TestRecoveryGoesOver(t *testing.T) {
	c := New(8000)
	c.Good(steady(8000, 200))
	c.Conceal(make([]int16, 1600))
	back := slices.Repeat([]int16{8000}, 160)
	c.Good(back)
	for i, v := range back[:80] {
		if want := int16(100 * i); v != want {
			t.Fatalf("sample %d is %d, want %d", i, v, want)
		}
	}
	if slices.Min(back[80:]) != 8000 {
		t.Error("the rest is changed")
	}
}

// TestALongLossEndsNowhere: hours of loss are counted by nothing that could
// overflow.
func TestALongLossEndsNowhere(t *testing.T) {
	c := New(8000)
	c.Good(steady(8000, 200))
	frame := make([]int16, 160)
	for range 1000 {
		c.Conceal(frame)
	}
	if c.lost != c.size.silent || power(frame) != 0 {
		t.Errorf("%d samples lost, power %v", c.lost, power(frame))
	}
}

func TestALossBeforeAnySoundIsSilent(t *testing.T) {
	for _, rate := range rates {
		c, frame := New(rate), slices.Repeat([]int16{7}, rate/50)
		c.Conceal(frame)
		if power(frame) != 0 {
			t.Errorf("%d Hz: %v", rate, frame)
		}
	}
}

// TestTheRails: samples at both ends of 16 bits neither wrap nor overflow.
func TestTheRails(t *testing.T) {
	for _, rate := range rates {
		pcm := make([]int16, rate)
		for i := range pcm {
			pcm[i] = math.MaxInt16
			if i/(rate/200)%2 == 1 {
				pcm[i] = math.MinInt16
			}
		}
		got := play(New(rate), rate, pcm, func(i int) bool { return i == 5 })
		from := rate / 10
		if s := snr(got[from:from+rate/100], pcm[from:from+rate/100]); s < 20 {
			t.Errorf("%d Hz: %.1f dB", rate, s)
		}
	}
}

func TestThePitchIsFound(t *testing.T) {
	for _, rate := range rates {
		for _, hz := range []float64{70, 100, 133, 190} {
			pcm := make([]int16, rate/5)
			var voices []tone.Voice
			for k := range 8 {
				voices = append(voices, tone.Voice{Hz: hz * float64(k+1), Level: -20 - float64(k)})
			}
			tone.New(rate, tone.Step{Voices: voices}).Fill(pcm)
			c := New(rate)
			c.Good(pcm)
			c.Conceal(make([]int16, 1))
			// Two periods may fit as well as one.
			one := float64(rate) / hz
			off := math.Remainder(float64(c.period), one)
			if math.Abs(off) > 1 || float64(c.period) < one/2 {
				t.Errorf("%v Hz at %d: a period of %d samples", hz, rate, c.period)
			}
		}
	}
}

// TestThePitchOfASoundThatDies is not drawn to its louder past.
func TestThePitchOfASoundThatDies(t *testing.T) {
	for _, rate := range rates {
		period := rate / 100
		pcm := make([]int16, rate/10)
		tone.New(rate, tone.Step{Voices: []tone.Voice{{Hz: 100, Level: 3}}}).Fill(pcm)
		for i := range pcm {
			pcm[i] = int16(float64(pcm[i]) * math.Pow(0.5, float64(i)/float64(period)))
		}
		c := New(rate)
		c.Good(pcm)
		c.Conceal(make([]int16, 1))
		if d := c.period - period; d > 1 || d < -1 {
			t.Errorf("%d Hz: a period of %d instead of %d samples", rate, c.period, period)
		}
	}
}

// TestTheCycleGrows to two periods after 10 ms and to three after 20, without
// losing its place: a tone whose period is whole samples only fades.
func TestTheCycleGrows(t *testing.T) {
	for _, rate := range rates {
		pcm := make([]int16, rate/5+rate/10)
		tone.Sine(rate, 125).Fill(pcm)
		c := New(rate)
		c.Good(pcm[:rate/5])
		pcm = pcm[rate/5:]
		stage := rate / 100
		for k, periods := range []int{1, 2, 3, 3, 3, 3} {
			frame, want := make([]int16, stage), slices.Clone(pcm[k*stage:(k+1)*stage])
			c.Conceal(frame)
			for i := range want {
				faded := max(k*stage+i-stage, 0)
				want[i] = int16(int(want[i]) * (5*stage - faded) / (5 * stage))
				if d := int(frame[i]) - int(want[i]); d > 30 || d < -30 {
					t.Fatalf("%d Hz, %d ms: sample %d is %d, want %d", rate, 10*k, i, frame[i], want[i])
				}
			}
			if len(c.cycle) != periods*c.period {
				t.Errorf("%d Hz, %d ms: a cycle of %d, a period is %d", rate, 10*k, len(c.cycle), c.period)
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	c, frame := New(8000), steady(8000, 20)
	if n := testing.AllocsPerRun(100, func() {
		c.Good(frame)
		for range 4 {
			c.Conceal(frame)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkConceal(b *testing.B) {
	for _, rate := range []int{8000, 16000} {
		b.Run(map[int]string{8000: "8k", 16000: "16k"}[rate], func(b *testing.B) {
			c, frame := New(rate), steady(rate, 20)
			b.ReportAllocs()
			for b.Loop() {
				c.Good(frame)
				c.Conceal(frame)
			}
		})
	}
}
