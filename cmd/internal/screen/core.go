package screen

import (
	"image"
	"slices"
	"time"

	"github.com/imsphone/imsphone/actors"
)

// Config is what differs between faces.
type Config struct {
	// Size is the picture's, in pixels: what a finger touches, and what arrow
	// keys go by.
	Size image.Point
	// Sleep is the time without a key after which the light goes out; 0 is never.
	Sleep time.Duration
	// Notice is what the user has to know besides, such as that a new
	// configuration is wrong; empty is nothing.
	Notice string
	// Keyed shows from the start what OK would press; else it is shown once an
	// arrow was used.
	Keyed bool
}

// How long things stay.
const (
	toastTime   = 4 * time.Second
	endedTime   = 6 * time.Second
	overlayTime = 5 * time.Second
	noticeTime  = 3 * time.Second  // until it is looked anew what there is to say
	signalTime  = 10 * time.Second // until the Wi-Fi's signal is looked at anew
)

// maxEntry bounds what can be dialled, in characters.
const maxEntry = 64

// Core is the face's state; see the package's documentation. It is for one
// goroutine.
type Core struct {
	cfg    Config
	status actors.Status
	known  bool // the phone has told its status
	now    time.Time

	entry  []rune // what is being dialled
	last   string // what was dialled last
	digits []rune // what was sent in this call
	volume int    // percent, as far as it is known

	keypad, explain, video bool // what the user wants to see
	refused                string
	ended                  *endedCall
	declined               string // the call that the user hung up
	missed                 int
	silence                string // why there is no sound

	far, own bool
	overlay  time.Time // until then the buttons cover the video

	focus   id
	byKeys  bool // arrows are used, so the focus is shown
	pressed id

	toast      Line
	toastUntil time.Time

	used   time.Time // the last key or touch
	looked time.Time // when the phone was asked for its status
	dark   bool
	deaf   bool // the finger that lit the screen is still on it
	lights Lights
	mode   Mode
	epoch  bool // the first step was made
}

// id names a button of a view.
type id struct {
	does  Does
	digit rune
}

// endedCall is what is told of a call that is over.
type endedCall struct {
	title, remote, reason, length string
	tone                          Tone
	until                         time.Time
}

// New gives the face of a phone that has not told its status yet.
func New(cfg Config) *Core { return &Core{cfg: cfg, byKeys: cfg.Keyed} }

// Step tells the core of an event, and appends what is to be done.
func (c *Core) Step(now time.Time, event Event, fx []Effect) []Effect {
	c.now = now
	if !c.epoch {
		c.epoch, c.used = true, now
		fx = append(fx, Backlight{true}, Refresh{})
	}
	switch e := event.(type) {
	case Key:
		fx = c.key(e, fx)
	case Touch:
		fx = c.touch(e, fx)
	case Status:
		c.status, c.known, c.looked = e.Status, true, now
		c.status.Calls = slices.Clone(e.Calls) // callEnded writes into them
	case News:
		fx = append(c.news(e.Event, fx), Refresh{})
	case Answered:
		c.answered(e)
		fx = append(fx, Refresh{})
	case Pictures:
		c.video = c.video || e.Far && !c.far // the other side has begun
		c.far, c.own = e.Far, e.Own
	case Resized:
		c.cfg.Size = e.Size
	case Tick:
		if !c.dark && now.Sub(c.looked) >= c.lookEvery() {
			c.looked, fx = now, append(fx, Refresh{})
		}
	}
	return c.settle(fx)
}

// settle does what follows from the state, whatever led to it.
func (c *Core) settle(fx []Effect) []Effect {
	if c.ended != nil && !c.now.Before(c.ended.until) {
		c.ended = nil
	}
	if mode := c.modeNow(); mode != c.mode {
		c.enter(mode)
		if mode == Notice {
			fx = append(fx, Refresh{})
		}
	}
	fx = c.light(fx)
	if lights := c.lightsNow(); lights != c.lights {
		c.lights = lights
		fx = append(fx, lights)
	}
	if c.dark {
		return fx
	}
	return append(fx, Redraw{})
}

// enter begins a mode: with its own focus, and in the light.
func (c *Core) enter(mode Mode) {
	quiet := mode == Dialler || mode == Digits || c.mode == Digits
	c.mode, c.focus, c.pressed = mode, id{}, id{}
	if mode < Calling {
		c.digits, c.keypad, c.video = nil, false, false
	}
	if mode == Video {
		c.overlay = c.now.Add(overlayTime)
	}
	if !quiet {
		c.used = c.now
	}
}

// light switches the screen's light.
func (c *Core) light(fx []Effect) []Effect {
	dark := c.dark
	if at := c.sleepAt(); !at.IsZero() && !c.now.Before(at) {
		c.dark = true
	} else {
		c.dark = false
	}
	if dark != c.dark {
		fx = append(fx, Backlight{!c.dark})
	}
	return fx
}

// sleepAt is when the light goes out; the zero time is never.
func (c *Core) sleepAt() time.Time {
	switch c.mode {
	case Incoming, Waiting, Video, Refused, Starting:
		return time.Time{}
	}
	if c.cfg.Sleep == 0 {
		return time.Time{}
	}
	return c.used.Add(c.cfg.Sleep)
}

func (c *Core) lightsNow() Lights {
	active := c.active()
	return Lights{Rings: c.ringing() != nil, InCall: active != nil && !active.Answered.IsZero(), Missed: c.missed > 0,
		Registered: slices.ContainsFunc(c.status.Accounts, func(a actors.AccountStatus) bool { return a.State == "registered" })}
}

// Lit tells whether the screen's light is on.
func (c *Core) Lit() bool { return !c.dark }

// Next is when the core wants a [Tick]; the zero time is never. In the dark
// nothing counts.
func (c *Core) Next() time.Time {
	if c.dark {
		return time.Time{}
	}
	next := c.now.Truncate(time.Minute).Add(time.Minute) // the clock
	earlier := func(t time.Time) {
		if t.After(c.now) && t.Before(next) {
			next = t
		}
	}
	earlier(c.sleepAt())
	earlier(c.toastUntil)
	earlier(c.overlayUntil())
	if c.mode == Notice || c.status.Signal != nil {
		earlier(c.looked.Add(c.lookEvery()))
	}
	if c.ended != nil {
		earlier(c.ended.until)
	}
	if a := c.active(); a != nil && !a.Answered.IsZero() && c.mode >= Calling {
		gone := c.now.Sub(a.Answered)
		earlier(a.Answered.Add(gone.Truncate(time.Second) + time.Second))
	}
	return next
}

// lookEvery is how old the status may get: of the network and its signal nobody
// tells. Without Wi-Fi it is the clock's ticks that look, each minute.
func (c *Core) lookEvery() time.Duration {
	switch {
	case c.mode == Notice:
		return noticeTime
	case c.status.Signal != nil:
		return signalTime
	}
	return time.Minute / 2
}

func (c *Core) overlayUntil() time.Time {
	if c.mode != Video {
		return time.Time{}
	}
	return c.overlay
}

// modeNow is the mode that the state asks for.
func (c *Core) modeNow() Mode {
	ringing, active := c.ringing(), c.active()
	switch {
	case c.refused != "":
		return Refused
	case ringing != nil && active != nil:
		return Waiting
	case ringing != nil:
		return Incoming
	case active != nil:
		return c.modeOf(active)
	case c.ended != nil:
		return Ended
	case c.explain:
		return Notice
	case c.known:
		return Dialler
	}
	return Starting
}

// modeOf is the mode of a call that is there.
func (c *Core) modeOf(active *actors.CallStatus) Mode {
	switch {
	case c.keypad:
		return Digits
	case active.Answered.IsZero():
		return Calling
	case c.video && c.far:
		return Video
	}
	return InCall
}

// say shows a line for a moment.
func (c *Core) say(tone Tone, text string) {
	c.toast, c.toastUntil = Line{text, tone}, c.now.Add(toastTime)
}

// answered tells of a command that failed, and remembers one that didn't.
func (c *Core) answered(e Answered) {
	if e.Err != nil {
		c.say(Bad, e.Err.Error())
		return
	}
	switch e.Command.Name {
	case "call":
		c.entry = nil
	case "volume":
		c.volume = e.Answer.Percent
		c.say(Plain, "Volume "+itoa(c.volume)+" %")
	}
}
