package codec

import (
	"errors"
	"math"
)

// ErrNoise says that a comfort noise payload is empty.
var ErrNoise = errors.New("comfort noise payload is empty")

// NoiseLevel reads the level of a comfort noise payload in −dBov, 0–127 (RFC
// 3389 §3.1). The spectrum that may follow is for smoother noise than ours and
// is passed over.
func NoiseLevel(payload []byte) (uint8, error) {
	if len(payload) == 0 {
		return 0, ErrNoise
	}
	return payload[0] & 0x7f, nil
}

// AppendNoise writes a comfort noise payload of a level in −dBov.
func AppendNoise(dst []byte, level uint8) []byte { return append(dst, level&0x7f) }

// Noise makes white noise of a given level: what is heard while the far end
// sends nothing on purpose.
type Noise struct{ state uint32 }

// Fill makes len(pcm) samples at level −dBov.
func (n *Noise) Fill(pcm []int16, level uint8) {
	// Uniform noise of amplitude A has the power A²/3.
	amplitude := math.Sqrt(3) * 32768 * math.Pow(10, -float64(level)/20)
	scale := int64(min(amplitude, 32767))
	for i := range pcm {
		n.state = n.state*1664525 + 1013904223
		pcm[i] = int16(int64(int32(n.state)) * scale >> 31)
	}
}
