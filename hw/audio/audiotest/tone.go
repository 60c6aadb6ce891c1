package audiotest

import "math"

// Tone makes n samples of a sine of hz Hz with the given peak at rate Hz.
func Tone(n int, hz float64, rate, peak int) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(math.Round(float64(peak) * math.Sin(2*math.Pi*hz*float64(i)/float64(rate))))
	}
	return pcm
}

// RMS gives the root mean square of pcm, 0 for none.
func RMS(pcm []int16) float64 {
	if len(pcm) == 0 {
		return 0
	}
	sum := 0.0
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / float64(len(pcm)))
}

// ToneShare gives the share of the energy in pcm, sampled at rate Hz, that lies
// in a sine of hz Hz: about 1 for that tone alone, 0 for silence. pcm should
// hold several periods of the tone.
func ToneShare(pcm []int16, hz float64, rate int) float64 {
	var re, im, energy float64
	for i, s := range pcm {
		sin, cos := math.Sincos(2 * math.Pi * hz * float64(i) / float64(rate))
		re += float64(s) * cos
		im += float64(s) * sin
		energy += float64(s) * float64(s)
	}
	if energy == 0 {
		return 0
	}
	return min(1, 2*(re*re+im*im)/(float64(len(pcm))*energy))
}
