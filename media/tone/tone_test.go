package tone

import (
	"math"
	"testing"
	"time"
)

func TestShareFindsTheToneAndOnlyIt(t *testing.T) {
	pcm := make([]int16, 800)
	Sine(8000, 440).Fill(pcm)
	if s := Share(pcm, 8000, 440); s < 0.99 {
		t.Errorf("share of the tone %.3f", s)
	}
	if s := Share(pcm, 8000, 660); s > 0.01 {
		t.Errorf("share of another %.3f", s)
	}
	if s := Share(make([]int16, 160), 8000, 440); s != 0 {
		t.Errorf("share in silence %.3f", s)
	}
}

func TestPhaseGoesOnBetweenFrames(t *testing.T) {
	whole, parts := make([]int16, 480), make([]int16, 480)
	Dual(8000, 350, 440, 0, 0).Fill(whole)
	g := Dual(8000, 350, 440, 0, 0)
	for i := 0; i < 480; i += 160 {
		g.Fill(parts[i : i+160])
	}
	for i := range whole {
		if whole[i] != parts[i] {
			t.Fatalf("sample %d: %d and %d", i, whole[i], parts[i])
		}
	}
}

func TestCadence(t *testing.T) {
	pcm := make([]int16, 8000)
	Dual(8000, 425, 0, 250*time.Millisecond, 250*time.Millisecond).Fill(pcm)
	h := Listen(pcm, 8000, 425)
	if h.Gaps != 1 || math.Abs(h.Seconds-0.5) > 0.05 || math.Abs(h.Level-level/math.Sqrt2) > 200 {
		t.Errorf("%+v", h)
	}
}

func TestListenHearsNothingInNoise(t *testing.T) {
	pcm, state := make([]int16, 8000), uint32(1)
	for i := range pcm {
		state = state*1664525 + 1013904223
		pcm[i] = int16(state >> 18)
	}
	if h := Listen(pcm, 8000, 440); h.Seconds > 0.1 {
		t.Errorf("%+v", h)
	}
}

func TestFillDoesNotAllocate(t *testing.T) {
	g, pcm := Ringback(8000), make([]int16, 160)
	if n := testing.AllocsPerRun(100, func() { g.Fill(pcm) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
