package link

import (
	"testing"
	"time"
)

func TestSleeps(t *testing.T) {
	type reading struct {
		boot, mono time.Duration
		slept      bool
	}
	for name, readings := range map[string][]reading{
		"the wall clock alone was set": {{time.Hour, time.Hour, false}, {2 * time.Hour, 2 * time.Hour, false}},
		"a sleep":                      {{3 * time.Hour, time.Hour, true}, {3*time.Hour + 1, time.Hour + 1, false}},
		"two sleeps":                   {{time.Hour + time.Minute, time.Hour, true}, {2*time.Hour + 2*time.Minute, 2 * time.Hour, true}},
		"a nap":                        {{time.Hour + 5*time.Second, time.Hour, false}},
		"more than a nap":              {{time.Hour + 5*time.Second + 1, time.Hour, true}},
		"naps aren't added up":         {{time.Hour + 4*time.Second, time.Hour, false}, {2*time.Hour + 8*time.Second, 2 * time.Hour, false}},
	} {
		t.Run(name, func(t *testing.T) {
			var s sleeps
			s.woke(time.Minute, time.Minute)
			for i, r := range readings {
				if got := s.woke(r.boot, r.mono); got != r.slept {
					t.Errorf("reading %d: slept %v", i, got)
				}
			}
		})
	}
}

func TestSleepBeforeTheFirstReadingIsNoNews(t *testing.T) {
	boot, mono := 10*time.Hour, time.Hour
	var s sleeps
	s.woke(boot, mono)
	if s.woke(boot+time.Second, mono+time.Second) {
		t.Error("an old sleep was told")
	}
}
