//go:build guest

package audio

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/hw/audio/alsa"
	"github.com/imsphone/imsphone/hw/standstill"
)

// usbCard waits for the emulation's USB sound card: it is found while the test
// runs already.
func usbCard(t *testing.T) string {
	t.Helper()
	for range 100 {
		list, err := alsa.Cards(os.DirFS("/proc/asound"))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if strings.Contains(c.Name, "USB") && len(c.Devices) > 0 {
				return "hw:CARD=" + c.ID
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Skip("there is no USB sound card: add -device usb-audio")
	return ""
}

// TestGuestMixer: the card's own volume and switch do what they are told.
func TestGuestMixer(t *testing.T) {
	gain := &Gain{}
	l := NewLoudness(usbCard(t), gain)
	for _, test := range []struct {
		percent int
		muted   bool
	}{{100, false}, {40, false}, {40, true}, {0, true}, {75, false}} {
		if err := l.Set(test.percent, test.muted); err != nil {
			t.Fatal(err)
		}
		percent, muted, own, err := l.Get()
		if err != nil || !own || muted != test.muted || percent < test.percent-1 || percent > test.percent+1 {
			t.Errorf("%+v became %d %%, %v, own %v, %v", test, percent, muted, own, err)
		}
	}
	if percent, muted := gain.Get(); percent != 100 || muted {
		t.Errorf("the stream is less loud, too: %d %%, %v", percent, muted)
	}
}

// TestGuestNoMixer: the loopback card has no volume, so that the stream is less
// loud.
func TestGuestNoMixer(t *testing.T) {
	gain := &Gain{}
	l := NewLoudness(near, gain)
	if err := l.Set(30, true); err != nil {
		t.Fatal(err)
	}
	percent, muted, own, err := l.Get()
	if g, m := gain.Get(); percent != 30 || !muted || own || err != nil || g != 30 || !m {
		t.Errorf("%d %%, %v, own %v, %v; the gain is %d %%, %v", percent, muted, own, err, g, m)
	}
}

// TestGuestUSB: a card that has only stereo at 48 kHz plays a call's 8 kHz, every
// period of it.
func TestGuestUSB(t *testing.T) {
	card := usbCard(t)
	undisturbed(t, 100*time.Millisecond, func(*standstill.Vigil) error {
		s := open(t, Config{Capture: "null", Playback: card, Rate: 8000, Periods: 20})
		defer letGo(t, s)
		duet(t, s, 8000, 5*time.Second)
		stats := s.Stats()
		t.Logf("%+v", stats)
		if stats.Captured != 250 || stats.Queued+stats.PlaybackOverruns != 250 || stats.Underruns > 0 || stats.Xruns > 0 {
			return fmt.Errorf("not 250 periods, or the card ran dry: %+v", stats)
		}
		if stats.PlaybackOverruns > 0 {
			return fmt.Errorf("%w: %d of 250 periods", errSlow, stats.Queued)
		}
		return nil
	})
}
