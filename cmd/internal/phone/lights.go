package phone

import (
	"errors"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/hw/led"
)

// lights are the board's lights.
type lights struct{ call, message, registered *lamp }

// lamp is one light, or none.
type lamp struct {
	light *led.Light
	shows pattern
}

// pattern is how long a light is on and off: lit where it is never off, dark where
// it is never on.
type pattern struct{ on, off time.Duration }

var (
	dark   = pattern{}
	lit    = pattern{on: time.Second}
	fast   = pattern{200 * time.Millisecond, 200 * time.Millisecond}
	seldom = pattern{100 * time.Millisecond, 3 * time.Second}
)

// openLights takes the lights that the board has. One that can't be had is told
// of, and done without.
func openLights(b board.Lights, log zerolog.Logger) lights {
	open := func(name, tells string) *lamp {
		if name == "" {
			return nil
		}
		l, err := led.Open(name)
		if err != nil {
			log.Warn().Err(err).Msgf("there is no light for %s", tells)
			return nil
		}
		return &lamp{light: l}
	}
	return lights{open(b.Call, "calls"), open(b.Message, "messages"), open(b.Registered, "the registration")}
}

// show lets them say what the face wants them to.
func (l lights) show(s screen.Lights) {
	call, message, registered := patterns(s, l.call != nil)
	l.call.show(call)
	l.message.show(message)
	l.registered.show(registered)
}

// patterns are those of the lights for calls, for messages and for the
// registration. Where there is none for calls, that for messages rings.
func patterns(s screen.Lights, hasCall bool) (call, message, registered pattern) {
	switch {
	case s.Rings:
		call = fast
	case s.InCall:
		call = lit
	}
	switch {
	case s.Rings && !hasCall:
		message = fast
	case s.Missed:
		message = seldom
	}
	if s.Registered {
		registered = lit
	}
	return call, message, registered
}

func (l lights) close() error {
	return errors.Join(l.call.close(), l.message.close(), l.registered.close())
}

// show changes a light that shows something else. One that has failed is no reason
// for anything.
func (l *lamp) show(p pattern) {
	if l == nil || l.shows == p {
		return
	}
	l.shows = p
	if p.off > 0 {
		_ = l.light.Blink(p.on, p.off)
	} else {
		_ = l.light.Set(p.on > 0)
	}
}

func (l *lamp) close() error {
	if l == nil {
		return nil
	}
	return l.light.Close()
}
