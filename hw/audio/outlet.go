package audio

import (
	"sync/atomic"
	"time"
)

// outlet is what a playing driver tells of its device.
type outlet struct {
	opened time.Time     // at counts from here
	at     atomic.Int64  // when left was true, in ns
	left   atomic.Int32  // samples that the device had still to play
	dry    atomic.Uint64 // periods with silence in them
	// depth is how many periods the driver wants to have in its device when the
	// next one is written; 0 where the device takes whole periods by itself.
	depth atomic.Int32
}

// has says that the device has so many samples still to play.
func (o *outlet) has(samples int) {
	o.at.Store(int64(time.Since(o.opened)))
	o.left.Store(int32(samples))
}

// unplayed is how many of them are left by now.
func (o *outlet) unplayed(rate int) float64 { return max(o.balance(rate), 0) }

// balance is unplayed, and below 0 how many samples there was nothing to play for.
func (o *outlet) balance(rate int) float64 {
	played := (time.Since(o.opened) - time.Duration(o.at.Load())).Seconds() * float64(rate)
	return float64(o.left.Load()) - played
}

// deepen counts that the device has run dry, by so many periods, and makes it hold
// as much more that it doesn't when the same happens again, but at least one and at
// most maxDepth in all: a stall that is longer than that it would not survive anyway.
func (o *outlet) deepen(periods int) (depth int) {
	o.dry.Add(1)
	was := int(o.depth.Load())
	depth = was + max(periods, 1)
	if depth > maxDepth {
		depth = was + 1
	}
	depth = min(depth, max(maxDepth, was))
	o.depth.Store(int32(depth))
	return depth
}

// queues tells that the driver itself queues what it plays, in its device.
func (o *outlet) queues() bool { return o.depth.Load() > 0 }

// target is the level before a write that is aimed at, in periods.
func (o *outlet) target() float64 {
	if o.queues() {
		return float64(o.depth.Load())
	}
	return driftTarget
}
