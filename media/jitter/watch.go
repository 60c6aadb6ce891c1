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

// decide holds the delay between a quarter of a frame below the target and a
// frame above: wider than a frame, or corrections would chase each other.
func (w *watch) decide(target, step int64, quiet bool) verdict {
	if w.frames < judgeAfter {
		return fine
	}
	excess := w.least - target
	if excess >= -step/4 && excess <= step {
		*w = watch{}
		return fine
	}
	urgent := excess > 3*step || excess < -step
	switch {
	case !quiet && !urgent && w.frames < patience:
		return fine
	case excess > 0:
		return shorter
	}
	return longer
}
