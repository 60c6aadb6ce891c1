package phone

import (
	"image"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/driver"
	"github.com/imsphone/imsphone/hw/input"
)

// keys are the keys and touch screens of this machine.
type keys struct {
	set  *input.Set // nil where they can't be had
	done chan struct{}
}

// openKeys takes the keys, with touches in pixels of a screen of that size. A
// phone that has none is told of, and runs.
func openKeys(b board.Profile, rotate int, size image.Point, log zerolog.Logger) keys {
	k := keys{done: make(chan struct{})}
	cfg, err := b.Inputs(size.X, size.Y)
	if err == nil {
		cfg.Rotate = rotate
		k.set, err = input.Open(cfg)
	}
	if err != nil {
		log.Warn().Err(err).Msg("the phone runs without keys")
		return k
	}
	for _, d := range k.set.Devices() {
		if d.Err != nil {
			log.Warn().Err(d.Err).Str("device", d.Node).Msg("these keys aren't heard")
		}
	}
	return k
}

// resize says that touches are meant for a screen of another size.
func (k keys) resize(size image.Point) {
	if k.set != nil {
		k.set.Resize(size.X, size.Y)
	}
}

func (k keys) close() error {
	if k.set == nil {
		return nil
	}
	close(k.done)
	return k.set.Close()
}

// events turns what happens at the keys into what the face takes, until they
// are closed.
func (k keys) events() <-chan screen.Event {
	if k.set == nil {
		return nil
	}
	out := make(chan screen.Event)
	go func() {
		defer close(out)
		for e := range k.set.Events() {
			event := faceEvent(e)
			if event == nil {
				continue
			}
			select {
			case out <- event:
			case <-k.done:
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
