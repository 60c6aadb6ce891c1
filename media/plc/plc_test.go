package plc

import (
	"testing"

	"github.com/imsphone/imsphone/media/tone"
)

// TestALostFrameOfAToneIsHidden: a steady 100 Hz tone goes on through the loss.
func TestALostFrameOfAToneIsHidden(t *testing.T) {
	for _, rate := range []int{8000, 16000} {
		c, g := New(rate), tone.Sine(rate, 100)
		frame := make([]int16, rate/50)
		for range 5 {
			g.Fill(frame)
			c.Good(frame)
		}
		want := make([]int16, rate/100)
		g.Fill(want)
		c.Conceal(frame)
		for i, v := range want { // the first 10 ms are not faded
			if d := int(frame[i]) - int(v); d > 300 || d < -300 {
				t.Fatalf("%d Hz, sample %d: %d, want %d", rate, i, frame[i], v)
			}
		}
	}
}

func TestALongLossFadesToSilence(t *testing.T) {
	c, g := New(8000), tone.Sine(8000, 200)
	frame := make([]int16, 160)
	for range 5 {
		g.Fill(frame)
		c.Good(frame)
	}
	for i := range 5 {
		c.Conceal(frame)
		silent := true
		for _, v := range frame {
			silent = silent && v == 0
		}
		if silent != (i >= 3) {
			t.Errorf("frame %d silent: %v", i, silent)
		}
	}
}

func TestRecoveryHasNoJump(t *testing.T) {
	c, g := New(8000), tone.Sine(8000, 200)
	frame, last := make([]int16, 160), int16(0)
	for i := range 20 {
		if i%5 == 4 {
			c.Conceal(frame)
			skip := make([]int16, 160)
			g.Fill(skip)
		} else {
			g.Fill(frame)
			c.Good(frame)
		}
		if d := int(frame[0]) - int(last); i > 0 && (d > 2000 || d < -2000) {
			t.Errorf("frame %d jumps by %d", i, d)
		}
		last = frame[159]
	}
}

func TestNoAllocation(t *testing.T) {
	c, frame := New(8000), make([]int16, 160)
	if n := testing.AllocsPerRun(100, func() { c.Good(frame); c.Conceal(frame) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
