//go:build cgo && linux

package audio

import (
	"errors"
	"testing"

	"github.com/gen2brain/malgo"
)

// backendNull is the sound library's device that runs without hardware, at the
// pace of a thread of its own. (malgo.BackendNull is off by one.)
const backendNull = malgo.Backend(14)

func openNull(l *line) (driver, error) { return openMalgo(l, backendNull, nil) }

// TestMalgo runs the real callbacks, from the library's threads, in both
// directions.
func TestMalgo(t *testing.T) {
	in, err := newCardSource(testConfig(), openNull)
	if err != nil {
		t.Fatal(err)
	}
	out, err := newCardSink(testConfig(), openNull)
	if err != nil {
		t.Fatal(err)
	}
	s := newDuplex(testConfig(), in, out)
	for range 3 {
		pcm := read(t, s, 160)
		if _, err := s.Write(pcm); err != nil {
			t.Error(err)
		}
	}
	if got := s.Stats().Captured; got != 3 {
		t.Errorf("%d periods captured", got)
	}
	if err := s.Close(); err != nil && !errors.Is(err, ErrStuck) { // the library's threads have their own time
		t.Error(err)
	}
	if err := s.Read(make([]int16, 160)); !errors.Is(err, ErrClosed) {
		t.Errorf("Read after Close: %v", err)
	}
}

// TestALSANoSuchCard: a machine with or without sound cards has none of this
// name; without the sound library the error is another.
func TestALSANoSuchCard(t *testing.T) {
	s, err := Open(Config{Device: "hw:CARD=imsphonetest,DEV=9"})
	if err == nil {
		closeStream(t, s)
		t.Fatal("it could be opened")
	}
	if !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrNoBackend) {
		t.Errorf("got %v", err)
	}
	if de := (*DeviceError)(nil); !errors.As(err, &de) || de.Device != "hw:CARD=imsphonetest,DEV=9" || de.Direction != Capture {
		t.Errorf("%#v doesn't name the device", err)
	}
}

// TestExplain holds the kinds of error against the library's results.
func TestExplain(t *testing.T) {
	l := newLine(testConfig(), Playback)
	for result, want := range map[malgo.Result]error{
		malgo.ErrBusy:         ErrBusy,
		malgo.ErrDoesNotExist: ErrNotFound,
		malgo.ErrAccessDenied: ErrDenied,
	} {
		if err := l.explain(result); !errors.Is(err, want) || !errors.Is(err, result) {
			t.Errorf("%v became %v", result, err)
		}
	}
	if err := l.explain(malgo.ErrGeneric); errors.Is(err, ErrBusy) || !errors.Is(err, malgo.ErrGeneric) {
		t.Errorf("got %v", err)
	}
}
