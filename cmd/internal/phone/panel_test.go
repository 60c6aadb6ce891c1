package phone

import (
	"context"
	"fmt"
	"image"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
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
	busy   atomic.Bool  // another program has it
	opened atomic.Int32 // times
}

func (s *socket) open(cfg display.Config) (display.Panel, error) {
	s.asked = cfg
	s.opened.Add(1)
	if s.busy.Load() {
		return nil, fmt.Errorf("display card0: %w", display.ErrBusy)
	}
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

// idle is a phone that says nothing.
type idle struct{}

func (idle) Do(context.Context, screen.Command) (screen.Answer, error) { return screen.Answer{}, nil }

func (idle) Status(context.Context) (actors.Status, error) { return actors.Status{}, nil }

func (idle) Subscribe() (<-chan actors.Event, func()) { return make(chan actors.Event), func() {} }

// TestBusyScreen: a screen that another program has is used soon after that has
// ended, of which nobody tells; it is asked for seldom meanwhile, and not any more
// once it is used.
func TestBusyScreen(t *testing.T) {
	for _, after := range []time.Duration{time.Second, 10 * time.Second, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			s := &socket{screen: displaytest.New(480, 640)}
			s.busy.Store(true)
			p, err := newPanel(config.Screen{Device: "auto"}, board.Profile{}, s.open, zerolog.Nop())
			if err != nil {
				t.Fatal(err)
			}
			p.desktop = func() bool { return false }
			face, err := newScreen(p, config.Screen{}, "", zerolog.Nop())
			if err != nil {
				t.Fatal(err)
			}
			face.Start(idle{})
			defer face.Close()
			time.Sleep(after)
			synctest.Wait()
			if n, most := s.opened.Load(), 7+int32(after/maxBusyPause); p.Ready() || n > most {
				t.Errorf("busy for %v: ready %v, asked for %d times", after, p.Ready(), n)
			}
			s.busy.Store(false)
			time.Sleep(min(after+2*busyPause, maxBusyPause))
			synctest.Wait()
			if times, _ := s.screen.Drawn(); !p.Ready() || times == 0 {
				t.Errorf("%v after it was free: ready %v, drawn %d times", after, p.Ready(), times)
			}
			n := s.opened.Load()
			time.Sleep(time.Hour)
			if again := s.opened.Load(); again != n {
				t.Errorf("asked for %d times more", again-n)
			}
		})
	}
}

// TestDesktopKeepsItsScreen while that shows a text console; but no longer than it
// runs.
func TestDesktopKeepsItsScreen(t *testing.T) {
	desktop := true
	s := &socket{screen: displaytest.New(480, 640)}
	s.busy.Store(true)
	p := plugged(t, s, config.Screen{Device: "auto"}, board.Profile{})
	p.desktop = func() bool { return desktop }
	s.busy.Store(false)
	if p.Remode() || p.Ready() || s.opened.Load() != 1 {
		t.Errorf("it was taken: ready %v, opened %d times", p.Ready(), s.opened.Load())
	}
	desktop = false
	if !p.Remode() || !p.Ready() {
		t.Error("it isn't used after the desktop has ended")
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
