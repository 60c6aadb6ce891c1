package audio

import "math"

// speed plays a stream a little faster or slower than it is, by a filter that is
// kept for speedPhases positions between two samples and interpolated between
// them. As long as nothing was changed yet it hands the samples on as they are.
type speed struct {
	taps  [][]float32
	in    []float32 // the input that is still needed
	at    int       // index in in of the input sample at or before the next output
	phase float64   // of the next output, in input samples
}

const (
	// speedPhases positions keep what the interpolation adds 80 dB below the
	// sound.
	speedPhases = 128
	// speedReach is the samples that the filter uses on each side, and speedDelay
	// those that it keeps back.
	speedReach = 16
	speedDelay = speedReach - 1
)

func newSpeed() *speed {
	s := &speed{taps: make([][]float32, speedPhases+1), in: make([]float32, speedReach), at: speedReach}
	for i := range s.taps {
		s.taps[i] = filterPhase(float64(i)/speedPhases, 1, speedReach)
	}
	return s
}

// append appends to dst what src becomes ppm parts per million faster.
func (s *speed) append(dst, src []int16, ppm float64) []int16 {
	for _, v := range src {
		s.in = append(s.in, float32(v))
	}
	step := 1 + ppm/1e6
	for s.at+speedReach <= len(s.in) {
		dst = append(dst, s.sample())
		whole, part := math.Modf(s.phase + step)
		s.at += int(whole)
		s.phase = part
	}
	drop := min(s.at-speedReach, len(s.in))
	s.in = s.in[:copy(s.in, s.in[drop:])]
	s.at -= drop
	return dst
}

// sample computes the next output sample.
func (s *speed) sample() int16 {
	if s.phase == 0 {
		return int16(s.in[s.at])
	}
	row, part := math.Modf(s.phase * speedPhases)
	a, b := s.taps[int(row)], s.taps[int(row)+1]
	window := s.in[s.at-speedReach : s.at+speedReach]
	var before, after float32
	for i, v := range window {
		before += a[i] * v
		after += b[i] * v
	}
	sum := before + (after-before)*float32(part)
	return int16(math.Round(float64(max(math.MinInt16, min(math.MaxInt16, sum)))))
}
