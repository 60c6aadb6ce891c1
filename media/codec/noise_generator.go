package codec

import "math"

// Noise makes comfort noise of a given level: what is heard while the far end
// sends nothing on purpose. The zero value makes white noise, always the same:
// nobody can tell. It is not safe for concurrent use.
type Noise struct {
	state      uint32
	reflection [MaxNoiseOrder]int32 // 1 is 2¹⁵
	memory     [MaxNoiseOrder]int32 // backward errors of the lattice
	order      int
	excitation float64 // its amplitude for noise of amplitude 1
}

// Shape gives the noise the spectrum of s from now on; the level is that of
// Fill.
func (n *Noise) Shape(s NoiseShape) {
	power := 1.0
	n.order = min(max(s.Order, 0), MaxNoiseOrder)
	for i, k := range s.Reflection[:n.order] {
		k = min(max(k, -steepest), steepest)
		n.reflection[i] = int32(math.Round(k * (1 << 15)))
		power *= 1 - k*k
	}
	n.excitation = math.Sqrt(power)
}

// steepest is the largest coefficient that a payload can say; from 1 on, the
// filter would be unstable.
const steepest = noiseStep * noiseZero

// Fill makes len(pcm) samples at level −dBov. Levels above −4 are not reached,
// as 16 bits can't hold such noise. It does not allocate.
func (n *Noise) Fill(pcm []int16, level uint8) {
	// Uniform noise of amplitude A has the power A²/3.
	amplitude := math.Sqrt(3) * fullScale * math.Pow(10, -float64(level)/20)
	if n.order > 0 {
		n.fillShaped(pcm, amplitude*n.excitation)
		return
	}
	scale := int64(min(amplitude, math.MaxInt16) * (1 << noiseBits))
	for i := range pcm {
		pcm[i] = int16(round(int64(n.next())*scale>>31, noiseBits))
	}
}

// noiseBits are the binary places that samples have in the lattice, so that
// faint noise is not lost in rounding.
const noiseBits = 6

// next is uniform over all of 32 bits.
func (n *Noise) next() int32 {
	n.state = n.state*1664525 + 1013904223
	return int32(n.state)
}

func (n *Noise) fillShaped(pcm []int16, amplitude float64) {
	scale := int64(min(amplitude, math.MaxInt16) * (1 << noiseBits))
	for i := range pcm {
		v := round(int64(n.lattice(int32(int64(n.next())*scale>>31))), noiseBits)
		pcm[i] = int16(min(max(v, math.MinInt16), math.MaxInt16))
	}
}

// lattice is the all-pole filter: f is what is left of the forward error,
// stage by stage from the last.
func (n *Noise) lattice(f int32) int32 {
	for i := n.order - 1; i >= 0; i-- {
		k := int64(n.reflection[i])
		f = bound(int64(f) - k*int64(n.memory[i])>>15)
		if i+1 < n.order {
			n.memory[i+1] = bound(int64(n.memory[i]) + k*int64(f)>>15)
		}
	}
	n.memory[0] = f
	return f
}

// round drops the last places of v.
func round(v int64, places int) int64 { return (v + 1<<(places-1)) >> places }

func bound(v int64) int32 { return int32(min(max(v, math.MinInt32), math.MaxInt32)) }
