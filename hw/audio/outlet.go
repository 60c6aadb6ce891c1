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
func (o *outlet) unplayed(rate int) float64 {
	played := (time.Since(o.opened) - time.Duration(o.at.Load())).Seconds() * float64(rate)
	return max(float64(o.left.Load())-played, 0)
}

// target is the level before a write that is aimed at, in periods.
func (o *outlet) target() float64 {
	if depth := o.depth.Load(); depth > 0 {
		return float64(depth)
	}
	return driftTarget
}
