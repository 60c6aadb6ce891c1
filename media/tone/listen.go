package tone

import (
	"math"
	"math/cmplx"
)

// Heard is what Listen found in a recording.
type Heard struct {
	// Seconds of the recording that hold the tone.
	Seconds float64
	// Frequency of the tone in Hz as it was measured; 0 where it was too short.
	Frequency float64
	// Level of the tone in dBm0.
	Level float64
	// Gaps is how often the tone was interrupted for 4 ms or more after it had
	// begun and before it ended.
	Gaps int
	// Breaks is how often the tone was not whole though it went on: a jump of
	// its phase, as lost or inserted samples make it, or a millisecond missing.
	// A loss of whole periods can't be seen: test tones should not be a
	// multiple of 50 Hz where frames are 20 ms.
	Breaks int
}

const (
	// A window of 20 ms holds the tone if this part of its power is at the
	// frequency: the tone may be 10 Hz off, or a fifth of it missing.
	purity = 0.8
	// floor is the level of a window that counts as silent: −47 dBm0.
	floor = 100
	// A window has a break if this much of the usual purity is missing, or if
	// the phase around it is this far off, in radians: less than a sample at
	// 300 Hz and 8 kHz.
	wholeness = 0.95
	phaseStep = 0.2
)

// window is 20 ms of a recording.
type window struct {
	tone   bool
	share  float64
	phase  complex128 // of length 1
	energy float64
}

// Listen looks for a tone of freq Hz in pcm, which is at rate Hz, 20 ms at a
// time. A last part of less than 20 ms is not looked at.
func Listen(pcm []int16, rate int, freq float64) Heard {
	length := rate / 50
	windows := look(pcm, rate, freq)
	var h Heard
	n, sum := 0, 0.0
	for _, w := range windows {
		if w.tone {
			n++
			sum += w.energy
		}
	}
	if n == 0 {
		h.Level = Silence
		return h
	}
	h.Seconds = float64(n*length) / float64(rate)
	h.Level = level(math.Sqrt(2 * sum / float64(n*length)))
	h.Gaps = gaps(windows)
	turn := usualTurn(windows)
	if turn != 0 {
		h.Frequency = freq + cmplx.Phase(turn)*float64(rate)/(2*math.Pi*float64(length))
		h.Breaks = breaks(windows, turn)
	}
	return h
}

func look(pcm []int16, rate int, freq float64) []window {
	length := rate / 50
	if length == 0 {
		return nil
	}
	all := make([]window, 0, len(pcm)/length)
	// What the phase gains in a window is taken off, so that that of a steady
	// tone stands still.
	gain := math.Mod(freq*float64(length)/float64(rate), 1) * 2 * math.Pi
	for i := 0; (i+1)*length <= len(pcm); i++ {
		part := pcm[i*length : (i+1)*length]
		w := window{energy: energy(part), share: Share(part, rate, freq)}
		w.tone = w.share >= purity && w.energy >= floor*floor*float64(length)
		w.phase = cmplx.Rect(1, cmplx.Phase(spectrum(part, rate, freq))-float64(i)*gain)
		all = append(all, w)
	}
	return all
}

// gaps counts the runs of windows without the tone between two with it.
func gaps(windows []window) (n int) {
	begun, missing := false, false
	for _, w := range windows {
		switch {
		case !w.tone:
			missing = begun
		case missing:
			n++
			missing = false
		}
		begun = begun || w.tone
	}
	return n
}

// usualTurn is how far the phase usually turns from one window to the next: 1
// where the frequency is right, 0 where there is no pair of windows.
func usualTurn(windows []window) complex128 {
	var sum complex128
	for i := 1; i < len(windows); i++ {
		if windows[i-1].tone && windows[i].tone {
			sum += windows[i].phase * cmplx.Conj(windows[i-1].phase)
		}
	}
	if cmplx.Abs(sum) < 1e-6 {
		return 0
	}
	return sum / complex(cmplx.Abs(sum), 0)
}

// breaks counts the runs of broken windows. A window is judged together with
// its neighbours, as a jump within it shows only in part in its own phase; so
// the tone's first and last are not judged, which are rarely whole.
func breaks(windows []window, turn complex128) (n int) {
	usual := 0.0
	for _, w := range windows {
		if w.tone {
			usual = max(usual, w.share)
		}
	}
	broken := false
	for i := 1; i+1 < len(windows); i++ {
		before, w, after := windows[i-1], windows[i], windows[i+1]
		was := broken
		broken = false
		if before.tone && w.tone && after.tone {
			off := cmplx.Phase(after.phase * cmplx.Conj(before.phase) * cmplx.Conj(turn*turn))
			broken = w.share < wholeness*usual || math.Abs(off) > phaseStep
		}
		if broken && !was {
			n++
		}
	}
	return n
}
