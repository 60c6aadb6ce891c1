package jitter

import "math"

// window is how many transits are remembered: 10 s of packets of 20 ms.
const window = 500

// trusted is how many transits it takes to go by them alone.
const trusted = 50

// transits remembers how long the last packets were under way, in clock units
// and relative to an origin of no meaning.
type transits struct {
	ring  [window]int32
	count int // how many were added, up to window
	next  int
	base  int32 // the least of them
	high  int32 // the greatest but one: a single straggler moves nothing
	dirty int   // added since base and high were computed
}

func (t *transits) add(transit int32) {
	t.ring[t.next] = transit
	t.next = (t.next + 1) % window
	t.count = min(t.count+1, window)
	t.dirty++
	// The base must follow at once: all delays are measured from it. So must
	// the high end, or what comes with it would be late; to let go of one may
	// wait for a few packets.
	if t.count == 1 || transit < t.base {
		t.base = transit
	}
	if t.dirty >= 10 || t.count < trusted || transit > t.high {
		t.settle()
	}
}

// settle computes base and high anew.
func (t *transits) settle() {
	if t.count == 0 {
		return
	}
	t.dirty = 0
	least, most, second := int32(math.MaxInt32), int32(math.MinInt32), int32(math.MinInt32)
	for _, v := range t.ring[:t.count] {
		least = min(least, v)
		if v >= most {
			most, second = v, most
		} else if v > second {
			second = v
		}
	}
	t.base, t.high = least, second
	if t.count < trusted {
		t.high = most
	}
}

// spread is the distance from the fastest to the slowest but one.
func (t *transits) spread() int64 { return int64(t.high) - int64(t.base) }
