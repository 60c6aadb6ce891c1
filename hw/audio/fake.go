package audio

import (
	"sync"
	"time"
)

// Microphone is where a fake device takes its sound from.
type Microphone interface {
	// Capture fills pcm with the next period. It is called by the goroutine
	// that Reads; its error is what Read returns.
	Capture(pcm []int16) error
	// Close is called once, maybe during a Capture.
	Close() error
}

// Speaker is where the sound goes that a fake device plays.
type Speaker interface {
	// Play gets one period after the other without a gap, silence where none
	// was queued. Calls don't overlap.
	Play(pcm []int16)
	// Close is called once, after the last Play.
	Close() error
}

// OpenFake opens a device without hardware, which keeps the pace of cfg: its
// device names are not looked at. It runs on the clock of package time alone,
// so also in a testing/synctest bubble, and has no goroutine.
func OpenFake(cfg Config, mic Microphone, speaker Speaker) (Stream, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	return newDuplex(cfg, newFakeSource(cfg, mic), newFakeSink(cfg, speaker)), nil
}

// fakeSource paces a Microphone.
type fakeSource struct {
	pacer *pacer
	mic   Microphone
}

func newFakeSource(cfg Config, mic Microphone) *fakeSource {
	return &fakeSource{newPacer(cfg), mic}
}

func (s *fakeSource) read(pcm []int16) (uint64, error) {
	lost, err := s.pacer.wait()
	if err != nil {
		return lost, err
	}
	return lost, s.mic.Capture(pcm)
}

func (s *fakeSource) addTo(*Stats) {}

func (s *fakeSource) close() error {
	s.pacer.stop()
	return s.mic.Close()
}

// fakeSink plays what is queued at the pace of a sound card: it catches up
// with the clock whenever it is looked at.
type fakeSink struct {
	period  time.Duration
	frame   int
	room    int // samples that may wait
	lead    time.Duration
	speaker Speaker

	mu     sync.Mutex
	start  time.Time // lead after the first write
	played int64     // periods
	queue  []int16
	buf    []int16 // the period being played
	dry    uint64  // periods with silence in them
	closed bool
}

func newFakeSink(cfg Config, speaker Speaker) *fakeSink {
	return &fakeSink{
		period: cfg.Period, frame: cfg.frame(), room: cfg.Periods * cfg.frame(),
		lead:    time.Duration(max(0, cfg.Periods-defaultPeriods)) * cfg.Period,
		speaker: speaker, buf: make([]int16, cfg.frame()),
	}
}

func (s *fakeSink) write(pcm []int16) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, ErrClosed
	}
	if s.start.IsZero() {
		s.start = time.Now().Add(s.lead)
	}
	s.catchUp()
	n := min(len(pcm), s.room-len(s.queue))
	s.queue = append(s.queue, pcm[:n]...)
	return n, nil
}

// catchUp plays the periods that have passed by the clock.
func (s *fakeSink) catchUp() {
	if s.start.IsZero() {
		return
	}
	for due := int64(time.Since(s.start) / s.period); s.played < due; s.played++ {
		s.play()
	}
}

// play plays one period.
func (s *fakeSink) play() {
	n := copy(s.buf, s.queue)
	s.queue = s.queue[:copy(s.queue, s.queue[n:])]
	if n < s.frame {
		s.dry++
		clear(s.buf[n:])
	}
	s.speaker.Play(s.buf)
}

func (s *fakeSink) addTo(stats *Stats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.catchUp()
	}
	stats.Underruns = s.dry
}

// close also plays what is still queued, so that a recording is complete.
func (s *fakeSink) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	for len(s.queue) >= s.frame {
		s.play()
	}
	s.closed = true
	return s.speaker.Close()
}
