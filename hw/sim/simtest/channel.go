package simtest

import (
	"context"

	"github.com/imsphone/imsphone/hw/sim/apdu"
)

// Channel gives the card directly, without a reader between.
func (c *Card) Channel() apdu.Channel { return direct{c} }

type direct struct{ card *Card }

func (d direct) Transmit(_ context.Context, command []byte) ([]byte, error) {
	if d.card.profile.T0 {
		command = apdu.ForT0(command)
	}
	response, ok := d.card.Process(command)
	if !ok {
		return nil, apdu.ErrRemoved
	}
	return response, nil
}

func (direct) Close() error { return nil }
