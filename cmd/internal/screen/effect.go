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
		// Video asks for it with an answer.
		Video bool `json:"video,omitempty"`
		// Mode is that of video: on, receive or off.
		Mode string `json:"mode,omitempty"`
	}
	// Refresh asks for a [Status].
	Refresh struct{}
	// Redraw: the view may be another.
	Redraw struct{}
	// Backlight switches the screen's light.
	Backlight struct{ On bool }
	// Lights says what the board's lights have to tell.
	Lights struct {
		Rings      bool // somebody calls
		InCall     bool // a call is up
		Missed     bool // a call was missed
		Registered bool // a line is registered
	}
)

func (Command) effect()   {}
func (Refresh) effect()   {}
func (Redraw) effect()    {}
func (Backlight) effect() {}
func (Lights) effect()    {}
