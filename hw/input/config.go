package input

import (
	"errors"

	"github.com/imsphone/imsphone/hw/gpio"
)

// Config says which devices are opened and how what they tell is to be taken.
type Config struct {
	// Dir is where the devices are; empty is "/dev/input".
	Dir string
	// Width and Height are the panel's size in pixels after rotation, which
	// touches are told in; Rotate is display.Config's.
	Width, Height, Rotate int
	// Keys maps the codes that a board sends to those that are meant.
	Keys map[uint16]uint16
	// Grab takes the devices for the phone alone, so that no console hears them.
	// Without it, keyboards with letters are taken by [Set.Keyboards].
	Grab bool
	// Lines are bare GPIO lines with a key on them.
	Lines []Line

	typed bool // keyboards with letters are the phone's
}

// Line is a GPIO line that is a key: active is pressed.
type Line struct {
	Chip string // such as "/dev/gpiochip0"
	gpio.Line
	Code uint16
}

// Device is an input device, or a GPIO chip, and what became of it.
type Device struct {
	Node  string // such as "/dev/input/event0"
	Name  string // its own
	Class Class
	Err   error // why it isn't heard
}

// ErrDenied: the user may not open a device.
var ErrDenied = errors.New("permission denied: add the phone's user to the group input")

// queue is how many events wait for their reader. A reader that is late for
// longer loses moves of fingers first.
const queue = 256
