package peertest

import (
	"fmt"
	"math"
	"time"
)

const (
	toneLevel = 8000.0

	// toneWindow is the stretch that is judged at once: short enough to find
	// a gap, long enough to tell 440 Hz from its neighbours.
	toneWindow = 50 * time.Millisecond
	// pureShare is the part of a window's energy that has to be the tone. The
	// codecs leave more than 0.98 of it; noise and silence have next to none.
	pureShare = 0.9
	// quietest is the mean square below which a window counts as silence.
	quietest = 200 * 200
)

// Tone makes a sine of the given frequency in Hz.
func Tone(rate int, hz float64, length time.Duration) []int16 {
	s := make([]int16, int(int64(rate)*int64(length)/int64(time.Second)))
	for i := range s {
		s[i] = int16(toneLevel * math.Sin(2*math.Pi*hz*float64(i)/float64(rate)))
	}
	return s
}

// ToneTime returns for how long the tone is heard in w: the sum of the windows
// that hold little else, and the longest run of them.
func ToneTime(w WAV, hz float64) (total, longest time.Duration) {
	n := w.Rate * int(toneWindow/time.Millisecond) / 1000
	if n == 0 {
		return 0, 0
	}
	run := time.Duration(0)
	for s := w.Samples; len(s) >= n; s = s[n:] {
		if energy, share := toneShare(s[:n], w.Rate, hz); energy < quietest || share < pureShare {
			run = 0
			continue
		}
		run += toneWindow
		total += toneWindow
		longest = max(longest, run)
	}
	return total, longest
}

// CheckTone reports an error unless the tone is heard in w without a gap for
// at least as long as wanted.
func CheckTone(w WAV, hz float64, want time.Duration) error {
	total, longest := ToneTime(w, hz)
	if longest >= want {
		return nil
	}
	length := time.Duration(len(w.Samples)) * time.Second / time.Duration(max(1, w.Rate))
	return fmt.Errorf("%g Hz is heard for %v without a gap (%v in all) in a recording of %v; wanted %v",
		hz, longest, total, length, want)
}

// toneShare returns the mean square of s and the share of it that one
// frequency has, by Goertzel's algorithm.
func toneShare(s []int16, rate int, hz float64) (energy, share float64) {
	w := 2 * math.Pi * hz / float64(rate)
	var s1, s2 float64
	for _, x := range s {
		v := float64(x)
		energy += v * v
		s1, s2 = v+2*math.Cos(w)*s1-s2, s1
	}
	if energy == 0 {
		return 0, 0
	}
	// A sine of amplitude a has |X|² = (a·n/2)² and energy a²·n/2.
	power := s1*s1 + s2*s2 - 2*math.Cos(w)*s1*s2
	n := float64(len(s))
	return energy / n, 2 * power / (n * energy)
}
