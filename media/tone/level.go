package tone

import (
	"math"
	"math/cmplx"
)

// Silence is the level in dBm0 below which nothing is told apart.
const Silence = -100

// Level is the level in dBm0 of the part of pcm at freq Hz, Silence or more
// (Goertzel's algorithm). pcm is at rate Hz; the more samples, the sharper: the
// bandwidth is about rate/len(pcm) Hz.
func Level(pcm []int16, rate int, freq float64) float64 {
	if len(pcm) == 0 {
		return Silence
	}
	peak := 2 * cmplx.Abs(spectrum(pcm, rate, freq)) / float64(len(pcm))
	return level(peak)
}

// level is that of a sine of a peak value, in dBm0.
func level(peak float64) float64 {
	return max(20*math.Log10(peak/math.MaxInt16)+overload, Silence)
}

// Share tells how much of pcm's power is at freq Hz: 1 is a pure tone, 0 is
// none of it or silence.
func Share(pcm []int16, rate int, freq float64) float64 {
	energy := energy(pcm)
	if energy == 0 {
		return 0
	}
	a := cmplx.Abs(spectrum(pcm, rate, freq))
	return min(2*a*a/(float64(len(pcm))*energy), 1)
}

func energy(pcm []int16) (sum float64) {
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return sum
}

// spectrum is the Fourier sum of pcm at freq Hz; its phase is that of the tone
// at the last sample.
func spectrum(pcm []int16, rate int, freq float64) complex128 {
	w := 2 * math.Pi * freq / float64(rate)
	k := 2 * math.Cos(w)
	var s1, s2 float64
	for _, v := range pcm {
		s1, s2 = float64(v)+k*s1-s2, s1
	}
	return complex(s1-s2*math.Cos(w), s2*math.Sin(w))
}
