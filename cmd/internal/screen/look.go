package screen

import (
	"strings"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/protocol/call"
)

// View is what the face shows now.
func (c *Core) View() View {
	v := c.look()
	v.Mode, v.Bar = c.mode, c.bar()
	if c.now.Before(c.toastUntil) {
		v.Toast = c.toast.Text
	}
	focus := id{}
	if c.byKeys {
		focus = c.focusOf(v)
	}
	for _, list := range [][]Button{v.Buttons, v.Keypad} {
		for i := range list {
			b := id{list[i].Does, list[i].Digit}
			list[i].Focus, list[i].Pressed = b == focus, b == c.pressed
		}
	}
	return v
}

func (c *Core) look() View {
	switch c.mode {
	case Dialler:
		return c.lookDialler()
	case Notice:
		return c.lookNotice()
	case Ended:
		return c.lookEnded()
	case Calling, InCall, Video:
		return c.lookCall(c.active())
	case Digits:
		return c.lookDigits(c.active())
	case Incoming:
		return c.lookIncoming(c.ringing())
	case Waiting:
		return c.lookWaiting(c.ringing())
	case Refused:
		return c.lookRefused()
	}
	return View{Title: "imsphone", Below: []Line{{"Starting …", Dim}}}
}

func (c *Core) bar() Bar {
	b := Bar{Clock: c.now.Format("15:04"), Missed: c.missed, Silent: c.silence != "", Offline: c.status.Network == actors.NoNetwork}
	if c.status.Signal != nil {
		b.Signal = signalBars(*c.status.Signal)
	}
	if a := c.active(); a != nil {
		b.Muted = a.Muted
	}
	if len(c.status.Accounts) == 0 {
		return b
	}
	a := c.line()
	b.Line = printable(numberOf(a.AOR))
	b.State = map[string]LineState{"registered": LineUp, "registering": LineTrying, "failed": LineDown,
		"unregistered": LineDown, "disabled": LineDirect}[a.State]
	return b
}

// signalBars tells how good a signal in dBm is: with four bars everything works, with
// one a call breaks up.
func signalBars(level int) int {
	bars := 1
	for _, enough := range [...]int{-75, -67, -55} {
		if level >= enough {
			bars++
		}
	}
	return bars
}

// line is the account that the bar tells of: the one that would call.
func (c *Core) line() actors.AccountStatus {
	for _, a := range c.status.Accounts {
		if a.State == "registered" {
			return a
		}
	}
	return c.status.Accounts[0]
}

func (c *Core) lookDialler() View {
	v := View{Title: group(string(c.entry)), Keypad: keypad()}
	if v.Title == "" {
		v.Title, v.Placeholder = "Enter a number", true
	}
	if trouble := c.trouble(); trouble.Text != "" {
		v.Below = append(v.Below, trouble)
	}
	v.Columns = 3
	v.Buttons = []Button{
		{Does: DoExplain, Label: "Info", Icon: IconInfo},
		{Does: DoCall, Label: "Call", Icon: IconCall, Tone: Good},
		{Does: DoErase, Label: "Erase", Icon: IconErase},
	}
	return v
}

// trouble is the most important thing that the user should know before a call.
func (c *Core) trouble() Line {
	switch state := c.bar().State; {
	case c.status.Network == actors.NoNetwork:
		return Line{"No network: no calls come in", Bad}
	case state == LineDown:
		return Line{"Not registered: no calls come in", Bad}
	case c.silence != "":
		return Line{"No sound: " + c.silence, Bad}
	case c.missed == 1:
		return Line{"1 missed call", Warn}
	case c.missed > 1:
		return Line{itoa(c.missed) + " missed calls", Warn}
	case c.cfg.Notice != "":
		return Line{"Something is to be read: Info", Warn}
	case c.downLine() != "":
		return Line{c.downLine() + " is not registered: Info", Warn}
	case state == LineTrying:
		return Line{"Registering …", Dim}
	case state == LineUp:
		return Line{"Ready", Dim}
	case state == LineDirect:
		return Line{"Direct calls only", Dim}
	}
	return Line{}
}

// downLine is the name of a line that isn't the bar's, and isn't registered.
func (c *Core) downLine() string {
	for _, a := range c.status.Accounts {
		if a.State == "failed" {
			return printable(a.Name)
		}
	}
	return ""
}

// keypad is the twelve keys with their letters (ITU-T E.161).
func keypad() []Button {
	letters := [...]string{"", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ", "", "+", ""}
	keys := make([]Button, 0, 12)
	for i, r := range "123456789*0#" {
		keys = append(keys, Button{Does: DoDigit, Digit: r, Label: string(r), Sub: letters[i]})
	}
	return keys
}

// lookNotice is everything about the network and the lines, in sentences.
func (c *Core) lookNotice() View {
	v := View{Above: "Lines", Columns: 2, Buttons: []Button{
		{Does: DoRegister, Label: "Register", Icon: IconRetry, Shortcut: 'r'},
		{Does: DoBack, Label: "Back", Icon: IconBack, Shortcut: 'b'},
	}}
	var said []string
	switch c.status.Network {
	case "":
	case actors.NoNetwork:
		said = append(said, "There is no network: look at its cable, or at its Wi-Fi settings.")
	default:
		said = append(said, "Network: "+c.status.Network+".")
	}
	if c.cfg.Notice != "" {
		said = append(said, c.cfg.Notice)
	}
	if c.silence != "" {
		said = append(said, "There is no sound: "+c.silence+".")
	}
	for _, a := range c.status.Accounts {
		said = append(said, a.Explain(c.now))
	}
	v.Text = Line{printable(strings.Join(said, " ")), Plain}
	return v
}

func (c *Core) lookEnded() View {
	e := c.ended
	v := View{Above: e.reason, Title: e.title, Columns: 2, Buttons: []Button{
		{Does: DoRedial, Label: "Call again", Icon: IconCall, Tone: Good, Shortcut: 'c'},
		{Does: DoBack, Label: "Close", Icon: IconBack, Shortcut: 'b'},
	}}
	if e.length != "" {
		v.Below = append(v.Below, Line{"It lasted " + e.length, Dim})
	}
	return v
}

func (c *Core) lookRefused() View {
	return View{Above: "No emergency calls", Title: printable(c.refused), Columns: 1,
		Text:    Line{"This phone can't call " + printable(c.refused) + ". Nobody has been called. Use another phone, now.", Plain},
		Buttons: []Button{{Does: DoBack, Label: "Understood", Icon: IconBack, Shortcut: 'b'}}}
}

func (c *Core) lookIncoming(s *actors.CallStatus) View {
	title, sub := party(s.Remote, s.Name)
	v := View{Above: "Incoming call", Title: title, Buttons: []Button{
		{Does: DoAnswer, Label: "Answer", Icon: IconCall, Tone: Good, Shortcut: 'a'},
	}}
	if offersVideo(s) {
		v.Above = "Incoming video call"
		v.Buttons = append(v.Buttons, Button{Does: DoAnswerVideo, Label: "With video", Icon: IconVideo, Tone: Good, Shortcut: 'v'})
	}
	v.Buttons = append(v.Buttons, Button{Does: DoReject, Label: "Reject", Icon: IconEnd, Tone: Bad, Shortcut: 'r'})
	v.Columns = len(v.Buttons)
	return v.under(sub)
}

func (c *Core) lookWaiting(s *actors.CallStatus) View {
	title, sub := party(s.Remote, s.Name)
	v := View{Above: "Call waiting", Title: title, Columns: 3, Buttons: []Button{
		{Does: DoAnswer, Label: "Answer", Icon: IconCall, Tone: Good, Shortcut: 'a'},
		{Does: DoEndAnswer, Label: "End + take", Icon: IconSwap, Tone: Good, Shortcut: 't'},
		{Does: DoReject, Label: "Reject", Icon: IconEnd, Tone: Bad, Shortcut: 'r'},
	}}
	v = v.under(sub)
	other, _ := party(c.active().Remote, c.active().Name)
	v.Below = append(v.Below, Line{"In a call with " + other, Dim})
	return v
}

// under adds a dim line, if it says anything.
func (v View) under(text string) View {
	if text != "" {
		v.Below = append(v.Below, Line{text, Dim})
	}
	return v
}

func (c *Core) lookCall(s *actors.CallStatus) View {
	title, sub := party(s.Remote, s.Name)
	v := View{Title: title, Above: c.above(s)}.under(sub)
	if s.Answered.IsZero() {
		v.Columns = 1
		v.Buttons = []Button{{Does: DoHangup, Label: "Hang up", Icon: IconEnd, Tone: Bad, Shortcut: 'e'}}
		return v
	}
	v.Quality = bars(s.Quality)
	v.Below = append(v.Below, c.condition(s))
	if c.mode == Video {
		v.Far, v.Own, v.Bare = true, c.own, !c.now.Before(c.overlay)
		v.Columns, v.Buttons = 4, c.videoButtons(s)
		return v
	}
	v.Columns, v.Buttons = 3, c.callButtons(s)
	return v
}

// above is the word over the other party: what the call does.
func (c *Core) above(s *actors.CallStatus) string {
	switch call.State(s.State) {
	case call.RingingOut:
		return "Ringing …"
	case call.Active:
		return c.length(s)
	case call.Held:
		return "On hold · " + c.length(s)
	}
	return "Calling …"
}

// condition is the line that a user looks at when something is odd.
func (c *Core) condition(s *actors.CallStatus) Line {
	parked := c.parked()
	switch {
	case c.silence != "":
		return Line{"No sound: " + c.silence, Bad}
	case call.State(s.State) == call.Held:
		return Line{"They can't hear you", Warn}
	case s.PeerHolds:
		return Line{"The other side has put you on hold", Warn}
	case s.Muted:
		return Line{"You are muted", Warn}
	case offersVideo(s):
		return Line{"They would like video", Accent}
	case parked != nil:
		other, _ := party(parked.Remote, parked.Name)
		return Line{other + " is on hold", Dim}
	}
	return Line{printable(s.Codec), Dim}
}

func (c *Core) callButtons(s *actors.CallStatus) []Button {
	hold := Button{Does: DoHold, Label: "Hold", Icon: IconHold, Shortcut: 'h'}
	if call.State(s.State) == call.Held {
		hold.Label, hold.Icon, hold.On = "Resume", IconResume, true
	}
	if c.parked() != nil {
		hold = Button{Does: DoSwap, Label: "Swap", Icon: IconSwap, Shortcut: 'h'}
	}
	return []Button{
		muteButton(s),
		{Does: DoKeypad, Label: "Keypad", Icon: IconKeypad, Shortcut: 'k'},
		{Does: DoVideo, Label: "Video", Icon: IconVideo, On: sendsVideo(s), Shortcut: 'v'},
		hold,
		{Does: DoVolume, Label: "Volume", Icon: IconVolume, Shortcut: 'l'},
		endButton(),
	}
}

func (c *Core) videoButtons(s *actors.CallStatus) []Button {
	return []Button{
		muteButton(s),
		{Does: DoKeypad, Label: "Keypad", Icon: IconKeypad, Shortcut: 'k'},
		{Does: DoVideo, Label: "Video", Icon: IconVideo, On: sendsVideo(s), Shortcut: 'v'},
		endButton(),
	}
}

func muteButton(s *actors.CallStatus) Button {
	return Button{Does: DoMute, Label: "Mute", Icon: IconMute, On: s.Muted, Shortcut: 'm'}
}

func endButton() Button {
	return Button{Does: DoHangup, Label: "End", Icon: IconEnd, Tone: Bad, Shortcut: 'e'}
}

// lookDigits is the keypad in a call: what was sent takes the title's place.
func (c *Core) lookDigits(s *actors.CallStatus) View {
	title, _ := party(s.Remote, s.Name)
	v := View{Title: string(c.digits), Below: []Line{{title, Dim}}, Keypad: keypad(), Columns: 2, Buttons: []Button{
		{Does: DoBack, Label: "Back", Icon: IconBack, Shortcut: 'b'}, endButton()}}
	if v.Title == "" {
		v.Title, v.Placeholder = "Send keys", true
	}
	return v
}
