package audio

import (
	"errors"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// hand is a driver that the call moves.
type hand struct {
	stub
	line   *line
	heard  [][]int16 // what a pull gives; it waits for its limit where there is nothing
	played []int16
	err    error // of pull and push
	xruns  uint64
}

func (h *hand) open(l *line) (driver, error) {
	h.line = l
	return h, nil
}

func (h *hand) pull(limit time.Duration) error {
	h.line.xruns.Add(h.xruns)
	h.xruns = 0
	switch {
	case h.err != nil:
		return h.err
	case len(h.heard) == 0:
		time.Sleep(limit)
		return os.ErrDeadlineExceeded
	}
	h.line.move(h.heard[0])
	h.heard = h.heard[1:]
	return nil
}

func (h *hand) push() error {
	pcm := make([]int16, h.line.ring.len())
	h.line.ring.pop(pcm)
	h.played = append(h.played, pcm...)
	return h.err
}

// openHands makes a Stream of two drivers that the test has in its hand.
func openHands(t *testing.T) (Stream, *hand, *hand) {
	t.Helper()
	in, out := &hand{}, &hand{}
	mic, err := newCardSource(testConfig(), in.open)
	if err != nil {
		t.Fatal(err)
	}
	speaker, err := newCardSink(testConfig(), out.open)
	if err != nil {
		t.Fatal(err)
	}
	return newDuplex(testConfig(), mic, speaker), in, out
}

// TestMoverBegins: what waits in the device before the call is dropped up to the end
// of a period, also where its filter keeps a part of one back; what was lost before
// doesn't count.
func TestMoverBegins(t *testing.T) {
	s, in, _ := openHands(t)
	defer closeStream(t, s)
	in.xruns = 1
	in.line.spilled.Store(1600)
	in.heard = [][]int16{constant(350, 1), constant(120, 1), constant(160, 2), constant(160, 3)}
	for want := int16(2); want < 4; want++ {
		if got := read(t, s, 160); !slices.Equal(got, constant(160, want)) {
			t.Errorf("read %v, want %d", got, want)
		}
	}
	if stats := s.Stats(); stats.Xruns != 0 || stats.CaptureOverruns != 0 {
		t.Errorf("%+v", stats)
	}
	in.xruns = 1
	in.line.spilled.Add(320)
	in.heard = [][]int16{constant(160, 5)}
	read(t, s, 160)
	if stats := s.Stats(); stats.Xruns != 1 || stats.CaptureOverruns != 2 {
		t.Errorf("in the call: %+v", stats)
	}
}

// TestMoverStalls: a device that gives nothing for a second is lost.
func TestMoverStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := openHands(t)
		stalls(t, s)
	})
}

// TestMoverPlays: what is written is with the device at once.
func TestMoverPlays(t *testing.T) {
	s, _, out := openHands(t)
	defer closeStream(t, s)
	out.line.outlet.depth.Store(2)
	for range 2 {
		if n, err := s.Write(constant(160, 7)); n != 160 || err != nil {
			t.Errorf("Write: %d, %v", n, err)
		}
	}
	if want := constant(320-speedDelay, 7); !slices.Equal(out.played, want) {
		t.Errorf("played %d samples: %v", len(out.played), out.played)
	}
}

// TestMoverFails: an error of the device is told, and one that Close has caused is
// no loss.
func TestMoverFails(t *testing.T) {
	want := errors.New("no such device")
	s, in, out := openHands(t)
	in.err, out.err = want, want
	pcm := make([]int16, 160)
	if err := s.Read(pcm); !errors.Is(err, ErrLost) || !errors.Is(err, want) {
		t.Errorf("Read: %v", err)
	}
	if _, err := s.Write(pcm); !errors.Is(err, ErrLost) || !errors.Is(err, want) {
		t.Errorf("Write: %v", err)
	}
	closeStream(t, s)
	if err := s.Read(pcm); !errors.Is(err, ErrClosed) {
		t.Errorf("Read after Close: %v", err)
	}
	if _, err := s.Write(pcm); !errors.Is(err, ErrClosed) {
		t.Errorf("Write after Close: %v", err)
	}
}
