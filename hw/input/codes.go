package input

// Numbers of Linux's input layer (include/uapi/linux/input-event-codes.h).
const (
	evSyn = 0x00
	evKey = 0x01
	evAbs = 0x03
	evSw  = 0x05
	evRep = 0x14

	synReport  = 0
	synDropped = 3

	absX          = 0x00
	absY          = 0x01
	absMTSlot     = 0x2f
	absMTX        = 0x35
	absMTY        = 0x36
	absMTTracking = 0x39

	btnMisc       = 0x100 // the first button: keys are below
	btnLeft       = 0x110
	btnGamepad    = 0x120 // joysticks and gamepads, up to 0x13f
	btnToolPen    = 0x140
	btnToolFinger = 0x145
	btnTouch      = 0x14a
	btnToolEnd    = 0x150 // past the last of a touch screen's
	keyOK         = 0x160 // the first key past the buttons

	keyQ, keyP = 16, 25 // the upper row of letters
	keyMax     = 0x2ff
	swMax      = 0x10

	propDirect = 1
)
