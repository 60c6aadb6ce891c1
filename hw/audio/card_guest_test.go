//go:build guest

package audio

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/imsphone/imsphone/hw/audio/alsa"
	sound "github.com/imsphone/imsphone/media/tone"
)

// What is played into one device of ALSA's loopback card is captured from the
// other one.
const (
	near = "hw:Loopback,0,0"
	far  = "hw:Loopback,1,0"
)

// toneHz has no whole number of periods in a frame: a lost frame is a break.
const toneHz = 1003

// driftHz is how far off the tone may be while a drift is corrected, with the
// precision of the measurement. Where the correction changes fast, after the
// emulation stood still, the measurement takes that for a break of the tone.
const driftHz = toneHz*maxDrift/1e6 + 1

// duet plays a tone from one end of the cable to the other one for a while, at
// the pace of the microphone, and gives what was heard.
func duet(t *testing.T, s Stream, rate int, length time.Duration) []int16 {
	t.Helper()
	generator, pcm := sound.Sine(rate, toneHz), make([]int16, rate/50)
	var heard []int16
	for range int(length / (20 * time.Millisecond)) {
		if err := s.Read(pcm); err != nil {
			t.Fatal(err)
		}
		heard = append(heard, pcm...)
		generator.Fill(pcm)
		if _, err := s.Write(pcm); err != nil {
			t.Fatal(err)
		}
	}
	return heard
}

// TestGuestTone: a tone comes through the real device for longer than twenty
// seconds, without a gap that the counters don't tell of: a busy host lets the
// emulation stand still for longer than any buffer holds.
func TestGuestTone(t *testing.T) {
	for _, test := range []struct{ rate, periods int }{{8000, 50}, {16000, 50}, {8000, 8}} {
		t.Run(fmt.Sprintf("%d Hz, %d periods", test.rate, test.periods), func(t *testing.T) {
			s := open(t, Config{Capture: far, Playback: near, Rate: test.rate, Periods: test.periods})
			defer letGo(t, s)
			heard := sound.Listen(duet(t, s, test.rate, 25*time.Second)[2*test.rate:], test.rate, toneHz)
			stats := s.Stats()
			t.Logf("%+v, %+v", heard, stats)
			want := sound.Expectation{Frequency: toneHz, Tolerance: driftHz, Seconds: 22, Level: -14, Breaks: 8}
			if late := stats.Xruns + stats.Underruns + stats.CaptureOverruns + stats.PlaybackOverruns; late > 0 {
				want.Gaps, want.Breaks, want.Seconds = int(late), int(late)+8, 15
			}
			if err := heard.Check(want); err != nil {
				t.Error(err)
			}
		})
	}
}

// letGo closes a stream. The emulation may be too slow for the deadline.
func letGo(t *testing.T, s Stream) {
	t.Helper()
	if err := s.Close(); err != nil && !errors.Is(err, ErrStuck) {
		t.Error(err)
	}
}

// TestGuestConversion: the other end has its device at 48 kHz and in stereo, and
// ALSA's loopback card can't have two rates at a time.
func TestGuestConversion(t *testing.T) {
	at, err := alsa.Find(os.DirFS("/proc/asound"), far, alsa.Capture)
	if err != nil {
		t.Fatal(err)
	}
	mic, err := alsa.Open(at, alsa.Capture)
	if err != nil {
		t.Fatal(err)
	}
	defer mic.Close()
	if err := mic.Configure(alsa.Params{Rate: 48000, Channels: 2, Period: 960, Buffer: 50 * 960}); err != nil {
		t.Fatal(err)
	}
	if mic.Rate != 48000 || mic.Channels != 2 {
		t.Fatalf("the other end runs with %+v", mic.Params)
	}
	s := open(t, Config{Capture: "null", Playback: near, Rate: 8000, Periods: 50})
	defer letGo(t, s)
	if err := mic.Start(); err != nil {
		t.Fatal(err)
	}
	generator, pcm, frames := sound.Sine(8000, toneHz), make([]int16, 160), make([]int16, 960*2)
	var heard []int16
	for len(heard) < 10*48000 {
		n, err := mic.Read(frames)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			heard = append(heard, frames[2*i])
		}
		if len(heard)/960 > (len(heard)-n)/960 {
			generator.Fill(pcm)
			if _, err := s.Write(pcm); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := sound.Listen(heard[2*48000:], 48000, toneHz)
	t.Logf("%+v, %+v", got, s.Stats())
	late := int(s.Stats().PlaybackOverruns + s.Stats().Underruns)
	if err := got.Check(sound.Expectation{Frequency: toneHz, Tolerance: driftHz, Seconds: 6, Level: -14, Gaps: late, Breaks: late + 8}); err != nil {
		t.Error(err)
	}
}

func TestGuestOpenErrors(t *testing.T) {
	s := open(t, Config{Device: near})
	defer letGo(t, s)
	if other, err := Open(Config{Device: near}); !errors.Is(err, ErrBusy) {
		t.Errorf("a second time: %v, %v", other, err)
	}
	for _, name := range []string{"hw:9", "hw:Nothing", "hw:Loopback,7"} {
		if other, err := Open(Config{Device: name}); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v, %v", name, other, err)
		}
	}
	if other, err := Open(Config{Device: "dmix"}); err == nil {
		t.Errorf("dmix: %v", other)
	}
}

func TestGuestDevices(t *testing.T) {
	list, err := Devices()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if d.Name == "hw:CARD=Loopback,DEV=1" && d.Capture && d.Playback {
			return
		}
	}
	t.Errorf("the loopback card isn't among %+v", list)
}

// driver is where ALSA's loopback card can be pulled out, also in use.
const driverDir = "/sys/bus/platform/drivers/snd_aloop"

// plug pulls the card out ("unbind") or puts it back ("bind"). The kernel says
// that it is done once nobody has the card open any more.
func plug(t *testing.T, action string) (done chan struct{}) {
	t.Helper()
	done = make(chan struct{})
	go func() {
		defer close(done)
		if err := os.WriteFile(filepath.Join(driverDir, action), []byte("snd_aloop.0"), 0); err != nil {
			t.Error(err)
		}
	}()
	return done
}

// TestGuestUnplug: a card that is pulled out is lost at once, in both directions,
// and can be opened again when it is back; nothing is left behind.
func TestGuestUnplug(t *testing.T) {
	files := openFiles(t)
	for i := range 20 {
		s := open(t, Config{Capture: far, Playback: near, Periods: 8})
		duet(t, s, 8000, 200*time.Millisecond)
		out := plug(t, "unbind")
		start, pcm := time.Now(), make([]int16, 160)
		lost(t, "Read", func() error { return s.Read(pcm) })
		lost(t, "Write", func() error { _, err := s.Write(pcm); return err })
		closed := time.Now()
		letGo(t, s)
		t.Logf("round %d: lost after %v, closed in %v", i, closed.Sub(start), time.Since(closed))
		if _, err := Open(Config{Capture: far, Playback: near}); !errors.Is(err, ErrNotFound) {
			t.Errorf("round %d: while it is out: %v", i, err)
		}
		<-out
		<-plug(t, "bind")
	}
	s := open(t, Config{Capture: far, Playback: near, Periods: 8})
	duet(t, s, 8000, 200*time.Millisecond)
	letGo(t, s)
	if got := openFiles(t); got != files {
		t.Errorf("%d files are open, %d were before", got, files)
	}
}

// lost repeats do until it tells that the device is gone.
func lost(t *testing.T, what string, do func() error) {
	t.Helper()
	start := time.Now()
	var err error
	for err == nil && time.Since(start) < stallDeadline {
		err = do()
	}
	if !errors.Is(err, ErrLost) {
		t.Errorf("%s: %v after %v", what, err, time.Since(start))
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// TestGuestXrun: the whole process stands still for a second, which is more than
// any buffer holds; then it goes on.
func TestGuestXrun(t *testing.T) {
	s := open(t, Config{Capture: far, Playback: near, Periods: 20})
	defer letGo(t, s)
	duet(t, s, 8000, time.Second)
	before := s.Stats().Xruns
	wake := exec.Command("sh", "-c", fmt.Sprintf("sleep 1; kill -CONT %d", os.Getpid()))
	if err := wake.Start(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := wake.Wait(); err != nil {
		t.Fatal(err)
	}
	duet(t, s, 8000, 2*time.Second)
	after := s.Stats()
	t.Logf("%+v", after)
	if n := after.Xruns - before; n < 2 {
		t.Errorf("%d xruns, one in each direction is expected", n)
	}
	heard := sound.Listen(duet(t, s, 8000, 5*time.Second), 8000, toneHz)
	again := s.Stats()
	late := int(again.Xruns - after.Xruns + again.Underruns - after.Underruns + again.PlaybackOverruns - after.PlaybackOverruns)
	if err := heard.Check(sound.Expectation{Frequency: toneHz, Tolerance: driftHz, Seconds: 3.5, Level: -14, Gaps: late + 1, Breaks: late + 1}); err != nil {
		t.Error(err, heard)
	}
}

// TestGuestStall: a reader that stands still for a second loses sound, which is
// counted, and nothing else.
func TestGuestStall(t *testing.T) {
	s := open(t, Config{Capture: far, Playback: near})
	defer letGo(t, s)
	duet(t, s, 8000, time.Second)
	time.Sleep(time.Second)
	duet(t, s, 8000, time.Second)
	if stats := s.Stats(); stats.CaptureOverruns < 10 || stats.CaptureOverruns > 60 {
		t.Errorf("%+v", stats)
	}
}

// BenchmarkGuestPeriod is one period through the real device, both ways; what it
// takes is the device's pace.
func BenchmarkGuestPeriod(b *testing.B) {
	s, err := Open(Config{Capture: far, Playback: near, Periods: 8})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	pcm := make([]int16, 160)
	for range 20 {
		if err := s.Read(pcm); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Read(pcm); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Write(pcm); err != nil {
			b.Fatal(err)
		}
	}
}
