// Package screentest has the scenes that the painters of views are tested with.
package screentest

import (
	"errors"
	"image"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/protocol/call"
)

// Start is when every scene begins.
var Start = time.Date(2026, 5, 4, 9, 41, 7, 0, time.UTC)

// Scene is a face in some state.
type Scene struct {
	Name string
	// Events lead there, all at Start.
	Events []screen.Event
}

// Core plays a scene for a picture of that size.
func (s Scene) Core(size image.Point) *screen.Core {
	return s.With(screen.Config{Size: size, Sleep: 30 * time.Second})
}

// With does the same for a face of another kind.
func (s Scene) With(cfg screen.Config) *screen.Core {
	c := screen.New(cfg)
	c.Step(Start, screen.Tick{}, nil)
	for _, e := range s.Events {
		c.Step(Start, e, nil)
	}
	return c
}

// Press is a key that goes down.
func Press(code screen.KeyCode) screen.Event { return screen.Key{Code: code} }

// Type is characters that are typed.
func Type(s string) []screen.Event {
	var list []screen.Event
	for _, r := range s {
		list = append(list, screen.Key{Code: screen.Char, Rune: r})
	}
	return list
}

// Account is a line in a state.
func Account(state, text string) actors.AccountStatus {
	return actors.AccountStatus{Name: "home", AOR: "sip:alice@example.org", State: state, Text: text}
}

// Phone is a registered phone with calls.
func Phone(calls ...actors.CallStatus) screen.Status {
	return screen.Status{Status: actors.Status{Accounts: []actors.AccountStatus{Account("registered", "")}, Calls: calls}}
}

// Call is a call in a state; one that was answered began 2:07 before Start.
func Call(name string, state call.State, remote, display string) actors.CallStatus {
	s := actors.CallStatus{Call: name, Account: "home", State: int(state), StateName: state.String(),
		Direction: "outgoing", Remote: remote, Name: display, Started: Start.Add(-140 * time.Second)}
	switch state {
	case call.RingingIn, call.Waiting:
		s.Direction = "incoming"
	case call.Active, call.Held:
		s.Answered, s.Codec = Start.Add(-127*time.Second), "G722"
		s.Quality = &actors.Quality{ReceivedPackets: 6000, MOS: 4.2}
	}
	return s
}

// The parties of the scenes.
const (
	Bob   = "sip:+493012345678@example.org;user=phone"
	Carol = "sip:carol@example.net"
)

func with(s actors.CallStatus, change func(*actors.CallStatus)) actors.CallStatus {
	change(&s)
	return s
}

func scene(name string, events ...screen.Event) Scene { return Scene{name, events} }

// Scenes are all of them: each view, and what it shows of odd things.
func Scenes() []Scene {
	bob := Call("1", call.Active, Bob, "Bob Baker")
	muted := with(bob, func(s *actors.CallStatus) { s.Muted = true })
	poor := with(bob, func(s *actors.CallStatus) { s.Quality = &actors.Quality{ReceivedPackets: 900, MOS: 2.7} })
	video := func(direction, offered string) func(*actors.CallStatus) {
		return func(s *actors.CallStatus) { s.Video = &actors.VideoStatus{Direction: direction, Offered: offered} }
	}
	shown := with(bob, video("sendrecv", "sendrecv"))
	held := Call("1", call.Held, Bob, "Bob Baker")
	failed := screen.Status{Status: actors.Status{Accounts: []actors.AccountStatus{
		Account("failed", "AUTN MAC wrong: OP instead of OPc? Compare K and OPc with the network's subscriber data")}}}
	failed.Network = "eth0 192.0.2.7"
	near, far, offline := Phone(), Phone(bob), Phone()
	near.Signal, far.Signal, offline.Network = new(-52), new(-71), actors.NoNetwork
	news := func(e actors.Event) screen.Event { return screen.News{Event: e} }
	return []Scene{
		scene("starting"),
		scene("dialler", Phone()),
		scene("dialler-number", append([]screen.Event{Phone()}, Type("+4930123456")...)...),
		scene("dialler-focus", Phone(), Press(screen.RightKey)),
		scene("dialler-unregistered", failed),
		scene("dialler-signal", near),
		scene("dialler-offline", offline),
		scene("notice", failed, Press(screen.SoftLeft)),
		scene("missed", Phone(Call("1", call.RingingIn, Bob, "Bob Baker")),
			news(actors.Event{Type: "ended", Call: "1", Remote: Bob, Name: "Bob Baker"}), screen.Touch{At: image.Pt(-1, -1)}, Phone()),
		scene("calling", Phone(Call("1", call.RingingOut, Carol, ""))),
		scene("incoming", Phone(Call("1", call.RingingIn, Bob, "Bob Baker"))),
		scene("incoming-number", Phone(Call("1", call.RingingIn, Bob, ""))),
		scene("incoming-odd", Phone(Call("1", call.RingingIn, Carol, "日本 Ærøskøbing\u202e\x1b[31m of the very long name, the third"))),
		scene("incoming-video", Phone(with(Call("1", call.RingingIn, Bob, "Bob Baker"), video("inactive", "sendrecv")))),
		scene("in-call", Phone(bob)),
		scene("in-call-offered", Phone(with(bob, video("inactive", "sendrecv"))), news(actors.Event{Type: "video-offered", Call: "1"})),
		scene("in-call-focus", Phone(bob), Press(screen.DownKey)),
		scene("in-call-muted", Phone(muted)),
		scene("in-call-poor", Phone(poor)),
		scene("in-call-signal", far),
		scene("in-call-no-sound", Phone(bob), news(actors.Event{Type: "audio-lost", Text: "hw:1,0 is gone: plug it in again"})),
		scene("in-call-toast", Phone(bob), screen.Answered{Command: screen.Command{Name: "video"},
			Err: errors.New("the other side takes no video")}),
		scene("held", Phone(held)),
		scene("two-calls", Phone(held, Call("2", call.Active, Carol, "Carol"))),
		scene("waiting", Phone(bob, Call("2", call.Waiting, Carol, "Carol"))),
		scene("digits", append([]screen.Event{Phone(bob)}, Type("42#")...)...),
		scene("video", Phone(shown), screen.Pictures{Far: true, Own: true}),
		scene("ended", Phone(bob), news(actors.Event{Type: "ended", Call: "1", Remote: Bob, Name: "Bob Baker",
			Reason: int(call.ReasonTerminated)}), Phone()),
		scene("ended-busy", Phone(Call("1", call.RingingOut, Carol, "")), news(actors.Event{Type: "ended", Call: "1",
			Remote: Carol, Status: 486, Reason: int(call.ReasonRefusedOrBusy)}), Phone()),
		scene("refused", append(append([]screen.Event{Phone()}, Type("112")...), Press(screen.CallKey))...),
	}
}

// Picture is a picture of w by h pixels: a horizon, a sun and bars of colour.
func Picture(w, h int) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for y := range h {
		for x := range w {
			dx, dy := x-w*2/3, y-h/3
			luma, cb, cr := 90+y*80/h, 150, 110
			switch {
			case dx*dx+dy*dy < h*h/50:
				luma, cb, cr = 220, 60, 150
			case y > h*2/3:
				luma, cb, cr = 60+x*60/w, 110, 110+x*40/w
			}
			m.Y[m.YOffset(x, y)] = byte(luma)
			m.Cb[m.COffset(x, y)], m.Cr[m.COffset(x, y)] = byte(cb), byte(cr)
		}
	}
	return m
}
