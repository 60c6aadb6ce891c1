package rtcp

import (
	"math"
	"testing"
	"time"
)

func TestInterval(t *testing.T) {
	pair := Timing{Bandwidth: 400, Members: 2, Senders: 2, WeSent: true, AverageSize: 120}
	with := func(change func(*Timing)) Timing {
		c := pair
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		timing Timing
		mean   float64 // seconds before the spread and its compensation
	}{
		"two peers":       {pair, 5},
		"first":           {with(func(c *Timing) { c.Initial = true }), 2.5},
		"shorter minimum": {with(func(c *Timing) { c.Minimum = 2 * time.Second }), 2},
		"narrow":          {with(func(c *Timing) { c.Bandwidth = 24 }), 10},
		"few senders, us": {Timing{Bandwidth: 400, Members: 400, Senders: 10, WeSent: true, AverageSize: 100}, 10},
		"few senders":     {Timing{Bandwidth: 400, Members: 400, Senders: 10, AverageSize: 100}, 130},
		"no bandwidth":    {with(func(c *Timing) { c.Bandwidth = 0 }), 5},
	} {
		for _, random := range []float64{0, 0.5, 0.999} {
			want := c.mean * (0.5 + random) / (math.E - 1.5)
			if got := c.timing.Interval(random).Seconds(); math.Abs(got-want) > 1e-6 {
				t.Errorf("%s, random %g: %.3f s, want %.3f", name, random, got, want)
			}
		}
	}
}

func TestAverage(t *testing.T) {
	mean := 100.0
	if mean = Average(mean, 116); mean != 101 {
		t.Errorf("mean %g", mean)
	}
}
