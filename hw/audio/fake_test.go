package audio

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/hw/audio/wav"
)

// open opens a device or ends the test; the test closes it.
func open(t *testing.T, cfg Config) Stream {
	t.Helper()
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t *testing.T, s Stream, n int) []int16 {
	t.Helper()
	pcm := make([]int16, n)
	if err := s.Read(pcm); err != nil {
		t.Fatal(err)
	}
	return pcm
}

func closeStream(t *testing.T, s Stream) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestPace: the ticks lie at whole periods even if the reader is late for each.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{Device: "null", Rate: 8000})
		defer closeStream(t, s)
		start := time.Now()
		for i := range 1000 {
			read(t, s, 160)
			if since, want := time.Since(start), time.Duration(i+1)*20*time.Millisecond; since != want {
				t.Fatalf("Read %d returned after %v, want %v", i, since, want)
			}
			time.Sleep(time.Duration(i%20) * time.Millisecond)
		}
		if stats := s.Stats(); stats != (Stats{Captured: 1000}) {
			t.Errorf("%+v", stats)
		}
	})
}

// TestLateReader: what waits is handed out at once, what is beyond is lost.
func TestLateReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{Device: "null", Rate: 8000, Periods: 3})
		defer closeStream(t, s)
		read(t, s, 160)
		start := time.Now()
		time.Sleep(10*20*time.Millisecond + time.Millisecond)
		for i, want := range []time.Duration{201, 201, 201, 201, 220, 240} {
			read(t, s, 160)
			if since := time.Since(start); since != want*time.Millisecond {
				t.Errorf("Read %d returned after %v, want %v ms", i, since, int(want))
			}
		}
		if stats := s.Stats(); stats != (Stats{Captured: 7, CaptureOverruns: 6}) {
			t.Errorf("%+v", stats)
		}
	})
}

func TestCloseEndsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{Device: "null"})
		result := make(chan error)
		go func() { result <- s.Read(make([]int16, 160)) }()
		synctest.Wait()
		closeStream(t, s)
		if err := <-result; !errors.Is(err, ErrClosed) {
			t.Errorf("blocked Read: %v", err)
		}
		if err := s.Read(make([]int16, 160)); !errors.Is(err, ErrClosed) {
			t.Errorf("Read after Close: %v", err)
		}
		if _, err := s.Write(make([]int16, 160)); !errors.Is(err, ErrClosed) {
			t.Errorf("Write after Close: %v", err)
		}
		closeStream(t, s) // a second time changes nothing
	})
}

func TestReadSize(t *testing.T) {
	s := open(t, Config{Device: "null", Rate: 16000})
	defer closeStream(t, s)
	if err := s.Read(make([]int16, 160)); err == nil {
		t.Error("half a period was read")
	}
}

// memory is a speaker that keeps what it plays.
type memory struct{ pcm []int16 }

func (m *memory) Play(pcm []int16) { m.pcm = append(m.pcm, pcm...) }
func (m *memory) Close() error     { return nil }

func constant(n int, value int16) []int16 { return slices.Repeat([]int16{value}, n) }

// TestSpeaker: gaps are played as silence, too much is dropped, the rest is
// played before Close returns.
func TestSpeaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heard := &memory{}
		s, err := OpenFake(Config{Rate: 8000, Periods: 3}, silence{}, heard)
		if err != nil {
			t.Fatal(err)
		}
		write := func(value int16, want int) {
			t.Helper()
			if n, err := s.Write(constant(160, value)); err != nil || n != want {
				t.Errorf("Write of %d: %d, %v; want %d", value, n, err, want)
			}
		}
		time.Sleep(time.Second) // nothing is missed before the first write
		write(1, 160)
		time.Sleep(20 * time.Millisecond) // 1 was played
		if n, _ := s.Write(constant(80, 2)); n != 80 {
			t.Error("half a period wasn't taken")
		}
		time.Sleep(40 * time.Millisecond) // half of 2, one of silence
		write(3, 160)
		write(4, 160)
		write(5, 160)
		write(6, 0)
		if stats := s.Stats(); stats != (Stats{Queued: 5, PlaybackOverruns: 1, Underruns: 2}) {
			t.Errorf("%+v", stats)
		}
		closeStream(t, s)
		want := slices.Concat(constant(160, 1), constant(80, 2), constant(240, 0),
			constant(160, 3), constant(160, 4), constant(160, 5))
		if !slices.Equal(heard.pcm, want) {
			t.Errorf("heard %d samples, want %d", len(heard.pcm), len(want))
		}
	})
}

// TestLargeSpeaker: what it holds beyond the usual makes good for a writer that is
// late.
func TestLargeSpeaker(t *testing.T) {
	for _, test := range []struct {
		periods int
		dry     uint64
	}{{4, 1}, {5, 0}, {8, 0}} {
		synctest.Test(t, func(t *testing.T) {
			s, err := OpenFake(Config{Rate: 8000, Periods: test.periods}, silence{}, &memory{})
			if err != nil {
				t.Fatal(err)
			}
			defer closeStream(t, s)
			for i := range 20 {
				if n, err := s.Write(constant(160, int16(i))); err != nil || n != 160 {
					t.Fatalf("Write: %d, %v", n, err)
				}
				if i == 10 {
					time.Sleep(20 * time.Millisecond)
				}
				time.Sleep(20 * time.Millisecond)
				if i == 11 {
					s.Write(constant(160, -1)) // it makes up for it
				}
			}
			if stats := s.Stats(); stats.Underruns != test.dry || stats.PlaybackOverruns != 0 {
				t.Errorf("%d periods: %+v", test.periods, stats)
			}
		})
	}
}

// TestLoop: what the tone says comes back through a recording.
func TestToneToRecording(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "heard.wav")
		s := open(t, Config{Device: "fake:tone=440,record=" + path, Rate: 16000})
		var said []int16
		for range 50 {
			pcm := read(t, s, 320)
			said = append(said, pcm...)
			if n, err := s.Write(pcm); n != 320 || err != nil {
				t.Fatal(n, err)
			}
		}
		closeStream(t, s)
		r, err := wav.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		heard, err := r.ReadAll()
		if err != nil || !slices.Equal(heard, said) || r.Format() != (wav.Format{Rate: 16000, Channels: 1}) {
			t.Errorf("heard %d samples of %d, %v, %v", len(heard), len(said), r.Format(), err)
		}
		if slices.Max(said) < 8000 || slices.Min(said) > -8000 {
			t.Error("there is no tone")
		}
	})
}

// writeWAV makes a file of the given samples.
func writeWAV(t *testing.T, format wav.Format, pcm []int16) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.wav")
	w, err := wav.Create(path, format)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(pcm); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPlayFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pcm := make([]int16, 200)
		for i := range pcm {
			pcm[i] = int16(i + 1)
		}
		path := writeWAV(t, wav.Format{Rate: 8000, Channels: 1}, pcm)
		once, loop := open(t, Config{Device: "wav:" + path}), open(t, Config{Device: "fake:" + path})
		defer closeStream(t, once)
		defer closeStream(t, loop)
		for i := range 5 {
			a, b := read(t, once, 160), read(t, loop, 160)
			for j := range 160 {
				at := 160*i + j
				want := int16(at%200 + 1)
				if b[j] != want {
					t.Fatalf("loop: sample %d is %d, want %d", at, b[j], want)
				}
				if at >= 200 {
					want = 0
				}
				if a[j] != want {
					t.Fatalf("once: sample %d is %d, want %d", at, a[j], want)
				}
			}
		}
	})
}

func TestPlayStereoOtherRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := writeWAV(t, wav.Format{Rate: 48000, Channels: 2}, slices.Repeat([]int16{1000, 3000}, 48000))
		s := open(t, Config{Device: "wav:" + path, Rate: 8000})
		defer closeStream(t, s)
		read(t, s, 160) // the filter sets in
		for range 40 {
			for i, v := range read(t, s, 160) {
				if v < 1999 || v > 2001 {
					t.Fatalf("sample %d is %d, want the mean 2000", i, v)
				}
			}
		}
	})
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	empty := writeWAV(t, wav.Format{Rate: 8000, Channels: 1}, nil)
	for _, cfg := range []Config{
		{Device: "fake:tone=zero"},
		{Device: "fake:tone=-3"},
		{Device: "fake:tone=NaN"},
		{Device: "fake:tone=4000"}, // as fast as 8 kHz can't sample
		{Device: "fake:what"},
		{Device: "fake:a.wav,tone=440"},
		{Device: "fake:" + filepath.Join(dir, "missing.wav")},
		{Device: "fake:" + empty},
		{Device: "wav:" + dir},
		{Device: "null", Capture: "wav:" + filepath.Join(dir, "missing.wav")},
		{Device: "null", Playback: "fake:record=" + filepath.Join(dir, "no", "x.wav")},
		{Device: string(make([]byte, 3))},
		{Device: "null", Rate: 7000},
		{Device: "null", Rate: 96000},
		{Device: "null", Rate: 11025},
		{Device: "null", Period: time.Microsecond},
		{Device: "null", Period: time.Minute},
		{Device: "null", Periods: 1},
		{Device: "null", Periods: 1000},
	} {
		s, err := Open(cfg)
		if err == nil {
			t.Errorf("%+v could be opened", cfg)
			closeStream(t, s)
		}
	}
}

// TestRecordingFullDisk: the call goes on, and Close tells.
func TestRecordingFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := OpenFake(Config{}, silence{}, &recorder{path: "x.wav", file: fullDisk(t)})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if n, err := s.Write(constant(160, 1)); n != 160 || err != nil {
				t.Errorf("Write: %d, %v", n, err)
			}
			read(t, s, 160)
		}
		if err := s.Close(); !errors.Is(err, errFull) {
			t.Errorf("Close: %v", err)
		}
	})
}

var errFull = errors.New("no space left on device")

// shortFile has room for a header only.
type shortFile struct{}

func (shortFile) Write(p []byte) (int, error) {
	if len(p) > 44 {
		return 0, errFull
	}
	return len(p), nil
}

func (shortFile) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }

func fullDisk(t *testing.T) *wav.Writer {
	t.Helper()
	w, err := wav.NewWriter(shortFile{}, wav.Format{Rate: 8000, Channels: 1})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestDevices(t *testing.T) {
	list, err := Devices() // without sound cards there is an error too
	if !slices.ContainsFunc(list, func(d Device) bool { return d.Name == "null" && d.Capture && d.Playback }) {
		t.Errorf("the null device is missing: %v", list)
	}
	if de := (*DeviceError)(nil); err != nil && !errors.As(err, &de) {
		t.Errorf("untyped error %v", err)
	}
}
