// Package tone makes and measures tones: call progress tones, test tones, and
// the detector that decides whether a far end was really heard.
package tone

import (
	"math"
	"time"
)

// Generator makes the sum of one or two sines with a cadence. Its phase goes
// on from one Fill to the next.
type Generator struct {
	step, phase [2]float64 // radians a sample
	amplitude   float64
	voices      int
	on, off     int // samples; off 0 is continuous
	at          int
}

// level is the amplitude of a single tone: −16 dBm0, well below clipping.
const level = 5000

// Sine is a continuous tone of freq Hz at rate Hz.
func Sine(rate int, freq float64) *Generator { return Dual(rate, freq, 0, 0, 0) }

// Dual is two tones together (b = 0: one), on and off in turns; off = 0 is
// continuous.
func Dual(rate int, a, b float64, on, off time.Duration) *Generator {
	g := &Generator{voices: 1, amplitude: level, on: samples(rate, on), off: samples(rate, off)}
	g.step[0] = 2 * math.Pi * a / float64(rate)
	if b != 0 {
		g.voices, g.amplitude = 2, level/2
		g.step[1] = 2 * math.Pi * b / float64(rate)
	}
	return g
}

func samples(rate int, d time.Duration) int { return int(d * time.Duration(rate) / time.Second) }

// The call progress tones as ETSI TR 101 041-2 lists them for most of Europe:
// 425 Hz, told apart by cadence.

// Ringback tells that the far end rings: 1 s on, 4 s off.
func Ringback(rate int) *Generator { return Dual(rate, 425, 0, time.Second, 4*time.Second) }

// Busy tells that the far end is busy: 0.5 s on, 0.5 s off.
func Busy(rate int) *Generator {
	return Dual(rate, 425, 0, 500*time.Millisecond, 500*time.Millisecond)
}

// Fill makes the next len(pcm) samples.
func (g *Generator) Fill(pcm []int16) {
	for i := range pcm {
		v := 0.0
		if g.off == 0 || g.at < g.on {
			for k := range g.voices {
				v += math.Sin(g.phase[k])
			}
		}
		for k := range g.voices {
			g.phase[k] = math.Mod(g.phase[k]+g.step[k], 2*math.Pi)
		}
		if g.off != 0 {
			g.at = (g.at + 1) % (g.on + g.off)
		}
		pcm[i] = int16(g.amplitude * v)
	}
}
