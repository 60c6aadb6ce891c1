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
	"github.com/imsphone/imsphone/hw/standstill"
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

// clean is what a tone has to be like where one clock paces both ends: not one
// sample more or less.
func clean(seconds float64) sound.Expectation {
	return sound.Expectation{Frequency: toneHz, Tolerance: 0.05, Seconds: seconds, Level: -14}
}

// duet plays a tone from one end of the cable to the other one for a while, at
// the pace of the microphone, and gives what was heard.
func duet(t *testing.T, s Stream, rate int, length time.Duration) []int16 {
	t.Helper()
	return sing(t, s, sound.Sine(rate, toneHz), rate, length)
}

// sing is duet with a tone that may go on afterwards.
func sing(t *testing.T, s Stream, generator *sound.Generator, rate int, length time.Duration) []int16 {
	t.Helper()
	pcm, heard := make([]int16, rate/50), make([]int16, 0, int(length.Seconds()*float64(rate)))
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

// errSlow is that an emulated card fell behind its own clock: it always had sound
// to play, and took less than a second's of it in a second.
var errSlow = errors.New("the emulated card was slow")

// undisturbed tries what has to work as long as the machine itself doesn't stand
// still for longer than that: a busy host does that to the emulation. It tries up
// to eight times, and again only where it is proven that the machine stood still, or
// its card was slow.
func undisturbed(t *testing.T, limit time.Duration, try func(*standstill.Vigil) error) {
	t.Helper()
	for range 8 {
		v := standstill.Watch()
		err := try(v)
		v.Stop()
		if err == nil {
			return
		}
		t.Logf("%v; the machine stood still for up to %v", err, v.Longest())
		if v.Longest() < limit && !errors.Is(err, errSlow) {
			t.Fatal("the machine isn't the cause")
		}
	}
	t.Fatalf("the machine stood still for %v and more, or was slow, in each of eight runs: try on a host that is less busy", limit)
}

// TestGuestTone: a tone comes through the real device whole. With 14 periods the
// speaker has 7 of them before a write and 8 after it, 160 ms, which a thread of the
// host's that comes late by half of that does no harm to.
func TestGuestTone(t *testing.T) {
	for _, test := range []struct{ rate, periods int }{{8000, 14}, {16000, 14}, {8000, 50}} {
		t.Run(fmt.Sprintf("%d Hz, %d periods", test.rate, test.periods), func(t *testing.T) {
			undisturbed(t, time.Duration(test.periods)*5*time.Millisecond, func(*standstill.Vigil) error { return wholeTone(t, test.rate, test.periods) })
		})
	}
}

// wholeTone plays a tone for 25 seconds and tells what isn't perfect of the last 23:
// before that, devices start, and the library's fills its buffer.
func wholeTone(t *testing.T, rate, periods int) error {
	s := open(t, Config{Capture: far, Playback: near, Rate: rate, Periods: periods})
	defer letGo(t, s)
	generator := sound.Sine(rate, toneHz)
	sing(t, s, generator, rate, 2*time.Second)
	before := lost(s)
	heard := sound.Listen(sing(t, s, generator, rate, 23*time.Second), rate, toneHz)
	stats := s.Stats()
	t.Logf("%+v, %+v", heard, stats)
	if n := lost(s) - before; n > 0 || stats.Drift != 0 {
		return fmt.Errorf("%d periods were lost, and the pace was changed by %d ppm: %w", n, stats.Drift, sound.ErrNotHeard)
	}
	return heard.Check(clean(22.9))
}

// lost is how often sound was lost so far, wherever that was.
func lost(s Stream) uint64 {
	stats := s.Stats()
	return stats.Xruns + stats.Underruns + stats.CaptureOverruns + stats.PlaybackOverruns
}

// letGo closes a stream, within the deadline.
func letGo(t *testing.T, s Stream) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestGuestConversion: the other end has its device at 48 kHz and in stereo, and
// ALSA's loopback card can't have two rates at a time.
func TestGuestConversion(t *testing.T) {
	undisturbed(t, 100*time.Millisecond, func(*standstill.Vigil) error { return converted(t) })
}

// converted plays a tone for ten seconds and tells what isn't perfect.
func converted(t *testing.T) error {
	mic := openStereo(t)
	defer mic.Close()
	s := open(t, Config{Capture: "null", Playback: near, Rate: 8000, Periods: 20})
	defer letGo(t, s)
	if err := mic.Start(); err != nil {
		t.Fatal(err)
	}
	generator, pcm, frames := sound.Sine(8000, toneHz), make([]int16, 160), make([]int16, 960*2)
	heard := make([]int16, 0, 11*48000)
	for len(heard) < 10*48000 {
		n, err := mic.Read(frames, time.Second)
		if err != nil {
			return err
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
	return got.Check(clean(7.9))
}

// openStereo opens the other end of the cable.
func openStereo(t *testing.T) *alsa.PCM {
	t.Helper()
	at, err := alsa.Find(os.DirFS("/proc/asound"), far, alsa.Capture)
	if err != nil {
		t.Fatal(err)
	}
	mic, err := alsa.Open(at, alsa.Capture)
	if err != nil {
		t.Fatal(err)
	}
	if err := mic.Configure(alsa.Params{Rate: 48000, Channels: 2, Period: 960, Buffer: 50 * 960}); err != nil {
		t.Fatal(err)
	}
	if mic.Rate != 48000 || mic.Channels != 2 {
		t.Fatalf("the other end runs with %+v", mic.Params)
	}
	return mic
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
		gone(t, "Read", func() error { return s.Read(pcm) })
		gone(t, "Write", func() error { _, err := s.Write(pcm); return err })
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

// gone repeats do until it tells that the device is gone.
func gone(t *testing.T, what string, do func() error) {
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
// any buffer holds; then it goes on as if nothing had been.
func TestGuestXrun(t *testing.T) {
	undisturbed(t, 100*time.Millisecond, func(v *standstill.Vigil) error { return afterXrun(t, v) })
}

func afterXrun(t *testing.T, v *standstill.Vigil) error {
	s := open(t, Config{Capture: far, Playback: near, Periods: 20})
	defer letGo(t, s)
	duet(t, s, 8000, time.Second)
	before := s.Stats().Xruns
	standStill(t)
	v.Forget()
	duet(t, s, 8000, 2*time.Second)
	after := s.Stats()
	t.Logf("%+v", after)
	_, counts := s.(*duplex).out.(*cardSink).driver.(*kernelDriver) // the library tells nobody
	if n := after.Xruns - before; counts && n != 2 {
		return fmt.Errorf("%d xruns: there has to be one in each direction", n)
	}
	heard := sound.Listen(duet(t, s, 8000, 5*time.Second)[4000:], 8000, toneHz)
	t.Logf("%+v", heard)
	return heard.Check(clean(4.4))
}

// standStill stops the process for a second.
func standStill(t *testing.T) {
	t.Helper()
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
}

// TestGuestStall: a reader that stands still for a second loses sound, which is
// counted, and nothing else.
func TestGuestStall(t *testing.T) {
	s := open(t, Config{Capture: far, Playback: near})
	defer letGo(t, s)
	duet(t, s, 8000, time.Second)
	time.Sleep(time.Second)
	duet(t, s, 8000, time.Second)
	stats := s.Stats()
	t.Logf("%+v", stats)
	if stats.CaptureOverruns < 30 || stats.CaptureOverruns > 60 {
		t.Error("a second has 50 periods, of which 4 may wait")
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
