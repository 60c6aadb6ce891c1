package screen

// Effect is what the driver has to do for the core.
type Effect interface{ effect() }

type (
	// Command is for the phone, by the name and with the parameters of the
	// control socket. Commands are performed one after the other; each is
	// answered by [Answered].
	Command struct {
		Name    string `json:"-"`
		Account string `json:"account,omitempty"`
		URI     string `json:"uri,omitempty"`
		Call    string `json:"call,omitempty"`
		Digits  string `json:"digits,omitempty"`
		// Volume is one from 0 to 100, or a change such as "+10".
		Volume string `json:"volume,omitempty"`
		// Mode is that of video: on or off.
		Mode string `json:"mode,omitempty"`
	}
	// Refresh asks for a [Status].
	Refresh struct{}
	// Redraw: the view may be another.
	Redraw struct{}
	// Backlight switches the screen's light.
	Backlight struct{ On bool }
	// Lamp says what the board's light for messages does.
	Lamp struct{ Shows LampState }
)

func (Command) effect()   {}
func (Refresh) effect()   {}
func (Redraw) effect()    {}
func (Backlight) effect() {}
func (Lamp) effect()      {}

// LampState is what the light for messages shows.
type LampState uint8

// The states: dark, blinking fast while somebody calls, blinking slowly when a
// call was missed.
const (
	LampOff LampState = iota
	LampRings
	LampMissed
)
