// Package deadline keeps the deadlines of a core, which has no timers of its own.
package deadline

import "time"

// Set is deadlines by their names, which count from 0 and are fewer than 16. One
// that is off is the zero time.
type Set[Name ~uint8] [16]time.Time

// Set puts a deadline to a time.
func (s *Set[Name]) Set(n Name, at time.Time) { s[n] = at }

// Clear turns deadlines off.
func (s *Set[Name]) Clear(names ...Name) {
	for _, n := range names {
		s[n] = time.Time{}
	}
}

// On tells whether a deadline is set.
func (s *Set[Name]) On(n Name) bool { return !s[n].IsZero() }

// Next gives the earliest deadline, zero for none.
func (s *Set[Name]) Next() time.Time {
	var first time.Time
	for _, t := range s {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// Due takes one deadline that has passed off the set.
func (s *Set[Name]) Due(now time.Time) (Name, bool) {
	for n, t := range s {
		if !t.IsZero() && !t.After(now) {
			s[n] = time.Time{}
			return Name(n), true
		}
	}
	return 0, false
}
