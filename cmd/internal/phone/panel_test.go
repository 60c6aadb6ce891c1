package phone

import (
	"image"
	"testing"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/hw/display"
	"github.com/imsphone/imsphone/hw/display/displaytest"
	"github.com/imsphone/imsphone/hw/input"
)

// socket is where a screen can be plugged in.
type socket struct {
	screen *displaytest.Panel // nil: none
	asked  display.Config
}

func (s *socket) open(cfg display.Config) (display.Panel, error) {
	s.asked = cfg
	if s.screen == nil {
		return nil, display.ErrNoScreen
	}
	return s.screen, nil
}

func plugged(t *testing.T, s *socket, c config.Screen, b board.Profile) *panel {
	t.Helper()
	p, err := newPanel(c, b, s.open, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// TestScreenComesAndGoes: the phone runs without, and uses the one that comes.
func TestScreenComesAndGoes(t *testing.T) {
	s := &socket{}
	p := plugged(t, s, config.Screen{Device: "auto"}, board.Profile{})
	picture := func() *image.RGBA { w, h := p.Size(); return image.NewRGBA(image.Rect(0, 0, w, h)) }
	if err := p.Draw(picture(), picture().Rect); p.Ready() || err != nil {
		t.Errorf("without a screen: ready %v, %v", p.Ready(), err)
	}
	for _, size := range []image.Point{{480, 640}, {320, 240}} {
		s.screen = displaytest.New(size.X, size.Y)
		if !p.Remode() || !p.Ready() || p.size != size {
			t.Errorf("a screen of %v has come: %v, ready %v", size, p.size, p.Ready())
		}
		if p.Remode() {
			t.Error("it has changed without a change")
		}
		s.screen.Unplug()
		s.screen = nil
		if err := p.Draw(picture(), picture().Rect); err != nil {
			t.Error(err)
		}
		if p.Remode() || p.Ready() || p.size != size {
			t.Errorf("it is gone: ready %v, size %v", p.Ready(), p.size)
		}
	}
}

// typing is the keys of a machine, as far as a screen matters to them.
type typing struct {
	inputs
	ours bool
	size image.Point
}

func (k *typing) Resize(w, h int) { k.size = image.Pt(w, h) }

func (k *typing) Keyboards(ours bool) { k.ours = ours }

func (k *typing) Devices() []input.Device { return nil }

func (k *typing) Close() error { return nil }

// TestKeyboardsFollowTheScreen: what is typed without the phone's screen isn't
// meant for the phone.
func TestKeyboardsFollowTheScreen(t *testing.T) {
	s, k := &socket{}, &typing{}
	p := plugged(t, s, config.Screen{Device: "auto"}, board.Profile{})
	p.keys = keys{set: k, done: make(chan struct{})}
	for _, desktop := range []bool{false, true, false} {
		p.desktop = func() bool { return desktop }
		s.screen = displaytest.New(480, 640)
		if p.Remode(); k.ours == desktop || k.size != image.Pt(480, 640) {
			t.Errorf("with a screen, desktop %v: ours %v, touches on %v", desktop, k.ours, k.size)
		}
		s.screen.Unplug()
		s.screen = nil
		if p.Remode(); k.ours {
			t.Error("a keyboard is the phone's without a screen")
		}
	}
}

// TestScreenOfBoard: the configuration goes before the board.
func TestScreenOfBoard(t *testing.T) {
	b := board.Profile{Screen: board.Screen{Device: "/dev/fb0", Rotate: 90, Width: 320, Height: 240, Backlight: "b"}}
	s := &socket{screen: displaytest.New(320, 240)}
	plugged(t, s, config.Screen{Device: "auto"}, b)
	if want := (display.Config{Device: "auto", Rotate: 90, Width: 320, Height: 240, Backlight: "b"}); s.asked != want {
		t.Errorf("asked for %+v", s.asked)
	}
	plugged(t, s, config.Screen{Device: "auto", Rotate: 180, Size: "480x640"}, b)
	if want := (display.Config{Device: "auto", Rotate: 180, Width: 480, Height: 640, Backlight: "b"}); s.asked != want {
		t.Errorf("asked for %+v", s.asked)
	}
}

// TestLights: what each of them shows.
func TestLights(t *testing.T) {
	for _, test := range []struct {
		says                      screen.Lights
		hasCall                   bool
		call, message, registered pattern
	}{
		{screen.Lights{}, true, dark, dark, dark},
		{screen.Lights{Registered: true}, true, dark, dark, lit},
		{screen.Lights{Rings: true, InCall: true}, true, fast, dark, dark},
		{screen.Lights{InCall: true, Missed: true}, true, lit, seldom, dark},
		{screen.Lights{Rings: true, Missed: true}, false, fast, fast, dark},
	} {
		call, message, registered := patterns(test.says, test.hasCall)
		if call != test.call || message != test.message || registered != test.registered {
			t.Errorf("%+v: %v, %v, %v", test.says, call, message, registered)
		}
	}
}
