package audio

import (
	"sync/atomic"
	"time"
)

// cardSource is the microphone of a sound card.
type cardSource struct {
	*line
	stall   *time.Timer
	begun   bool          // there was a read
	spilled atomic.Uint32 // samples that didn't fit the ring
	told    uint32        // of them, told as lost
}

func newCardSource(cfg Config, open func(*line) (driver, error)) (*cardSource, error) {
	s := &cardSource{line: newLine(cfg, Capture), stall: time.NewTimer(stallDeadline)}
	s.move = s.captured
	return s, s.run(open)
}

// captured is the driver's callback: it takes what the card heard.
func (s *cardSource) captured(pcm []int16) {
	if n := s.ring.push(pcm); n < len(pcm) {
		s.spilled.Add(uint32(len(pcm) - n))
	}
	if s.ring.len() >= s.frame {
		s.poke()
	}
}

func (s *cardSource) read(pcm []int16) (lost uint64, err error) {
	if !s.begun { // what was heard before the call is none of its business
		s.begun = true
		s.ring.drop(s.ring.len())
	}
	for s.ring.len() < s.frame {
		if err := s.await(); err != nil {
			return 0, err
		}
	}
	if err := s.alive(); err != nil {
		return 0, err
	}
	lost = s.shed()
	s.ring.pop(pcm)
	return lost, nil
}

// await waits for news of the driver.
func (s *cardSource) await() error {
	if err := s.alive(); err != nil {
		return err
	}
	for range stallSteps {
		s.stall.Reset(stallDeadline / stallSteps)
		select {
		case <-s.done:
			return ErrClosed
		case <-s.wake:
			return s.alive()
		case <-s.stall.C:
		}
	}
	return s.fail(ErrLost, errStalled)
}

// shed drops the oldest periods when more wait than may, and tells how many
// were lost since the last time.
func (s *cardSource) shed() uint64 {
	lost := uint64(0)
	if extra := s.ring.len()/s.frame - s.periods; extra > 0 {
		s.ring.drop(extra * s.frame)
		lost = uint64(extra)
	}
	spilled := (s.spilled.Load() - s.told) / uint32(s.frame)
	s.told += spilled * uint32(s.frame)
	return lost + uint64(spilled)
}

func (s *cardSource) addTo(stats *Stats) { stats.Xruns += s.xruns.Load() }
