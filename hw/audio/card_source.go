package audio

import (
	"errors"
	"os"
	"time"
)

// cardSource is the microphone of a sound card.
type cardSource struct {
	*line
	stall *time.Timer
	begun bool   // there was a read
	told  uint32 // of what was spilled, told as lost
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
	if err := s.begin(); err != nil {
		return 0, err
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

// begin drops what was heard before the call: it is none of its business. A mover's
// device holds that, and then the rest of a period, which is waited for: or all that
// follows would come late by a part of one.
func (s *cardSource) begin() error {
	if s.begun {
		return nil
	}
	s.begun = true
	if _, ok := s.driver.(mover); ok {
		for range 2 {
			if err := s.await(); err != nil {
				return err
			}
		}
		s.told = s.spilled.Load()
		s.xruns.Store(0)
	}
	s.ring.drop(s.ring.len())
	return nil
}

// await waits for news of the driver.
func (s *cardSource) await() error {
	if err := s.alive(); err != nil {
		return err
	}
	if m, ok := s.driver.(mover); ok {
		return s.pull(m)
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

// pull is await where nobody else moves the sound.
func (s *cardSource) pull(m mover) error {
	for range stallSteps {
		err := m.pull(stallDeadline / stallSteps)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			continue
		}
		if err != nil {
			s.lost(err)
		}
		return s.alive()
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
