package audio

import (
	"math"
	"sync/atomic"
	"time"
)

// cardSink is the speaker of a sound card.
//
//	write → speed (drift) → ring → the driver, at the card's pace
//
// A driver that is called for whole periods takes them by play; one that can
// queue as much as it likes in its device takes all that there is by take.
type cardSink struct {
	*line
	speed  *speed
	drift  drift
	fitted []int16      // a written period at the card's pace
	full   int          // periods in a row that were dropped, in part or in full
	late   time.Time    // when one of them was counted last
	last   time.Time    // of the writes
	dry    uint64       // the device's count of periods without sound, as last seen
	short  bool         // it has run dry since there was enough
	begun  atomic.Bool  // something was queued
	ppm    atomic.Int32 // the last correction
}

func newCardSink(cfg Config, open func(*line) (driver, error)) (*cardSink, error) {
	s := &cardSink{line: newLine(cfg, Playback), speed: newSpeed()}
	s.move = s.play
	return s, s.run(open)
}

// play is the driver's callback: it fills pcm with what the card shall play.
func (s *cardSink) play(pcm []int16) {
	begun := s.begun.Load() // before the look: what is queued from now on comes in time
	n := s.ring.pop(pcm)
	s.outlet.has(len(pcm))
	if n == len(pcm) {
		return
	}
	clear(pcm[n:])
	if begun {
		s.outlet.dry.Add(1)
	}
}

func (s *cardSink) write(pcm []int16) (int, error) {
	if err := s.alive(); err != nil {
		return 0, err
	}
	if s.lacks() {
		s.lead()
	}
	level, target := s.level(), s.outlet.target()
	s.fitted = s.speed.append(s.fitted[:0], pcm, s.drift.step(level, target))
	s.ppm.Store(int32(math.Round(s.drift.ppm)))
	room := max(int(math.Round((target+driftRoom-level)*float64(s.frame))), 0)
	n := s.ring.push(s.fitted[:min(len(s.fitted), room)])
	s.begun.Store(true)
	if err := s.push(); err != nil {
		return 0, err
	}
	s.watch(n < len(s.fitted))
	return max(len(pcm)-(len(s.fitted)-n), 0), s.stuck(n < len(s.fitted))
}

// push hands what is queued to a driver that doesn't come for it.
func (s *cardSink) push() error {
	m, ok := s.driver.(mover)
	if !ok {
		return nil
	}
	if err := m.push(); err != nil {
		s.lost(err)
	}
	return s.alive()
}

// watch notices what makes the level jump: sound that was dropped, or a device
// that has run dry.
func (s *cardSink) watch(dropped bool) {
	if dry := s.outlet.dry.Load(); dropped || dry != s.dry {
		s.short = s.short || dry != s.dry
		s.dry = dry
		s.drift.unsettle()
	}
}

// lacks tells that silence has to go ahead of a write: of the first one, and where
// the device has run dry, so that it doesn't do so again each time that a write is a
// little late. What had been kept from coming comes all at once then and is waited
// for, as it may be enough.
func (s *cardSink) lacks() bool {
	apart := time.Since(s.last) >= s.period()/2
	s.last = time.Now()
	lacks := !s.begun.Load() || s.short && apart
	if lacks {
		s.short = false
	}
	return lacks
}

// lead queues silence up to the level that is aimed at, and for the part of the
// sound that stays in the filter. A driver that queues in its device needs none: it
// starts when there is enough.
func (s *cardSink) lead() {
	if s.outlet.queues() {
		return
	}
	missing := (s.outlet.target()-s.level())*float64(s.frame) + speedDelay
	s.ring.push(make([]int16, max(int(math.Round(missing)), 0)))
}

// level is what is still to be played, in periods: the queue, and what the card
// has of it already.
func (s *cardSink) level() float64 {
	return (float64(s.ring.len()) + s.outlet.unplayed(s.rate)) / float64(s.frame)
}

// stuck tells that the card has lost its pace: for a second it took nothing. What
// is dropped all at once, as after a stall, counts as one period.
func (s *cardSink) stuck(full bool) error {
	switch {
	case !full:
		s.full = 0
	case s.full == 0 || time.Since(s.late) >= s.period()/2:
		s.full++
		s.late = time.Now()
	}
	if s.full*s.frame >= s.rate*int(stallDeadline.Seconds()) {
		return s.fail(ErrLost, errStalled)
	}
	return nil
}

func (s *cardSink) addTo(stats *Stats) {
	stats.Underruns = s.outlet.dry.Load()
	stats.Xruns += s.xruns.Load()
	stats.Drift = int(s.ppm.Load())
}
