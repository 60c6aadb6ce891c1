package screen

// View is what a face shows, as meaning: where things are is [Arrange]'s part,
// and how they look the painter's.
type View struct {
	Mode Mode
	Bar  Bar
	// Title is the largest text: the number that is dialled, the other party.
	Title string
	// Above is a word over the title, Below lines under it.
	Above string
	Below []Line
	// Placeholder tells that Title is no number but an invitation to dial one.
	Placeholder bool
	// Text is for reading: it is wrapped, and fills what is left.
	Text Line
	// Quality is how the call sounds, 1 to 5; 0 is not known.
	Quality int
	// Keypad has the twelve keys.
	Keypad []Button
	// Buttons are in reading order; Columns of them make a row.
	Buttons []Button
	Columns int
	// Far and Own tell that there are pictures; Bare that nothing covers them.
	Far, Own, Bare bool
	Toast          string
}

// Bar is the line at the top.
type Bar struct {
	Line  string // whose line it is
	State LineState
	Clock string
	// Muted, Missed and Silent are signs at its right.
	Muted  bool
	Missed int
	Silent bool // there is no sound device
	// Offline tells that there is no network, Signal how well its Wi-Fi is heard: one
	// to four bars, 0 where there is no Wi-Fi.
	Offline bool
	Signal  int
}

// LineState is how the registration stands, as a colour.
type LineState uint8

// The states of a line.
const (
	LineUnknown LineState = iota
	LineUp
	LineTrying
	LineDown
	LineDirect // it doesn't register
)

// Line is a text with what it means.
type Line struct {
	Text string
	Tone Tone
}

// Tone is what a thing means, for a painter to give it a colour.
type Tone uint8

// The tones.
const (
	Plain Tone = iota
	Dim
	Good
	Bad
	Warn
	Accent
)

// Button is something to press.
type Button struct {
	Does  Does
	Digit rune // of a key of the keypad
	Label string
	// Sub is the letters of a key.
	Sub  string
	Icon Icon
	Tone Tone
	// Shortcut is the character that presses it on a keyboard; 0 is none.
	Shortcut rune
	On       bool
	Focus    bool
	Pressed  bool
}

// Icon is a picture on a button.
type Icon uint8

// The icons.
const (
	NoIcon Icon = iota
	IconCall
	IconEnd
	IconMute
	IconKeypad
	IconVideo
	IconHold
	IconResume
	IconSwap
	IconVolume
	IconErase
	IconInfo
	IconBack
	IconRetry
)

// Mode is which view it is.
type Mode uint8

// The modes, in the order in which they push each other aside, the last first.
const (
	Starting Mode = iota
	Dialler
	Notice
	Ended
	Calling
	InCall
	Digits
	Video
	Incoming
	Waiting
	Refused
)

// String gives the mode's name, as golden files have it.
func (m Mode) String() string {
	return [...]string{"starting", "dialler", "notice", "ended", "calling", "in-call", "digits", "video",
		"incoming", "waiting", "refused"}[m]
}

// Does is what a button does.
type Does uint8

// What buttons do.
const (
	Nothing Does = iota
	DoDigit
	DoErase
	DoCall
	DoAnswer
	DoAnswerVideo
	DoEndAnswer
	DoReject
	DoHangup
	DoMute
	DoHold
	DoSwap
	DoKeypad
	DoVideo
	DoHide
	DoVolume
	DoExplain
	DoRegister
	DoBack
	DoRedial
	DoOverlay
)

// String gives the name that [Core]'s table uses.
func (d Does) String() string {
	return [...]string{"-", "digit", "erase", "call", "answer", "answer+video", "end+answer", "reject", "hang up", "mute", "hold", "swap",
		"keypad", "video", "hide", "volume", "explain", "register", "back", "redial", "overlay"}[d]
}
