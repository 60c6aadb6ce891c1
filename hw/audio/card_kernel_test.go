//go:build linux

package audio

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/audio/alsa"
)

// TestKindOf: what the kernel says becomes what a person can do about it.
func TestKindOf(t *testing.T) {
	for cause, want := range map[error]error{
		unix.EBUSY: ErrBusy, alsa.ErrNoCard: ErrNotFound, unix.ENODEV: ErrNotFound, unix.EACCES: ErrDenied,
		unix.EIO: ErrLost, unix.EPROTO: ErrLost, unix.ETIMEDOUT: ErrLost, unix.EINVAL: nil,
	} {
		if got := kindOf(fmt.Errorf("open: %w", cause)); got != want {
			t.Errorf("%v is %v, want %v", cause, got, want)
		}
	}
}

// shaky is a device that runs dry or over again as soon as it goes on, but for when
// it is well.
type shaky struct {
	well  func() bool
	tries int // since the start, or the last one that went well
}

// errForEver ends what would never end.
var errForEver = errors.New("tried for ever")

func (s *shaky) Read(pcm []int16, _ time.Duration) (int, error) {
	if s.tries++; !s.well() {
		return 0, s.fails()
	}
	time.Sleep(20 * time.Millisecond)
	s.tries = 0
	return 160, nil
}

func (s *shaky) Write(pcm []int16) (int, error) {
	if s.tries++; !s.well() {
		return 0, s.fails()
	}
	s.tries = 0
	return len(pcm), nil
}

func (s *shaky) fails() error {
	if s.tries > 1000 {
		return errForEver
	}
	return alsa.ErrXrun
}

func (s *shaky) Delay() (int, error) { return 0, alsa.ErrXrun }
func (s *shaky) Prepare() error      { return nil }
func (s *shaky) Start() error        { return nil }
func (s *shaky) StartAt(int) error   { return nil }
func (s *shaky) Close() error        { return nil }

// open is what a line opens the device with.
func (s *shaky) open(l *line) (driver, error) {
	d := &kernelDriver{line: l}
	l.outlet.depth.Store(minDepth)
	return d, d.use(s, alsa.Params{Rate: l.rate, Channels: 1, Period: l.frame, Buffer: bufferDepth * l.frame})
}

// TestXrunForEver: a device that is of no use although it can always go on is lost
// after a second, and isn't tried in a hurry until then. One that is well in between
// is kept, and so is one that needed two tries after the machine stood still.
func TestXrunForEver(t *testing.T) {
	directions := map[string]func(*shaky) (step func() error, err error){
		"microphone": func(s *shaky) (func() error, error) {
			in, err := newCardSource(testConfig(), s.open)
			return func() error { _, err := in.read(make([]int16, 160)); return err }, err
		},
		"speaker": func(s *shaky) (func() error, error) {
			out, err := newCardSink(testConfig(), s.open)
			return func() error {
				time.Sleep(20 * time.Millisecond)
				_, err := out.write(make([]int16, 160))
				return err
			}, err
		},
	}
	for name, direction := range directions {
		synctest.Test(t, func(t *testing.T) {
			start, device := time.Now(), &shaky{well: func() bool { return false }}
			step, err := direction(device)
			for err == nil {
				err = step()
			}
			if since := time.Since(start); !errors.Is(err, ErrLost) || !errors.Is(err, errStalled) || since < stallDeadline || since > stallDeadline*11/10 {
				t.Errorf("%s: %v after %v", name, err, since)
			}
			if device.tries > 60 {
				t.Errorf("%s: tried %d times", name, device.tries)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			start, device := time.Now(), &shaky{}
			device.well = func() bool { return time.Since(start)%(900*time.Millisecond) > 800*time.Millisecond }
			step, err := direction(device)
			for err == nil && time.Since(start) < time.Minute {
				err = step()
			}
			if err != nil {
				t.Errorf("%s, well now and then: %v after %v", name, err, time.Since(start))
			}
		})
		synctest.Test(t, func(t *testing.T) {
			device := &shaky{}
			device.well = func() bool { return device.tries > 2 }
			step, err := direction(device)
			for i := 0; err == nil && i < 10; i++ {
				time.Sleep(10 * time.Second)
				err = step()
			}
			if err != nil {
				t.Errorf("%s, after a standstill: %v", name, err)
			}
		})
	}
}
