package jitter

import "time"

// idleAfter is how many frames in a row may have nothing to play before the
// stream counts as silent. What comes then is played as a beginning is, at the
// target delay exactly.
const idleAfter = 10

// Pop gives what is to be played next. now is the time at which the caller
// needs it. quiet tells that what was played last is hardly heard: then is the
// time to insert or leave out a frame.
func (b *Buffer) Pop(now time.Time, quiet bool) Frame {
	t := b.ticks(now)
	if !b.bound(t) {
		return b.frame(Empty)
	}
	b.watch.see(b.delay(t))
	for {
		s := b.upcoming()
		if s == nil {
			return b.starve(t)
		}
		b.dry = 0
		gap := s.stamp - b.play
		switch {
		case s.size == 0 && gap < b.step/2:
			b.consume(s)
			b.pause = true
		case gap < -b.step/2:
			b.drop(s.seq + 1)
		case gap < b.step/2:
			return b.audio(s, quiet)
		default:
			if f, ok := b.hole(s, gap, t); ok {
				return f
			}
		}
	}
}

// delay is how much later than the fastest packet could be is played what is
// played at t.
func (b *Buffer) delay(t int64) int64 { return b.behind(b.play, t) }

// beginning is the target in frames before there is something to go by.
const beginning = 3

// need is the delay that the network asks for: the spread of the transits and a
// margin.
func (b *Buffer) need() int64 {
	t := b.transits.spread() + b.step/4
	if b.transits.count < trusted {
		t = max(t, beginning*b.step, 3*int64(b.jitter.Jitter()))
	}
	return min(t, b.max)
}

// target is the delay to aim at: what is needed, or more where that is configured.
func (b *Buffer) target() int64 { return max(b.need(), b.min) }

// bound sees to it that there is a playout position, and one within bounds.
func (b *Buffer) bound(t int64) bool {
	if b.anchored && b.delay(t) < -b.slack {
		b.anchored = false // packets are asked for faster than time goes by
	}
	if !b.anchored {
		return b.anchor(t)
	}
	if d := b.delay(t); d > b.max+3*b.step {
		b.play += d - b.target() // nobody popped for a while
		b.watch = watch{}
	}
	return true
}

// anchor begins to play when the first packet held has waited for the target
// delay.
func (b *Buffer) anchor(t int64) bool {
	if !b.synced {
		return false
	}
	due := t - b.origin - int64(b.transits.base) - b.target()
	s := b.upcoming()
	for s != nil && s.stamp+b.step < due {
		b.drop(s.seq + 1)
		s = b.upcoming()
	}
	if s == nil || s.stamp > due {
		return false
	}
	b.anchored, b.begun = true, true
	b.play, b.dry, b.watch = s.stamp, 0, watch{}
	return true
}

func (b *Buffer) upcoming() *slot { return b.ring.first(b.next, b.highest) }

func (b *Buffer) frame(k Kind) Frame {
	return Frame{Kind: k, Timestamp: uint32(b.play), Ticks: int(b.step)}
}

// advance gives a frame that takes its time of the stream.
func (b *Buffer) advance(k Kind) Frame {
	f := b.frame(k)
	b.play += b.step
	return f
}

// stretch gives a frame that takes none.
func (b *Buffer) stretch(k Kind) Frame {
	b.stats.Stretched++
	b.watch = watch{}
	return b.frame(k)
}

// starve is for when nothing is held.
func (b *Buffer) starve(t int64) Frame {
	if b.dry++; b.dry > idleAfter {
		b.anchored = false
		return b.frame(Empty)
	}
	kind := Lost
	if b.pause {
		kind = Silence
	}
	if b.delay(t) < b.target()-b.step/4 {
		return b.stretch(kind)
	}
	return b.advance(kind)
}

// hole fills the time before a packet that is not due yet. Here the delay can
// be corrected for nothing. False where that closed the hole.
func (b *Buffer) hole(s *slot, gap, t int64) (Frame, bool) {
	kind := Lost
	if s.seq == b.next {
		kind = Silence
	}
	excess := b.delay(t) - b.target()
	switch {
	case excess < -b.step/4:
		return b.stretch(kind), true
	case excess > b.step || gap > b.max+b.slack:
		b.play += min(gap, max(excess, b.step))
		b.stats.Skipped++
		b.watch = watch{}
		return Frame{}, false
	}
	return b.advance(kind), true
}

// audio gives the packet that is due, unless the delay asks for a correction.
func (b *Buffer) audio(s *slot, quiet bool) Frame {
	kind := Audio
	switch b.watch.decide(b.need(), b.target(), b.step, quiet) {
	case longer:
		return b.stretch(Stretch)
	case shorter:
		if b.ring.first(s.seq+1, s.seq+1) != nil {
			kind = Skip
		}
	}
	b.play = s.stamp
	f := b.advance(kind)
	f.PayloadType, f.Payload = s.kind, b.ring.bytes(s.seq)[:s.size]
	b.head = s.stamp
	b.consume(s)
	if kind == Skip {
		b.stats.Skipped++
		b.watch = watch{}
	} else {
		b.stats.Played++
	}
	return f
}

// consume takes a packet out; the numbers before it that aren't there are lost.
func (b *Buffer) consume(s *slot) {
	b.lose(s.seq - b.next)
	s.state = played
	b.next = s.seq + 1
	b.pause, b.burst = false, false
}
