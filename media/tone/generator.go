package tone

import (
	"math"
	"time"
)

// Voice is one sine of a tone.
type Voice struct {
	// Hz is the frequency.
	Hz float64
	// Level is in dBm0.
	Level float64
}

// Step is a part of a cadence: its voices together, for a while. No voices is
// silence.
type Step struct {
	Voices []Voice
	// For is how long; 0 in a cadence of a single step is for ever.
	For time.Duration
}

// Generator makes a tone, frame by frame, without a seam between frames. It is
// not safe for concurrent use.
type Generator struct {
	spans []span
	now   int // the span that plays
	left  int // its samples that are still to come
}

// span is a Step in samples.
type span struct {
	voices  []oscillator
	samples int
}

// New is a generator at rate Hz that repeats steps for ever. The voices of a
// step begin at phase zero, so that no tone begins with a click.
func New(rate int, steps ...Step) *Generator {
	g := &Generator{}
	for _, step := range steps {
		s := span{samples: samples(rate, step.For)}
		for _, v := range step.Voices {
			s.voices = append(s.voices, newOscillator(rate, v))
		}
		if s.samples > 0 || len(steps) == 1 {
			g.spans = append(g.spans, s)
		}
	}
	if len(g.spans) > 0 {
		g.left = g.spans[0].samples
	}
	return g
}

func samples(rate int, d time.Duration) int { return int(int64(d) * int64(rate) / int64(time.Second)) }

// The level of a tone by default: −13 dBm0 in all, clear of clipping and of
// the noise of any codec.
const (
	single = -13
	double = single - 3 // each of two
)

// Sine is a continuous tone of freq Hz at rate Hz, −13 dBm0.
func Sine(rate int, freq float64) *Generator { return Dual(rate, freq, 0, 0, 0) }

// Dual is two tones together (b = 0: one), −13 dBm0 in all, on and off in
// turns; off = 0 is continuous.
func Dual(rate int, a, b float64, on, off time.Duration) *Generator {
	if off == 0 {
		return New(rate, sound(0, a, b))
	}
	return New(rate, sound(on, a, b), Step{For: off})
}

// sound is a step of one voice or, where b isn't 0, two, at the usual level.
func sound(d time.Duration, a, b float64) Step {
	if b == 0 {
		return Step{Voices: []Voice{{a, single}}, For: d}
	}
	return Step{Voices: []Voice{{a, double}, {b, double}}, For: d}
}

// Fill makes the next len(pcm) samples. It does not allocate.
func (g *Generator) Fill(pcm []int16) {
	for len(pcm) > 0 {
		n := g.run(len(pcm))
		g.sing(pcm[:n])
		pcm = pcm[n:]
	}
}

// run tells how many of the next n samples are of one span, and takes them.
func (g *Generator) run(n int) int {
	if len(g.spans) == 0 || g.spans[g.now].samples == 0 {
		return n
	}
	if g.left == 0 {
		g.now = (g.now + 1) % len(g.spans)
		g.left = g.spans[g.now].samples
		for i := range g.spans[g.now].voices {
			g.spans[g.now].voices[i].phase = 0
		}
	}
	n = min(n, g.left)
	g.left -= n
	return n
}

func (g *Generator) sing(pcm []int16) {
	clear(pcm)
	if len(g.spans) == 0 {
		return
	}
	voices := g.spans[g.now].voices
	for k := range voices {
		o := &voices[k]
		for i := range pcm {
			pcm[i] = clip(int32(pcm[i]) + o.next())
		}
	}
}

func clip(v int32) int16 { return int16(min(max(v, math.MinInt16), math.MaxInt16)) }
