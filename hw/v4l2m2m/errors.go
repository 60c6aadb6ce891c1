package v4l2m2m

import (
	"errors"
	"fmt"
)

var (
	// ErrClosed: the codec was closed.
	ErrClosed = errors.New("codec closed")
	// ErrNone: this machine has no such codec in hardware.
	ErrNone = errors.New("no hardware codec")
	// ErrStuck: the driver takes or gives nothing any more; close the codec, and
	// open another.
	ErrStuck = errors.New("the hardware codec hangs")
)

func none(codec fmt.Stringer, what string) error {
	return fmt.Errorf("%w: no device in /dev/video* is a %v %s: use one in software, or load the board's module (bcm2835-codec on a Raspberry Pi)", ErrNone, codec, what)
}
