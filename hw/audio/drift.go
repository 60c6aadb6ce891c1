package audio

import "slices"

// drift decides how much faster or slower a queue has to be played than its
// sound says, such that it neither runs dry nor over though who fills it and who
// empties it have different clocks.
//
// Clocks drift apart by a period in minutes; a busy machine wakes a program late
// by as much at any moment. So one level says nothing: evidence is a high rank of
// a whole window of levels, which only writes in time reach, however many are
// late. The first window tells where the queue has settled, and only from the
// second one on, and only outside of a dead band around that, a slow PI controller
// corrects. Two halves of one card have one clock: their queue stays in the band,
// and what is played is what was written, bit by bit.
//
// Levels are in periods, just before a write, and hold what the card has taken
// and has still to play: without it a level would stand still for minutes and then
// fall by a whole period.
type drift struct {
	levels  [driftWindow]float32
	seen    int
	settled bool
	aim     float64 // the level that the queue is kept at
	learned float64 // ppm
	ppm     float64 // the last correction
}

const (
	// driftTarget is the level that is aimed at where the card takes whole periods:
	// one has to be there when it does, the rest is for a write that comes late and
	// for what the clocks go apart until that is learned.
	driftTarget = 1.8
	// driftSlack is how far above its target a queue may settle: it is as good
	// there, and no reason to change the pace.
	driftSlack = 1
	// driftWindow is the levels of a window: ten seconds in periods of 20 ms.
	driftWindow = 500
	// driftRank is the level of a window that counts, from the lowest: above it are
	// those that a device has told too late what it had played.
	driftRank = driftWindow * 95 / 100
	// driftBand is how far off the level may be without a correction.
	driftBand = 0.25
	// driftP is ppm for each period that the level is off, driftI what that adds
	// to the learned part in each window: about critically damped.
	driftP = 800
	driftI = 80
	// maxDrift is more than two clocks differ, and no audible change of pitch.
	maxDrift = 500
	// driftRoom is how far above the target the level may be before a write. What
	// is more comes late after a stall, where silence has taken its place already,
	// and is dropped. A device may tell of what it has played a period late.
	driftRoom = 3
)

// step takes the level before a write and the one that is aimed at, and gives the
// correction in parts per million; above 0 the queue is to be played faster.
func (d *drift) step(level, target float64) float64 {
	d.levels[d.seen] = float32(level)
	if d.seen++; d.seen == driftWindow {
		slices.Sort(d.levels[:])
		d.judge(float64(d.levels[driftRank]), target)
		d.seen = 0
	}
	return d.ppm
}

// judge draws the conclusions from a window in which the level was so high.
func (d *drift) judge(level, target float64) {
	if !d.settled {
		d.settled, d.aim = true, min(max(level, target), target+driftSlack)
	}
	off := beyond(level-d.aim, driftBand)
	d.learned = clamp(d.learned+off*driftI, maxDrift)
	d.ppm = clamp(d.learned+off*driftP, maxDrift)
}

// unsettle tells that the level has jumped, as after a stall, which says nothing
// of the clocks: what was learned of them stays.
func (d *drift) unsettle() { d.seen, d.settled, d.ppm = 0, false, d.learned }

// beyond is how far x lies outside of −band…band.
func beyond(x, band float64) float64 { return x - clamp(x, band) }

func clamp(x, limit float64) float64 { return min(max(x, -limit), limit) }
