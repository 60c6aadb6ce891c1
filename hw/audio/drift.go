package audio

import "math"

// drift decides how much faster or slower a queue has to be played than its
// sound says, such that it neither runs dry nor over though who fills it and who
// empties it have different clocks.
//
// It is a slow PI controller with a dead band. Two halves of one card have one
// clock: their queue stays in the band, nothing is corrected, and what is played
// is what was written, bit by bit. With two clocks the integral learns their
// difference within a minute or two, and the pace changes so slowly that nobody
// hears it.
//
// Levels are in periods, just before a write, and hold what the card has taken
// and has still to play: without it a level would stand still for minutes and then
// fall by a whole period.
type drift struct {
	off     float64 // the level's distance from what is aimed at, smoothed
	begun   bool
	learned float64 // ppm
	ppm     float64 // the last correction
}

const (
	// driftTarget is the level that is aimed at where the card takes whole periods:
	// one has to be there when it does, the rest is for a write that comes late.
	driftTarget = 1.4
	// driftBand is how far off the level may be without a correction.
	driftBand = 0.2
	// driftRoom is how far above twice of it the level may be after a write. More,
	// which comes late after a stall, is dropped: silence has taken its place
	// already. Twice, as a device may tell of what it has played with such a delay.
	driftRoom = 2
	// driftSmooth is the share that one write has in the smoothed level: the time
	// constant is 64 periods.
	driftSmooth = 1. / 64
	// driftP is ppm for each period that the level is off, driftI what that adds
	// to the learned part at each write: critically damped for periods of 20 ms.
	driftP = 2000
	driftI = 1
	// driftClip is how far off a level counts at most: a stall says little of the
	// clocks. Only what is nearer than a third of it is learned from.
	driftClip = 1.5
	// Clocks differ by 200 ppm at most. More is for a queue that is far too long
	// after a stall: 0.26 % is no audible change of pitch.
	maxLearned = 500
	maxDrift   = (driftClip - driftBand) * driftP
)

// step takes how far the level before a write is above what is aimed at, and gives
// the correction in parts per million; above 0 the queue is to be played faster.
func (d *drift) step(above float64) float64 {
	if !d.begun {
		d.begun, d.off = true, clamp(above, driftClip)
	}
	d.off += (clamp(above, driftClip) - d.off) * driftSmooth
	off := beyond(d.off, driftBand)
	if math.Abs(off) < driftClip/3 {
		d.learned = clamp(d.learned+off*driftI, maxLearned)
	}
	d.ppm = clamp(d.learned+off*driftP, maxDrift)
	return d.ppm
}

// beyond is how far x lies outside of −band…band.
func beyond(x, band float64) float64 { return x - clamp(x, band) }

func clamp(x, limit float64) float64 { return min(max(x, -limit), limit) }
