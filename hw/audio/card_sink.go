package audio

import (
	"math"
	"sync/atomic"
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
	if !s.begun.Load() {
		s.lead()
	}
	level, target := s.level(), s.outlet.target()
	s.fitted = s.speed.append(s.fitted[:0], pcm, s.drift.step(level-target))
	s.ppm.Store(int32(math.Round(s.drift.ppm)))
	room := max(int(math.Round((2*target+driftRoom-level)*float64(s.frame))), 0)
	n := s.ring.push(s.fitted[:min(len(s.fitted), room)])
	s.begun.Store(true)
	s.poke()
	return max(len(pcm)-(len(s.fitted)-n), 0), s.stuck(n < len(s.fitted))
}

// lead queues the silence that goes ahead of the first write, also for the part of
// it that stays in the filter.
func (s *cardSink) lead() {
	missing := (s.outlet.target()-s.level())*float64(s.frame) + speedDelay
	s.ring.push(make([]int16, max(int(math.Round(missing)), 0)))
}

// level is what is still to be played, in periods: the queue, and what the card
// has of it already.
func (s *cardSink) level() float64 {
	return (float64(s.ring.len()) + s.outlet.unplayed(s.rate)) / float64(s.frame)
}

// stuck tells that the card has lost its pace: it takes nothing any more.
func (s *cardSink) stuck(full bool) error {
	if s.full++; !full {
		s.full = 0
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
