package jitter

// watch sees the delay of the last frames and decides about corrections. It
// goes by the least delay, so that a device that asks for two frames at once
// moves nothing.
type watch struct {
	frames int
	least  int64
}

// The delay is judged every few frames; a correction that is due waits for a
// quiet frame, but not for ever.
const (
	judgeAfter = 10
	patience   = 60
)

type verdict uint8

const (
	fine verdict = iota
	longer
	shorter
)

func (w *watch) see(delay int64) {
	if w.frames == 0 || delay < w.least {
		w.least = delay
	}
	w.frames++
}

// decide holds the delay between a quarter of a frame below what is needed and a
// frame, or a quarter of a long target, above the target: wider than a frame, or
// corrections would chase each other. That the delay is less than a target that was
// only configured is no reason to be heard correcting it.
func (w *watch) decide(need, target, step int64, quiet bool) verdict {
	if w.frames < judgeAfter {
		return fine
	}
	lack, excess := need-w.least, w.least-target
	if lack <= step/4 && excess <= max(step, target/4) {
		*w = watch{}
		return fine
	}
	urgent := excess > 3*step || lack > step
	switch {
	case !quiet && !urgent && w.frames < patience:
		return fine
	case excess > 0:
		return shorter
	}
	return longer
}
