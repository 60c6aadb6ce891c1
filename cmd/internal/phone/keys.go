package phone

import (
	"image"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/driver"
	"github.com/imsphone/imsphone/hw/input"
)

// inputs is an input.Set, or a test's.
type inputs interface {
	Events() <-chan input.Event
	Devices() []input.Device
	Resize(w, h int)
	Keyboards(ours bool)
	Close() error
}

// keys are the keys and touch screens of this machine.
type keys struct {
	set  inputs // nil where they can't be had
	log  zerolog.Logger
	told map[string]string // the log says of devices, by node, why they aren't heard
	done chan struct{}
}

// openKeys takes the keys, with touches in pixels of a screen of that size. A
// phone that has none is told of, and runs.
func openKeys(b board.Profile, rotate int, size image.Point, log zerolog.Logger) keys {
	k := keys{log: log, told: map[string]string{}, done: make(chan struct{})}
	set, err := openInputs(b, rotate, size)
	if err != nil {
		log.Warn().Err(err).Msg("the phone runs without keys")
		return k
	}
	k.set = set
	k.complain()
	return k
}

func openInputs(b board.Profile, rotate int, size image.Point) (*input.Set, error) {
	cfg, err := b.Inputs(size.X, size.Y)
	if err != nil {
		return nil, err
	}
	cfg.Rotate = rotate
	return input.Open(cfg)
}

// complain tells the log once of each device that isn't heard.
func (k keys) complain() {
	for _, d := range k.set.Devices() {
		if d.Err != nil && k.told[d.Node] != d.Err.Error() {
			k.told[d.Node] = d.Err.Error()
			k.log.Warn().Err(d.Err).Str("device", d.Node).Msg("these keys aren't heard")
		}
	}
}

// keyboards takes those with letters while the phone has the screen: what is typed
// otherwise is meant for others.
func (k keys) keyboards(ours bool) {
	if k.set != nil {
		k.set.Keyboards(ours)
		k.complain()
	}
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
