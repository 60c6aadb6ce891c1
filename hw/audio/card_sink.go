package audio

import (
	"math"
	"sync/atomic"
	"time"
)

// cardSink is the speaker of a sound card.
//
//	write → speed (drift) → ring → play, at the card's pace
type cardSink struct {
	*line
	speed  *speed
	drift  drift
	fitted []int16       // a written period at the card's pace
	full   int           // periods in a row that were dropped, in part or in full
	opened time.Time     // taken counts from here
	taken  atomic.Int64  // when the card took sound last, in ns
	piece  atomic.Int32  // the samples that it took
	begun  atomic.Bool   // something was queued
	dry    atomic.Uint64 // periods with silence in them since then
	ppm    atomic.Int32  // the last correction
}

func newCardSink(cfg Config, open func(*line) (driver, error)) (*cardSink, error) {
	s := &cardSink{line: newLine(cfg, Playback), speed: newSpeed(), opened: time.Now()}
	s.move = s.play
	return s, s.run(open)
}

// play is the driver's callback: it fills pcm with what the card shall play.
func (s *cardSink) play(pcm []int16) {
	begun := s.begun.Load() // before the look: what is queued from now on comes in time
	n := s.ring.pop(pcm)
	s.taken.Store(int64(time.Since(s.opened)))
	s.piece.Store(int32(len(pcm)))
	if n == len(pcm) {
		return
	}
	clear(pcm[n:])
	if begun {
		s.dry.Add(1)
	}
}

func (s *cardSink) write(pcm []int16) (int, error) {
	if err := s.alive(); err != nil {
		return 0, err
	}
	if !s.begun.Load() {
		s.lead()
	}
	s.fitted = s.speed.append(s.fitted[:0], pcm, s.drift.step(s.level()))
	s.ppm.Store(int32(math.Round(s.drift.ppm)))
	room := max(s.periods*s.frame-s.ring.len(), 0)
	n := s.ring.push(s.fitted[:min(len(s.fitted), room)])
	s.begun.Store(true)
	return max(len(pcm)-(len(s.fitted)-n), 0), s.stuck(n < len(s.fitted))
}

// lead queues the silence that goes ahead of the first write, also for the part of
// it that stays in the filter.
func (s *cardSink) lead() {
	missing := (driftTarget-s.level())*float64(s.frame) + speedDelay
	s.ring.push(make([]int16, max(int(math.Round(missing)), 0)))
}

// level is what is still to be played, in periods: the queue, and what the card
// has left of what it took last.
func (s *cardSink) level() float64 {
	played := (time.Since(s.opened) - time.Duration(s.taken.Load())).Seconds() * float64(s.rate)
	left := max(float64(s.piece.Load())-played, 0)
	return (float64(s.ring.len()) + left) / float64(s.frame)
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
	stats.Underruns = s.dry.Load()
	stats.Xruns += s.xruns.Load()
	stats.Drift = int(s.ppm.Load())
}
