package screen

import (
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/protocol/call"
)

// find gives the first call in one of the states.
func (c *Core) find(states ...call.State) *actors.CallStatus {
	for _, state := range states {
		for i := range c.status.Calls {
			if s := &c.status.Calls[i]; call.State(s.State) == state {
				return s
			}
		}
	}
	return nil
}

// ringing is the call that wants to be answered.
func (c *Core) ringing() *actors.CallStatus { return c.find(call.RingingIn, call.Waiting) }

// active is the call that the user is in; a held one where there is no other.
func (c *Core) active() *actors.CallStatus {
	return c.find(call.Active, call.RingingOut, call.Dialing, call.Unknown, call.Held)
}

// parked is a held call beside the active one.
func (c *Core) parked() *actors.CallStatus {
	held, active := c.find(call.Held), c.active()
	if held == active {
		return nil
	}
	return held
}

// news takes what the phone tells by itself.
func (c *Core) news(e actors.Event, fx []Effect) []Effect {
	switch e.Type {
	case "audio-lost":
		c.silence = e.Text
		if e.Text == "" {
			c.silence = "the sound device is gone"
		}
	case "audio-back":
		c.silence = ""
	case "refused":
		c.say(Bad, e.Text)
	case "video-offered":
		c.say(Plain, "They offer video: press Video")
	case "camera-lost":
		c.say(Warn, "They see a grey picture: "+e.Text)
	case "ended":
		c.callEnded(e)
	}
	return fx
}

// callEnded remembers how a call ended until it has been read.
func (c *Core) callEnded(e actors.Event) {
	var was actors.CallStatus
	for i, s := range c.status.Calls {
		if s.Call == e.Call {
			was = s
			c.status.Calls[i].State = int(call.Terminated) // the snapshot comes later
		}
	}
	title, _ := party(e.Remote, e.Name)
	reason, tone := reasonOf(e)
	done := &endedCall{title: title, remote: e.Remote, reason: reason, tone: tone, until: c.now.Add(endedTime)}
	if !was.Answered.IsZero() {
		done.length = clockLength(c.now.Sub(was.Answered))
	} else if was.Direction == "incoming" && c.declined != e.Call {
		c.missed++
		done.reason, done.tone = "Missed call", Warn
	}
	c.ended = done
}

// reasonOf puts the end of a call into words.
func reasonOf(e actors.Event) (string, Tone) {
	words := map[int]string{404: "No such number", 408: "No answer", 480: "Not reachable", 484: "The number is not complete",
		486: "Busy", 487: "Canceled", 488: "No common codec", 600: "Busy", 603: "Declined", 604: "No such number"}
	if text, ok := words[e.Status]; ok {
		return text, Warn
	}
	switch call.Reason(e.Reason) {
	case call.ReasonRefusedOrBusy:
		return orElse(e.Text, "Refused"), Warn
	case call.ReasonError, call.ReasonAudioSetupFailed:
		return orElse(e.Text, "It failed"), Bad
	}
	return "Call ended", Plain
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// account is the line to call from: the first that is registered, else the
// phone's own choice.
func (c *Core) account() string {
	for i, a := range c.status.Accounts {
		if a.State == "registered" && i > 0 {
			return a.Name
		}
		if a.State == "registered" || a.State == "disabled" {
			break
		}
	}
	return ""
}

// length is how long a call has lasted.
func (c *Core) length(s *actors.CallStatus) string {
	if s.Answered.IsZero() {
		return ""
	}
	return clockLength(max(0, c.now.Sub(s.Answered)))
}

// bars turns a quality report into 1 to 5 bars.
func bars(q *actors.Quality) int {
	if q == nil || q.ReceivedPackets == 0 {
		return 0
	}
	for i, least := range []float64{4.0, 3.6, 3.1, 2.6} {
		if q.MOS >= least {
			return 5 - i
		}
	}
	return 1
}

// clockLength shows a duration as 2:07 or 1:02:07.
func clockLength(d time.Duration) string {
	s := int(d / time.Second)
	if s >= 3600 {
		return itoa(s/3600) + ":" + two(s/60%60) + ":" + two(s%60)
	}
	return itoa(s/60) + ":" + two(s%60)
}
