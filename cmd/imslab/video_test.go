package main

import "testing"

// A verdict needs pictures that are wrong to be found so.
func TestSeen(t *testing.T) {
	type picture struct {
		source uint8
		count  int
		ok     bool
	}
	for name, c := range map[string]struct {
		pictures []picture
		want     seen
	}{
		"in order":       {[]picture{{2, 5, true}, {2, 6, true}}, seen{source: 2, pictures: 2, last: 6}},
		"one left out":   {[]picture{{2, 5, true}, {2, 7, true}}, seen{source: 2, pictures: 2, last: 7, missing: 1}},
		"twice the same": {[]picture{{2, 5, true}, {2, 5, true}}, seen{source: 2, pictures: 2, last: 5, wrong: 1}},
		"backwards":      {[]picture{{2, 5, true}, {2, 4, true}}, seen{source: 2, pictures: 2, last: 4, wrong: 1}},
		"somebody else":  {[]picture{{2, 5, true}, {3, 6, true}}, seen{source: 2, pictures: 2, last: 6, wrong: 1}},
		"no number":      {[]picture{{0, 0, false}, {2, 6, true}}, seen{source: 2, pictures: 1, last: 6, wrong: 1}},
	} {
		var s seen
		for _, p := range c.pictures {
			s.add(p.source, p.count, p.ok)
		}
		if s != c.want {
			t.Errorf("%s: %+v, want %+v", name, s, c.want)
		}
	}
}
