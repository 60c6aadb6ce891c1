package link

import "time"

// shortSleep is how long a sleep may be without a word: no binding and no
// connection is lost in that time, and the clocks aren't read at one instant.
const shortSleep = 5 * time.Second

// sleeps finds out how long the machine slept between two readings of its clocks.
type sleeps struct {
	ahead time.Duration // of CLOCK_BOOTTIME to CLOCK_MONOTONIC
}

// woke takes a reading of the clock that runs on in sleep and of the one that
// doesn't, each since boot, and tells whether there was a sleep worth telling
// since the reading before. The wall clock has no part in it.
func (s *sleeps) woke(boot, mono time.Duration) bool {
	before := s.ahead
	s.ahead = boot - mono
	return s.ahead-before > shortSleep
}
