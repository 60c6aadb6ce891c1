package tone

import (
	"errors"
	"fmt"
	"math"
)

// ErrNotHeard says that a recording does not hold the tone that it should.
var ErrNotHeard = errors.New("the tone was not heard as it should be")

// Expectation is what a recording must hold to count as heard.
type Expectation struct {
	// Frequency in Hz, and how far off it may be.
	Frequency, Tolerance float64
	// Seconds of tone at least.
	Seconds float64
	// Level in dBm0 at least.
	Level float64
	// Gaps and Breaks at most.
	Gaps, Breaks int
}

// Check gives nil where h is as good as want, else the first fault as an
// ErrNotHeard.
func (h Heard) Check(want Expectation) error {
	switch {
	case h.Seconds == 0 || h.Seconds < want.Seconds:
		return fmt.Errorf("%w: %.2f s of it, at least %.2f expected", ErrNotHeard, h.Seconds, want.Seconds)
	case math.Abs(h.Frequency-want.Frequency) > want.Tolerance:
		return fmt.Errorf("%w: it is at %.1f Hz instead of %.1f", ErrNotHeard, h.Frequency, want.Frequency)
	case h.Level < want.Level:
		return fmt.Errorf("%w: its level is %.1f dBm0, at least %.1f expected", ErrNotHeard, h.Level, want.Level)
	case h.Gaps > want.Gaps:
		return fmt.Errorf("%w: it has %d gaps, at most %d expected", ErrNotHeard, h.Gaps, want.Gaps)
	case h.Breaks > want.Breaks:
		return fmt.Errorf("%w: it is broken %d times, at most %d expected", ErrNotHeard, h.Breaks, want.Breaks)
	}
	return nil
}
