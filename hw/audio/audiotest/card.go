// Package audiotest gives tests a sound card without hardware and ways to
// judge what was heard on it.
package audiotest

import (
	"slices"
	"sync"

	"github.com/imsphone/imsphone/hw/audio"
)

// defaultKeep is how much of what was heard a Card keeps: a minute at 16 kHz.
const defaultKeep = 60 * 16000

// Card is a sound card without hardware: the test says what its microphone
// hears and looks at what its speaker played. It paces like a real card, also
// in a testing/synctest bubble. The zero value hears silence. It is safe for
// concurrent use.
type Card struct {
	// Keep is how many samples of what was heard are kept, the latest ones;
	// 0 is a minute at 16 kHz. Set it before Open.
	Keep int

	mu      sync.Mutex
	said    []int16 // still to be captured
	heard   []int16
	opened  int
	openErr error
	lost    error
}

// Open opens the card with the rate and period of cfg; it takes the place of
// audio.Open. It can be open more than once, as if all shared it.
func (c *Card) Open(cfg audio.Config) (audio.Stream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.openErr != nil {
		return nil, c.openErr
	}
	if c.lost != nil {
		return nil, c.lost
	}
	s, err := audio.OpenFake(cfg, (*microphone)(c), (*speaker)(c))
	if err == nil {
		c.opened++
	}
	return s, err
}

// Say queues what the microphone hears next; after it comes silence.
func (c *Card) Say(pcm []int16) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, pcm...)
}

// Heard gives a copy of what the speaker played so far, with its gaps.
func (c *Card) Heard() []int16 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.heard)
}

// Opened tells how many streams of the card are open.
func (c *Card) Opened() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opened
}

// Refuse makes Open fail with err, audio.ErrBusy for example, in the way a real
// device does; nil lets it succeed again.
func (c *Card) Refuse(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.openErr = nil
	if err != nil {
		c.openErr = &audio.DeviceError{Device: "audiotest", Kind: err}
	}
}

// Unplug makes Read and Open fail as if the card was pulled out.
func (c *Card) Unplug() { c.setLost(&audio.DeviceError{Device: "audiotest", Kind: audio.ErrLost}) }

// Plug undoes Unplug: streams that were open read on.
func (c *Card) Plug() { c.setLost(nil) }

func (c *Card) setLost(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost = err
}

// microphone is the Card as the fake device sees it.
type microphone Card

func (m *microphone) Capture(pcm []int16) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lost != nil {
		return m.lost
	}
	n := copy(pcm, m.said)
	m.said = m.said[n:]
	clear(pcm[n:])
	return nil
}

func (m *microphone) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.opened--
	return nil
}

// speaker is the Card as the fake device sees it.
type speaker Card

func (s *speaker) Play(pcm []int16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, pcm...)
	keep := s.Keep
	if keep == 0 {
		keep = defaultKeep
	}
	if len(s.heard) >= 2*keep { // forget in large pieces, so seldom
		s.heard = slices.Clone(s.heard[len(s.heard)-keep:])
	}
}

func (s *speaker) Close() error { return nil }
