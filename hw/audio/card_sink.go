package audio

import "sync/atomic"

// cardSink is the speaker of a sound card.
type cardSink struct {
	*line
	begun atomic.Bool   // something was queued
	dry   atomic.Uint64 // periods with silence in them since then
}

func newCardSink(cfg Config, open func(*line) (driver, error)) (*cardSink, error) {
	s := &cardSink{line: newLine(cfg, Playback)}
	s.move = s.play
	return s, s.run(open)
}

// play is the driver's callback: it fills pcm with what the card shall play.
func (s *cardSink) play(pcm []int16) {
	n := s.ring.pop(pcm)
	if n == len(pcm) {
		return
	}
	clear(pcm[n:])
	if s.begun.Load() {
		s.dry.Add(1)
	}
}

func (s *cardSink) write(pcm []int16) (int, error) {
	if err := s.alive(); err != nil {
		return 0, err
	}
	room := max(s.periods*s.frame-s.ring.len(), 0)
	n := s.ring.push(pcm[:min(len(pcm), room)])
	s.begun.Store(true)
	return n, nil
}

func (s *cardSink) underruns() uint64 { return s.dry.Load() }
