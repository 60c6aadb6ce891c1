package deadline

import (
	"testing"
	"time"
)

type name uint8

const (
	early name = iota
	late
	off
)

func TestSet(t *testing.T) {
	var s Set[name]
	now := time.Unix(1e9, 0)
	if !s.Next().IsZero() {
		t.Error("an empty set has a next deadline")
	}
	s.Set(late, now.Add(2*time.Second))
	s.Set(early, now.Add(time.Second))
	s.Set(off, now)
	s.Clear(off)
	if s.On(off) || !s.On(early) || !s.Next().Equal(now.Add(time.Second)) {
		t.Errorf("%v", s)
	}
	if n, ok := s.Due(now); ok {
		t.Errorf("%d is due too early", n)
	}
	now = now.Add(time.Minute)
	for _, want := range []name{early, late} {
		if n, ok := s.Due(now); !ok || n != want {
			t.Errorf("%d, %v instead of %d", n, ok, want)
		}
	}
	if _, ok := s.Due(now); ok || !s.Next().IsZero() {
		t.Error("a deadline rings twice")
	}
}
