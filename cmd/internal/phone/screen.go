package phone

import (
	"errors"
	"io"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/screen/driver"
	"github.com/imsphone/imsphone/hw/display"
	"github.com/imsphone/imsphone/hw/hotplug"
)

// Face is the phone's own screen, with keys and lights. It is opened before the
// phone, to which it is a [Screen], and started with it.
type Face struct {
	*driver.Screen
	ready func() bool
	watch io.Closer
}

// OpenFace opens the screen that the configuration names; nil is none. A screen
// that isn't there yet is used when it comes. The notice is what the user has to
// know besides.
func OpenFace(c config.Screen, b board.Profile, notice string, log zerolog.Logger) (*Face, error) {
	switch c.Device {
	case "", "none":
		return nil, nil
	case "memory":
		return memoryFace(c, notice, log)
	}
	p, err := newPanel(c, b, display.Open, log)
	if err != nil {
		return nil, err
	}
	p.keys, p.lights = openKeys(b, p.cfg.Rotate, p.size, log), openLights(b.Lights, log)
	p.keys.keyboards(p.Ready() && !p.desktop())
	s, err := newScreen(p, c, notice, log)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return &Face{s, p.Ready, watchScreens(s, p, log)}, nil
}

// newScreen draws on a panel. One that wasn't there, or not free, is looked at again
// when the screen starts, and then as the panel wants it.
func newScreen(p *panel, c config.Screen, notice string, log zerolog.Logger) (*driver.Screen, error) {
	s, err := driver.New(driver.Config{Panel: p, Input: p.keys.events(), Lights: p.lights.show, Sleep: time.Duration(c.Sleep), Notice: notice, Log: log})
	if err != nil {
		return nil, err
	}
	p.again = s.Replugged
	if !p.Ready() {
		s.Replugged()
	}
	return s, nil
}

// Ready tells whether there is a screen by now.
func (f *Face) Ready() bool { return f.ready() }

// Close ends it.
func (f *Face) Close() error { return errors.Join(f.watch.Close(), f.Screen.Close()) }

// memoryFace is a screen that nobody sees; its size is that of a small handheld
// where none is asked for.
func memoryFace(c config.Screen, notice string, log zerolog.Logger) (*Face, error) {
	w, h, err := c.Pixels()
	if err != nil {
		return nil, err
	}
	if w == 0 {
		w, h = blindSize.X, blindSize.Y
	}
	s, err := driver.New(driver.Config{Panel: driver.Memory{Width: w, Height: h}, Sleep: time.Duration(c.Sleep), Notice: notice, Log: log})
	if err != nil {
		return nil, err
	}
	return &Face{s, func() bool { return true }, io.NopCloser(nil)}, nil
}

// settling are times after the kernel's news of a screen, when its node may have
// got the owner that lets the phone in.
var settling = [...]time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second}

// watchScreens tells the face of screens that come and go.
func watchScreens(s *driver.Screen, p *panel, log zerolog.Logger) io.Closer {
	again := func() {
		if !p.Ready() {
			s.Replugged()
		}
	}
	w, err := hotplug.Watch(func(hotplug.Event) {
		s.Replugged()
		for _, d := range settling {
			time.AfterFunc(d, again)
		}
	}, "drm", "graphics")
	if err != nil {
		log.Warn().Err(err).Msg("a screen that is plugged in later isn't noticed")
		return io.NopCloser(nil)
	}
	return w
}
