package audio

import (
	"fmt"
	"math"
)

// Resampler changes the sampling rate of a mono stream by a ratio of whole
// numbers, with a low-pass filter that is kept in one version for each
// position an output sample can have between two input samples (polyphase).
type Resampler struct {
	up, down int // output and input samples in one common cycle
	half     int // input samples used on each side
	taps     [][]float32
	in       []float32 // the input that is still needed
	at       int       // index in in of the input sample at or before the next output
	phase    int       // of the next output, in 1/up of an input sample
}

const (
	// zeroCrossings is how far the filter reaches to each side, in zero
	// crossings of its sinc.
	zeroCrossings = 16
	// passBand is the share of the lower rate's band that stays.
	passBand = 0.92
)

// NewResampler makes a Resampler from one rate to another, both in Hz and
// positive.
func NewResampler(from, to int) (*Resampler, error) {
	if from <= 0 || to <= 0 {
		return nil, fmt.Errorf("audio: can't resample from %d to %d Hz: rates are positive", from, to)
	}
	g := gcd(from, to)
	r := &Resampler{up: to / g, down: from / g}
	if r.up == r.down {
		return r, nil
	}
	cut := passBand * min(1, float64(to)/float64(from))
	r.half = int(math.Ceil(zeroCrossings / cut))
	r.taps = make([][]float32, r.up)
	for phase := range r.taps {
		r.taps[phase] = filterPhase(float64(phase)/float64(r.up), cut, r.half)
	}
	r.in = make([]float32, r.half) // silence before the first sample
	r.at = r.half
	return r, nil
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// filterPhase gives the weights of the 2·half input samples around an output
// sample that lies offset input samples after the half-th of them.
func filterPhase(offset, cut float64, half int) []float32 {
	weights := make([]float64, 2*half)
	sum := 0.0
	for i := range weights {
		x := float64(i-half) - offset
		weights[i] = sinc(cut*x) * blackman(x/float64(half+1))
		sum += weights[i]
	}
	taps := make([]float32, len(weights))
	for i, w := range weights {
		taps[i] = float32(w / sum)
	}
	return taps
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// blackman is the Blackman window over −1…1.
func blackman(x float64) float64 {
	return 0.42 + 0.5*math.Cos(math.Pi*x) + 0.08*math.Cos(2*math.Pi*x)
}

// Append appends to dst what src becomes at the new rate. Pieces may have any
// length; the output lags behind the input by the filter's reach, at most
// 18 samples of the lower rate.
func (r *Resampler) Append(dst, src []int16) []int16 {
	if r.up == r.down {
		return append(dst, src...)
	}
	for _, s := range src {
		r.in = append(r.in, float32(s))
	}
	for r.at+r.half <= len(r.in) {
		dst = append(dst, r.sample())
		r.phase += r.down
		r.at += r.phase / r.up
		r.phase %= r.up
	}
	drop := min(r.at-r.half, len(r.in))
	r.in = r.in[:copy(r.in, r.in[drop:])]
	r.at -= drop
	return dst
}

// sample computes the next output sample.
func (r *Resampler) sample() int16 {
	window := r.in[r.at-r.half : r.at+r.half]
	sum := float32(0)
	for i, w := range r.taps[r.phase] {
		sum += w * window[i]
	}
	return int16(math.Round(float64(max(math.MinInt16, min(math.MaxInt16, sum)))))
}
