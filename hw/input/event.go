package input

import "fmt"

// Kind is what an event is about.
type Kind uint8

// Kinds of events.
const (
	// Key is a key or a button: Code is Linux's code of it, Value [Up], [Down] or
	// [Repeat].
	Key Kind = iota + 1
	// Touch is a finger, or a pointer whose button is pressed: X and Y are pixels of
	// the panel, Code numbers the fingers (0 is the first), Value is [Up], [Down] or
	// [Move].
	Touch
	// Switch is a switch, such as one in a jack: Code is one of the Switch codes,
	// Value 1 while it is set. The state of each is told when its device is opened.
	Switch
	// Plugged and Unplugged tell that Device has come or gone.
	Plugged
	Unplugged
)

// Values of keys and touches.
const (
	Up     = 0
	Down   = 1
	Repeat = 2 // of a key: it is still down
	Move   = 2 // of a touch
)

// Codes of switches (input-event-codes.h, SW_…).
const (
	SwitchLid        = 0 // set: the lid is shut
	SwitchHeadphone  = 2 // set: there is a headphone in the jack
	SwitchMicrophone = 4 // set: there is a microphone in the jack
	SwitchKeypad     = 10
)

// Event is what happened at a device.
type Event struct {
	Kind   Kind
	Code   uint16
	Value  int32
	X, Y   int    // of a touch
	Device string // the device's own name, such as "gpio-keys"
}

func (e Event) String() string {
	switch e.Kind {
	case Key:
		return fmt.Sprintf("%s %s", KeyName(e.Code), [...]string{"up", "down", "repeat"}[uint32(e.Value)%3])
	case Touch:
		return fmt.Sprintf("touch %d %s at %d,%d", e.Code, [...]string{"up", "down", "move"}[uint32(e.Value)%3], e.X, e.Y)
	case Switch:
		return fmt.Sprintf("switch %d is %d", e.Code, e.Value)
	case Plugged:
		return e.Device + " is there"
	}
	return e.Device + " is gone"
}
