package screen

import (
	"slices"

	"github.com/imsphone/imsphone/protocol/call"
)

// key takes a key: the first one in the dark only makes light, except where
// somebody calls.
func (c *Core) key(e Key, fx []Effect) []Effect {
	if e.Action == Up {
		return fx
	}
	dark := c.dark
	c.used = c.now
	if dark && e.Code != HookKey && e.Code != OffHook && e.Code != OnHook {
		return fx
	}
	if e.Action == Held {
		return c.heldKey(e, fx)
	}
	switch e.Code {
	case Char:
		return c.char(e.Rune, fx)
	case CallKey:
		return c.do(callKey[c.mode], fx)
	case EndKey:
		return c.endKey(fx)
	case HookKey:
		return c.do(hookKey[c.mode], fx)
	case OffHook:
		return c.do(offHook[c.mode], fx)
	case OnHook:
		return c.do(onHook[c.mode], fx)
	case MuteKey:
		return c.do(DoMute, fx)
	case VolumeUp:
		return append(fx, Command{Name: "volume", Volume: "+10"})
	case VolumeDown:
		return append(fx, Command{Name: "volume", Volume: "-10"})
	case Erase:
		if c.mode == Dialler {
			return c.do(DoErase, fx)
		}
		return c.do(backKey[c.mode], fx)
	case Back:
		return c.do(backKey[c.mode], fx)
	}
	return c.choose(e, fx)
}

// What keys of a phone do in the modes where they do something; the table of
// [Core] shows all of it.
var (
	callKey = [...]Does{Dialler: DoCall, Ended: DoRedial, Incoming: DoAnswer, Waiting: DoAnswer, InCall: DoSwap, Refused: Nothing}
	hookKey = [...]Does{Ended: DoBack, Calling: DoHangup, InCall: DoHangup, Digits: DoHangup, Video: DoHangup,
		Incoming: DoAnswer, Waiting: DoAnswer, Refused: DoBack}
	offHook = [...]Does{Incoming: DoAnswer, Waiting: DoAnswer, Refused: Nothing}
	onHook  = [...]Does{Ended: DoBack, Calling: DoHangup, InCall: DoHangup, Digits: DoHangup, Video: DoHangup, Refused: DoBack}
	endKey  = [...]Does{Notice: DoBack, Ended: DoBack, Calling: DoHangup, InCall: DoHangup, Digits: DoHangup, Video: DoHangup,
		Incoming: DoReject, Waiting: DoReject, Refused: DoBack}
	backKey = [...]Does{Dialler: DoErase, Notice: DoBack, Ended: DoBack, Digits: DoBack, Video: DoHide, Refused: DoBack}
)

// heldKey takes the repetitions of a key: those that a finger means.
func (c *Core) heldKey(e Key, fx []Effect) []Effect {
	switch {
	case e.Code == VolumeUp || e.Code == VolumeDown || e.Code == Erase:
		e.Action = Down
		return c.key(e, fx)
	case e.Code == Char && e.Rune == '0' && c.mode == Dialler && len(c.entry) == 1 && c.entry[0] == '0':
		c.entry[0] = '+' // as on every mobile phone
	}
	return fx
}

// char takes a character: of a number, of a button's shortcut, or a digit for
// the far end.
func (c *Core) char(r rune, fx []Effect) []Effect {
	if c.mode == Ended && isDigit(r) {
		c.back() // whoever begins to dial has read it
		c.write(r)
		return fx
	}
	if c.mode == Dialler {
		c.write(r)
		return fx
	}
	for _, b := range c.View().Buttons {
		if b.Shortcut == r && r != 0 {
			return c.do(b.Does, fx)
		}
	}
	return c.digit(r, fx)
}

func (c *Core) write(r rune) {
	if r > ' ' && len(c.entry) < maxEntry && printable(string(r)) != "" {
		c.entry = append(c.entry, r)
	}
}

// digit sends a digit in a call that is up.
func (c *Core) digit(r rune, fx []Effect) []Effect {
	active := c.find(call.Active)
	if active == nil || c.mode < InCall || c.mode > Video || !isDigit(r) {
		return fx
	}
	c.digits = append(c.digits, r)
	c.keypad = true
	return append(fx, Command{Name: "dtmf", Call: active.Call, Digits: string(r)})
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' || r == '*' || r == '#' }

// endKey ends what there is; where there is nothing, it puts out the light.
func (c *Core) endKey(fx []Effect) []Effect {
	if c.mode == Dialler {
		if len(c.entry) == 0 && c.cfg.Sleep > 0 {
			c.used = c.now.Add(-c.cfg.Sleep)
		}
		c.entry = nil
		return fx
	}
	return c.do(endKey[c.mode], fx)
}

// choose moves the focus, and presses what has it.
func (c *Core) choose(e Key, fx []Effect) []Effect {
	view := c.View()
	if e.Code == SoftLeft && len(view.Buttons) > 0 {
		return c.do(view.Buttons[0].Does, fx)
	}
	if e.Code == SoftRight && len(view.Buttons) > 0 {
		return c.do(view.Buttons[len(view.Buttons)-1].Does, fx)
	}
	if c.mode == Video && !c.now.Before(c.overlay) {
		c.overlay = c.now.Add(overlayTime) // the buttons come back first
		return fx
	}
	focus := c.focusOf(view)
	if e.Code == OK {
		return c.press(focus, fx)
	}
	c.byKeys = true
	c.overlay = c.now.Add(overlayTime)
	c.focus = neighbour(Arrange(view, c.cfg.Size), focus, e.Code)
	return fx
}

// focusOf is the button that OK presses: the chosen one, where it is there, or
// the mode's own.
func (c *Core) focusOf(v View) id {
	all := slices.Concat(v.Buttons, v.Keypad)
	for _, b := range all {
		if c.focus == (id{b.Does, b.Digit}) {
			return c.focus
		}
	}
	for _, b := range v.Buttons {
		if b.Does == firstFocus[v.Mode] {
			return id{b.Does, 0}
		}
	}
	if len(v.Buttons) > 0 {
		return id{v.Buttons[0].Does, 0}
	}
	return id{}
}

// firstFocus is what has the focus at first, where that isn't the first button.
var firstFocus = [...]Does{Dialler: DoCall, Notice: DoBack, Ended: DoBack, Digits: DoBack, Refused: DoBack}

func (c *Core) press(b id, fx []Effect) []Effect {
	if b.does == DoDigit {
		return c.char(b.digit, fx)
	}
	return c.do(b.does, fx)
}
