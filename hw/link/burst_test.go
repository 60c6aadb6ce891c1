package link

import (
	"testing"
	"time"
)

func TestBurstEndsAfterQuietOrTheLongestTime(t *testing.T) {
	ms := func(n ...int) (list []time.Duration) {
		for _, n := range n {
			list = append(list, time.Duration(n)*time.Millisecond)
		}
		return list
	}
	for name, c := range map[string]struct {
		at  []time.Duration
		due time.Duration
	}{
		"alone":           {ms(0), 300 * time.Millisecond},
		"two":             {ms(0, 299), 599 * time.Millisecond},
		"just in time":    {ms(0, 250, 500, 750, 1000, 1250, 1500, 1700), 2 * time.Second},
		"never quiet":     {ms(0, 250, 500, 750, 1000, 1250, 1500, 1750, 1999), 2 * time.Second},
		"later than due":  {ms(0, 5000), 2 * time.Second},
		"all at one time": {ms(0, 0, 0), 300 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			var b burst
			start := time.Unix(1e9, 0)
			for _, at := range c.at {
				b.add(look, start.Add(at))
			}
			if got := b.due().Sub(start); got != c.due {
				t.Errorf("due after %v, want %v", got, c.due)
			}
		})
	}
}

func TestBurstGathersAndStartsAnew(t *testing.T) {
	var b burst
	start := time.Unix(1e9, 0)
	b.add(look, start)
	b.add(resumed, start.Add(time.Second))
	if got := b.take(); got != look|resumed {
		t.Errorf("took %b", got)
	}
	if got := b.take(); got != 0 {
		t.Errorf("took %b of an empty burst", got)
	}
	later := start.Add(time.Hour)
	b.add(look, later)
	if got := b.due(); !got.Equal(later.Add(quiet)) {
		t.Errorf("second burst is due at %v", got)
	}
}
