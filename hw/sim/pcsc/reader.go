package pcsc

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/hw/sim/internal/pcscwire"
)

// Reader is a card reader that pcscd knows.
type Reader struct {
	Name string
	Card bool // there is a card in it
}

// Readers lists the readers. socket is where pcscd listens; "" is the usual
// place.
func Readers(ctx context.Context, socket string) ([]Reader, error) {
	c, err := dial(ctx, socket)
	if err != nil {
		return nil, err
	}
	list, err := c.readers(ctx)
	return list, errors.Join(err, c.close())
}

func (c *client) readers(ctx context.Context) ([]Reader, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var states [pcscwire.MaxReaders]pcscwire.ReaderState
	err := c.guard(ctx, "list of readers", func() error {
		if err := c.send(pcscwire.GetReadersState, nil, nil); err != nil {
			return err
		}
		return c.receive(&states)
	})
	if err != nil {
		return nil, err
	}
	var list []Reader
	for _, s := range states {
		if name := s.Name.String(); name != "" {
			list = append(list, Reader{Name: name, Card: s.State&pcscwire.StatePresent != 0})
		}
	}
	return list, nil
}

// pick finds the reader to use: the one whose name contains what was asked
// for, and of several the one with a card.
func pick(list []Reader, name string) (Reader, error) {
	var matching, loaded []Reader
	for _, r := range list {
		if r.Name == name {
			return r, nil
		}
		if !strings.Contains(r.Name, name) {
			continue
		}
		matching = append(matching, r)
		if r.Card {
			loaded = append(loaded, r)
		}
	}
	switch {
	case len(list) == 0:
		return Reader{}, fmt.Errorf("%w: pcscd knows none; plug one in, and see that its driver is there (package libccid)", ErrNoReader)
	case len(matching) == 0:
		return Reader{}, fmt.Errorf("%w as %q: there are %s", ErrNoReader, name, names(list))
	case len(loaded) > 1:
		return Reader{}, fmt.Errorf("%w: %s", ErrAmbiguous, names(loaded))
	case len(loaded) == 0:
		return Reader{}, fmt.Errorf("%w (reader %s)", apdu.ErrNoCard, names(matching))
	}
	return loaded[0], nil
}

// names lists readers for people.
func names(list []Reader) string {
	var quoted []string
	for _, r := range list {
		quoted = append(quoted, fmt.Sprintf("%q", r.Name))
	}
	return strings.Join(quoted, ", ")
}
