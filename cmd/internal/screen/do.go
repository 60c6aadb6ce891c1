package screen

import (
	"strings"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/protocol/call"
)

// do performs what a button or a key of the phone means now.
func (c *Core) do(what Does, fx []Effect) []Effect {
	ringing, active := c.ringing(), c.active()
	switch what {
	case DoErase:
		c.entry = c.entry[:max(0, len(c.entry)-1)]
	case DoCall:
		return c.dial(fx)
	case DoRedial:
		c.entry, c.ended = []rune(numberOf(c.ended.remote)), nil
		return c.dial(fx)
	case DoAnswer:
		if active != nil && call.State(active.State) == call.Active {
			fx = append(fx, Command{Name: "hold", Call: active.Call})
		}
		return c.about(ringing, "answer", fx)
	case DoAnswerVideo:
		if ringing != nil {
			fx = append(fx, Command{Name: "answer", Call: ringing.Call, Video: true})
		}
		return fx
	case DoEndAnswer:
		return c.about(ringing, "answer", c.about(active, "hangup", fx))
	case DoReject:
		return c.hangup(ringing, fx)
	case DoHangup:
		return c.hangup(active, fx)
	case DoMute:
		return c.mute(active, fx)
	case DoHold:
		return c.hold(active, fx)
	case DoSwap:
		return c.swap(fx)
	case DoVolume:
		return append(fx, Command{Name: "volume", Volume: c.louder()})
	case DoVideo:
		return c.toggleVideo(active, fx)
	case DoRegister:
		c.say(Plain, "Registering …")
		return append(fx, Command{Name: "register"})
	}
	c.show(what)
	return fx
}

// show changes what is looked at, which the phone has no part in.
func (c *Core) show(what Does) {
	switch what {
	case DoKeypad:
		c.keypad = true
	case DoHide:
		c.video = false
	case DoExplain:
		c.explain, c.missed = true, 0
	case DoOverlay:
		if c.now.Before(c.overlay) {
			c.overlay = c.now
		} else {
			c.overlay = c.now.Add(overlayTime)
		}
	case DoBack:
		c.back()
	}
}

func (c *Core) back() {
	switch c.mode {
	case Refused:
		c.refused, c.entry = "", nil
	case Ended:
		c.ended, c.missed = nil, 0
	case Digits:
		c.keypad = false
	case Notice:
		c.explain = false
	}
}

// dial calls the number that was written, or writes the one before again. An
// emergency number is refused here already, as loudly as a screen can.
func (c *Core) dial(fx []Effect) []Effect {
	number := strings.TrimSpace(string(c.entry))
	if number == "" {
		c.entry = []rune(c.last)
		return fx
	}
	if call.Emergency(number) {
		c.refused = number
		return fx
	}
	c.last = number
	return append(fx, Command{Name: "call", Account: c.account(), URI: number})
}

// about is a command that is about a call, if there is one.
func (c *Core) about(s *actors.CallStatus, name string, fx []Effect) []Effect {
	if s == nil {
		return fx
	}
	return append(fx, Command{Name: name, Call: s.Call})
}

func (c *Core) hangup(s *actors.CallStatus, fx []Effect) []Effect {
	if s != nil {
		c.declined = s.Call
	}
	return c.about(s, "hangup", fx)
}

func (c *Core) mute(s *actors.CallStatus, fx []Effect) []Effect {
	if s == nil || call.State(s.State) != call.Active {
		return fx
	}
	if s.Muted {
		return c.about(s, "unmute", fx)
	}
	return c.about(s, "mute", fx)
}

func (c *Core) hold(s *actors.CallStatus, fx []Effect) []Effect {
	switch {
	case s == nil || s.Answered.IsZero():
		return fx
	case call.State(s.State) == call.Held:
		return c.about(s, "resume", fx)
	}
	return c.about(s, "hold", fx)
}

// swap changes between two calls; the only call that there is it takes back
// from being held.
func (c *Core) swap(fx []Effect) []Effect {
	parked, active := c.parked(), c.active()
	if parked != nil {
		return c.about(parked, "resume", c.about(active, "hold", fx))
	}
	if active != nil && call.State(active.State) == call.Held {
		return c.about(active, "resume", fx)
	}
	return fx
}

// toggleVideo shows the far end's picture where it was hidden; else it adds our
// own to a call, or takes it away again and leaves the far end's.
func (c *Core) toggleVideo(s *actors.CallStatus, fx []Effect) []Effect {
	if s == nil || s.Answered.IsZero() {
		return fx
	}
	if c.far && !c.video {
		c.video = true
		return fx
	}
	mode := "on"
	switch {
	case sendsVideo(s) && c.far:
		mode = "receive"
	case sendsVideo(s):
		mode = "off"
	}
	c.video = mode != "off"
	return append(fx, Command{Name: "video", Call: s.Call, Mode: mode})
}

// sendsVideo tells whether the far end sees us.
func sendsVideo(s *actors.CallStatus) bool {
	return s.Video != nil && strings.HasPrefix(s.Video.Direction, "send")
}

// offersVideo tells whether the far end is ready for more video than there is.
func offersVideo(s *actors.CallStatus) bool {
	return s.Video != nil && s.Video.Offered != "inactive" && s.Video.Offered != s.Video.Direction && !sendsVideo(s)
}

// louder is what the one button for the volume asks for: more, and after the
// most the least that is heard.
func (c *Core) louder() string {
	if c.volume >= 100 {
		return "25"
	}
	return "+25"
}
