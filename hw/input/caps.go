package input

// Class is what a device is for the phone.
type Class uint8

// Classes of devices.
const (
	Unused      Class = iota // mice, sensors, what has no key of use
	Keyboard                 // with letters
	Keypad                   // with digits
	Buttons                  // with a few keys, such as a headset's
	Touchscreen              // or a pointer that has a place, as of a virtual machine
	Switches                 // switches alone, such as a jack's
)

func (c Class) String() string {
	return [...]string{"unused", "keyboard", "keypad", "buttons", "touch screen", "switches"}[c]
}

// axis is the range of an absolute axis.
type axis struct{ min, max int32 }

// caps are what a device can do.
type caps struct {
	events, keys, abs, switches, props bitset
	x, y                               axis // of touches
	slots                              int  // fingers that it tells apart; 0: it doesn't
}

// classify tells what a device is for the phone.
func (c *caps) classify() Class {
	digits := c.keys.between(2, 12) || c.keys.between(0x200, 0x20c)
	switch {
	case c.touches():
		return Touchscreen
	case c.letters():
		return Keyboard
	case digits:
		return Keypad
	case c.keys.between(1, btnMisc), c.keys.between(keyOK, keyMax+1):
		return Buttons
	case c.switches.count() > 0:
		return Switches
	}
	return Unused
}

// letters tells whether words can be typed on it.
func (c *caps) letters() bool { return c.keys.has(keyQ) && c.keys.has(keyP) }

// touches tells whether it has places of a screen: touchpads and drawing boards
// have some of their own, joysticks have none.
func (c *caps) touches() bool {
	placed := c.abs.has(absX) && c.abs.has(absY) || c.abs.has(absMTX) && c.abs.has(absMTY)
	pressed := c.keys.has(btnTouch) || c.keys.has(btnLeft) || c.slots > 0
	elsewhere := (c.keys.has(btnToolFinger) || c.keys.has(btnToolPen)) && !c.props.has(propDirect)
	return placed && pressed && !elsewhere && !c.keys.between(btnGamepad, btnToolPen)
}
