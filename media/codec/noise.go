package codec

import (
	"errors"
	"math"
)

// MaxNoiseOrder is how many reflection coefficients of a comfort noise payload
// are used. A payload may have more: a receiver may take them for zero (RFC
// 3389 §3).
const MaxNoiseOrder = 10

// NoiseShape is what a comfort noise payload says (RFC 3389 §3):
//
//	 0 1 2 3 4 5 6 7  8 ...
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|0|   level     |  N1   |  N2   | ...
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type NoiseShape struct {
	// Level in −dBov, 0 to 127: 0 is the loudest.
	Level uint8
	// Order is how many of Reflection's coefficients there are.
	Order int
	// Reflection describes the spectrum by an all-pole lattice: each between −1
	// and 1, kᵢ = 258·(Nᵢ − 127)/32768 (§3.2). All zero is white noise.
	Reflection [MaxNoiseOrder]float64
}

// ErrNoise says that a comfort noise payload is empty.
var ErrNoise = errors.New("comfort noise payload is empty: it needs at least its level")

const (
	levelMask    = 0x7f
	noiseZero    = 127 // the byte of a coefficient of 0
	noiseLargest = 254
	noiseStep    = 258.0 / 32768
)

// ParseNoise reads a comfort noise payload, or gives ErrNoise.
func ParseNoise(payload []byte) (NoiseShape, error) {
	if len(payload) == 0 {
		return NoiseShape{}, ErrNoise
	}
	s := NoiseShape{Level: payload[0] & levelMask, Order: min(len(payload)-1, MaxNoiseOrder)}
	for i, b := range payload[1 : 1+s.Order] {
		s.Reflection[i] = noiseStep * float64(int(min(b, noiseLargest))-noiseZero)
	}
	return s, nil
}

// Append writes the payload to dst.
func (s NoiseShape) Append(dst []byte) []byte {
	dst = append(dst, min(s.Level, levelMask))
	for _, k := range s.Reflection[:min(max(s.Order, 0), MaxNoiseOrder)] {
		n := math.Round(k/noiseStep) + noiseZero
		dst = append(dst, byte(min(max(n, 0), noiseLargest)))
	}
	return dst
}

// NoiseLevel reads only the level of a comfort noise payload in −dBov, 0–127
// (RFC 3389 §3.1).
func NoiseLevel(payload []byte) (uint8, error) {
	s, err := ParseNoise(payload)
	return s.Level, err
}

// AppendNoise writes the payload of white comfort noise of a level in −dBov, at
// most 127.
func AppendNoise(dst []byte, level uint8) []byte { return NoiseShape{Level: level}.Append(dst) }

// MeasureNoise is the level of pcm in −dBov, 0–127: 0 is a full-scale square
// wave, 127 silence.
func MeasureNoise(pcm []int16) uint8 {
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	if sum == 0 {
		return levelMask
	}
	level := -10 * math.Log10(sum/float64(len(pcm))/(fullScale*fullScale))
	return uint8(min(max(math.Round(level), 0), levelMask))
}

// fullScale is the amplitude of 0 dBov.
const fullScale = 32768
