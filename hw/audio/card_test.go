package audio

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// stub is a driver whose thread is the test.
type stub struct {
	startErr  error
	hang      chan struct{} // start and stop wait for it, if there is one
	hangStart bool
	hangStop  bool
	stops     int
}

func (d *stub) start() error {
	if d.hangStart {
		<-d.hang
	}
	return d.startErr
}

func (d *stub) stop() {
	if d.hangStop {
		<-d.hang
	}
	d.stops++
}

func (d *stub) open(*line) (driver, error) { return d, nil }

func testConfig() Config {
	return Config{Capture: "hw:1,0", Playback: "hw:2,0", Rate: 8000, Period: 20 * time.Millisecond, Periods: 3}
}

// openStubs makes a Stream of two lines that the test drives.
func openStubs(t *testing.T) (Stream, *cardSource, *cardSink) {
	t.Helper()
	in, err := newCardSource(testConfig(), (&stub{}).open)
	if err != nil {
		t.Fatal(err)
	}
	out, err := newCardSink(testConfig(), (&stub{}).open)
	if err != nil {
		t.Fatal(err)
	}
	return newDuplex(testConfig(), in, out), in, out
}

func TestCardCapture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, in, _ := openStubs(t)
		defer closeStream(t, s)
		in.move(constant(160, 99)) // before the call
		go func() {
			time.Sleep(time.Millisecond)
			in.move(constant(100, 1))
			time.Sleep(time.Millisecond)
			in.move(constant(100, 2))
		}()
		if got := read(t, s, 160); !slices.Equal(got, slices.Concat(constant(100, 1), constant(60, 2))) {
			t.Errorf("read %v", got)
		}
		synctest.Wait()
		in.move(constant(120, 3))
		if got := read(t, s, 160); !slices.Equal(got, slices.Concat(constant(40, 2), constant(120, 3))) {
			t.Errorf("read %v", got)
		}
	})
}

// TestCardLateReader: the oldest periods are dropped, whether the ring still
// held them or not.
func TestCardLateReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, in, _ := openStubs(t)
		defer closeStream(t, s)
		go func() {
			time.Sleep(time.Millisecond) // what comes before the read counts as before the call
			in.move(constant(160, 0))
		}()
		read(t, s, 160)
		for i := range 5 {
			in.move(constant(160, int16(i)))
		}
		for want := int16(2); want < 5; want++ {
			if got := read(t, s, 160); got[0] != want {
				t.Errorf("read period %d, want %d", got[0], want)
			}
		}
		if got := s.Stats().CaptureOverruns; got != 2 {
			t.Errorf("%d overruns, want 2", got)
		}
		const fit = 1024 // samples of the ring: 2·3·160 to the next power of two
		for range 10 {
			in.move(constant(160, 7))
		}
		read(t, s, 160)
		if got, want := s.Stats().CaptureOverruns, uint64(2+fit/160-3+(1600-fit)/160); got != want {
			t.Errorf("%d overruns, want %d", got, want)
		}
	})
}

// TestCardPlayback: what is written is played bit by bit, after the silence that
// keeps the card going and the filter's delay; too much is dropped, gaps are
// silence.
func TestCardPlayback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, out := openStubs(t)
		defer closeStream(t, s)
		play := func() []int16 {
			pcm := constant(160, -1)
			out.move(pcm)
			return pcm
		}
		if got := play(); !slices.Equal(got, constant(160, 0)) {
			t.Error("before the first Write there is no silence")
		}
		const lead = 128 + speedDelay // 1.8 periods in all, as the card has a whole one
		for i, want := range []int{160, 160, 160, 0} {
			if n, err := s.Write(constant(160, int16(i+1))); n != want || err != nil {
				t.Errorf("Write %d: %d, %v; want %d", i, n, err, want)
			}
		}
		heard := slices.Concat(play(), play(), play())
		if want := slices.Concat(constant(lead, 0), constant(160, 1), constant(160, 2)); !slices.Equal(heard[:len(want)], want) {
			t.Errorf("played %v", heard)
		}
		if _, err := s.Write(constant(60, 5)); err != nil {
			t.Error(err)
		}
		want := slices.Concat(constant(128, 3), constant(speedDelay, 4), constant(60-speedDelay, 5), constant(320-188, 0))
		if got := slices.Concat(play(), play()); !slices.Equal(got, want) {
			t.Errorf("half a period wasn't filled up with silence: %v", got)
		}
		if stats := s.Stats(); stats.Queued != 4 || stats.PlaybackOverruns != 1 || stats.Underruns != 1 {
			t.Errorf("%+v", stats)
		}
	})
}

// TestCardSpeakerStalls: a card that takes nothing for a second is lost.
func TestCardSpeakerStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := openStubs(t)
		defer closeStream(t, s)
		start := time.Now()
		var err error
		for err == nil && time.Since(start) < 2*time.Second {
			_, err = s.Write(constant(160, 1))
			time.Sleep(20 * time.Millisecond)
		}
		if since := time.Since(start); !errors.Is(err, ErrLost) || !errors.Is(err, errStalled) || since > 1100*time.Millisecond {
			t.Errorf("after %v: %v", since, err)
		}
	})
}

// TestCardBurst: what comes at once after a stall, more than a second of sound, is
// dropped and says nothing of the card.
func TestCardBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, out := openStubs(t)
		defer closeStream(t, s)
		for range 100 {
			if _, err := s.Write(constant(160, 1)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Second)
		for range 3 {
			out.move(constant(160, 0))
		}
		if n, err := s.Write(constant(160, 1)); n == 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
}

// TestCardDry: after a card has run dry there is again some silence in front of the
// sound, unless so much comes at once that there is no need.
func TestCardDry(t *testing.T) {
	for _, test := range []struct {
		burst int // writes at once
		want  float64
	}{{1, driftTarget + 1}, {2, 3}, {4, driftTarget + driftRoom}} {
		synctest.Test(t, func(t *testing.T) {
			s, _, out := openStubs(t)
			defer closeStream(t, s)
			write := func() {
				if _, err := s.Write(constant(160, 1)); err != nil {
					t.Fatal(err)
				}
			}
			write()
			for range 10 {
				time.Sleep(20 * time.Millisecond)
				out.move(constant(160, 0))
			}
			time.Sleep(20 * time.Millisecond)
			for range test.burst {
				write()
			}
			time.Sleep(20 * time.Millisecond)
			write()
			if got := out.level(); math.Abs(got-test.want) > 0.1 {
				t.Errorf("after %d writes at once %.2f periods are queued, want %.1f", test.burst, got, test.want)
			}
		})
	}
}

// TestNoAllocation: the media pump of a call makes no garbage.
func TestNoAllocation(t *testing.T) {
	s, in, out := openStubs(t)
	defer closeStream(t, s)
	pcm := make([]int16, 160)
	in.begun = true
	if n := testing.AllocsPerRun(100, func() {
		in.move(pcm)
		if err := s.Read(pcm); err != nil {
			t.Error(err)
		}
		if _, err := s.Write(pcm); err != nil {
			t.Error(err)
		}
		out.move(pcm)
	}); n != 0 {
		t.Errorf("%v allocations a period", n)
	}
}

func TestCardLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, in, out := openStubs(t)
		defer closeStream(t, s)
		go func() {
			time.Sleep(time.Millisecond)
			in.stopped()
		}()
		if err := s.Read(make([]int16, 160)); !errors.Is(err, ErrLost) || !errors.Is(err, errStopped) {
			t.Errorf("Read: %v", err)
		}
		out.stopped()
		if _, err := s.Write(make([]int16, 160)); !errors.Is(err, ErrLost) {
			t.Errorf("Write: %v", err)
		}
	})
}

func TestCardStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, _ := openStubs(t)
		stalls(t, s)
	})
}

// stalls reads from a stream whose device gives nothing, and closes it.
func stalls(t *testing.T, s Stream) {
	t.Helper()
	defer closeStream(t, s)
	start := time.Now()
	if err := s.Read(make([]int16, 160)); !errors.Is(err, ErrLost) || !errors.Is(err, errStalled) {
		t.Errorf("Read: %v", err)
	}
	if since := time.Since(start); since != stallDeadline {
		t.Errorf("noticed after %v", since)
	}
}

func TestCardCloseEndsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, in, _ := openStubs(t)
		result := make(chan error)
		go func() { result <- s.Read(make([]int16, 160)) }()
		synctest.Wait()
		closeStream(t, s)
		if err := <-result; !errors.Is(err, ErrClosed) {
			t.Errorf("Read: %v", err)
		}
		if d := in.driver.(*stub); d.stops != 1 {
			t.Errorf("stopped %d times", d.stops)
		}
		in.move(make([]int16, 160)) // a late callback harms nobody
	})
}

// TestCardHangs: neither a start nor a stop that hangs keeps anybody.
func TestCardHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &stub{hang: make(chan struct{}), hangStart: true}
		start := time.Now()
		if _, err := newCardSource(testConfig(), d.open); !errors.Is(err, ErrStuck) || time.Since(start) != openDeadline {
			t.Errorf("start: %v after %v", err, time.Since(start))
		}
		close(d.hang)
		synctest.Wait()
		if d.stops != 1 {
			t.Errorf("the late device was stopped %d times", d.stops)
		}

		d = &stub{hang: make(chan struct{}), hangStop: true}
		sink, err := newCardSink(testConfig(), d.open)
		if err != nil {
			t.Fatal(err)
		}
		start = time.Now()
		if err := sink.close(); !errors.Is(err, ErrStuck) || time.Since(start) != closeDeadline {
			t.Errorf("stop: %v after %v", err, time.Since(start))
		}
		close(d.hang)
	})
}

func TestCardStartFails(t *testing.T) {
	want := errors.New("no")
	d := &stub{startErr: want}
	if _, err := newCardSource(testConfig(), d.open); !errors.Is(err, want) || d.stops != 1 {
		t.Errorf("%v, stopped %d times", err, d.stops)
	}
}

func TestErrorSentences(t *testing.T) {
	cause := errors.New("why")
	for kind, want := range map[error]string{
		ErrBusy:      "close it or set audio.playback",
		ErrNotFound:  "plug it in or set audio.playback",
		ErrDenied:    "group \"audio\"",
		ErrNoBackend: "why; without a sound card set audio.playback",
		ErrLost:      "(why): plug it in again",
		ErrStuck:     "unplug it",
		nil:          "(why): set audio.playback",
	} {
		err := error(&DeviceError{Device: "hw:1,0", Direction: Playback, Kind: kind, Cause: cause})
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "hw:1,0") {
			t.Errorf("%v doesn't say %q", err, want)
		}
		if !errors.Is(err, cause) || kind != nil && !errors.Is(err, kind) {
			t.Errorf("%v lost its kind or cause", err)
		}
	}
}
