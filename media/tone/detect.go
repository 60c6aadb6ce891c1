package tone

import "math"

// Share tells how much of pcm's power is at freq Hz: 1 is a pure tone, 0 is
// none of it or silence (Goertzel's algorithm). The more samples, the sharper:
// the bandwidth is about rate/len(pcm) Hz.
func Share(pcm []int16, rate int, freq float64) float64 {
	if len(pcm) == 0 {
		return 0
	}
	k := 2 * math.Cos(2*math.Pi*freq/float64(rate))
	var s1, s2, energy float64
	for _, v := range pcm {
		x := float64(v)
		s1, s2 = x+k*s1-s2, s1
		energy += x * x
	}
	if energy == 0 {
		return 0
	}
	power := s1*s1 + s2*s2 - k*s1*s2
	return min(2*power/(float64(len(pcm))*energy), 1)
}

// Heard is what Listen found in a recording.
type Heard struct {
	// Seconds of the recording that hold the tone.
	Seconds float64
	// Gaps is how often the tone was interrupted after it had begun and before
	// it ended.
	Gaps int
	// Level is the root mean square of the parts with the tone, in samples.
	Level float64
}

// Listen looks for a tone of freq Hz in pcm, 20 ms at a time.
func Listen(pcm []int16, rate int, freq float64) Heard {
	const purity, floor = 0.8, 100
	window := rate / 50
	var h Heard
	missing, windows, energy := 0, 0, 0.0
	for ; len(pcm) >= window; pcm = pcm[window:] {
		part := pcm[:window]
		rms := rms(part)
		if rms < floor || Share(part, rate, freq) < purity {
			if windows > 0 {
				missing++
			}
			continue
		}
		if missing > 0 {
			h.Gaps++
			missing = 0
		}
		windows++
		energy += rms * rms
	}
	if windows > 0 {
		h.Seconds = float64(windows) / 50
		h.Level = math.Sqrt(energy / float64(windows))
	}
	return h
}

func rms(pcm []int16) float64 {
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(pcm)))
}
