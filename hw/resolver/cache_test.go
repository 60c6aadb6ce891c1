package resolver

import (
	"fmt"
	"testing"
	"time"
)

// TestCacheBound: a full cache forgets what expires first.
func TestCacheBound(t *testing.T) {
	c := newCache(3)
	now := time.Unix(1000, 0)
	q := func(i int) question { return question{A, fmt.Sprint(i)} }
	for i, ttl := range []time.Duration{30, 10, 20, 40} {
		c.put(now, q(i), Answer{TTL: ttl * time.Second})
	}
	for i, want := range []bool{true, false, true, true} {
		if _, ok := c.get(now, q(i)); ok != want {
			t.Errorf("entry %d: %v", i, ok)
		}
	}
	c.put(now, q(0), Answer{TTL: time.Second, NoName: true}) // takes its own place
	if a, ok := c.get(now, q(0)); !ok || !a.NoName || len(c.entries) != 3 {
		t.Errorf("entry 0 wasn't replaced: %+v of %d", a, len(c.entries))
	}
	if c.get(now.Add(time.Hour), q(0)); len(c.entries) != 2 {
		t.Error("an expired entry stays")
	}
}
