package phone

import (
	"cmp"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/driver"
	"github.com/imsphone/imsphone/hw/display"
	"github.com/imsphone/imsphone/hw/input"
	"github.com/imsphone/imsphone/hw/led"
)

// panel is a screen with the keys and the light that belong to it.
type panel struct {
	display.Panel
	keys *input.Set
	lamp *led.Light // nil where the board has none
	done chan struct{}
}

// openPanel opens the screen that the configuration names, with what the board
// has besides. Keys or a light that can't be had are told of, and done without.
func openPanel(c config.Screen, b board.Profile, log zerolog.Logger) (panel, error) {
	w, h, err := c.Pixels()
	if err != nil {
		return panel{}, err
	}
	p := panel{done: make(chan struct{})}
	p.Panel, err = display.Open(display.Config{Device: c.Device, Rotate: cmp.Or(c.Rotate, b.Screen.Rotate),
		Width: cmp.Or(w, b.Screen.Width), Height: cmp.Or(h, b.Screen.Height), Backlight: b.Screen.Backlight})
	if err != nil {
		return p, err
	}
	inputs, err := b.Inputs(p.Size())
	if err == nil {
		inputs.Rotate = cmp.Or(c.Rotate, b.Screen.Rotate)
		p.keys, err = input.Open(inputs)
	}
	if err != nil {
		log.Warn().Err(err).Msg("the screen has no keys")
	}
	if b.Lights.Message != "" {
		if p.lamp, err = led.Open(b.Lights.Message); err != nil {
			log.Warn().Err(err).Msg("there is no light for messages")
		}
	}
	return p, nil
}

// Close gives back all of it.
func (p panel) Close() error {
	close(p.done)
	err := p.Panel.Close()
	if p.keys != nil {
		err = errors.Join(err, p.keys.Close())
	}
	if p.lamp != nil {
		err = errors.Join(err, p.lamp.Close())
	}
	return err
}

// show lets the light say what the face wants it to.
func (p panel) show(state screen.LampState) {
	if p.lamp == nil {
		return
	}
	switch state {
	case screen.LampRings:
		_ = p.lamp.Blink(200*time.Millisecond, 200*time.Millisecond) // a light that has failed is no reason for anything
	case screen.LampMissed:
		_ = p.lamp.Blink(100*time.Millisecond, 3*time.Second)
	default:
		_ = p.lamp.Set(false)
	}
}

// events turns what happens at the keys into what the face takes, until they
// are closed.
func (p panel) events() <-chan screen.Event {
	if p.keys == nil {
		return nil
	}
	out := make(chan screen.Event)
	go func() {
		defer close(out)
		for e := range p.keys.Events() {
			event := faceEvent(e)
			if event == nil {
				continue
			}
			select {
			case out <- event:
			case <-p.done:
				return
			}
		}
	}()
	return out
}

// faceEvent is nil for what the face has no use for.
func faceEvent(e input.Event) screen.Event {
	switch {
	case e.Kind == input.Key:
		if key, ok := driver.Key(e.Code, e.Value); ok {
			return key
		}
	case e.Kind == input.Touch && e.Code == 0: // the first finger
		return driver.Touch(e.X, e.Y, e.Value)
	}
	return nil
}
