package screen_test

import (
	"errors"
	"image"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/screentest"
	"github.com/imsphone/imsphone/protocol/call"
)

// face is a core with what it has asked for.
type face struct {
	*screen.Core
	now time.Time
	fx  []screen.Effect
}

func newFace(sleep time.Duration) *face {
	f := &face{Core: screen.New(screen.Config{Size: qvga, Sleep: sleep}), now: screentest.Start}
	f.do(screentest.Phone())
	return f
}

func (f *face) do(events ...screen.Event) *face {
	f.fx = nil
	for _, e := range events {
		f.fx = f.Step(f.now, e, f.fx)
	}
	return f
}

// wait goes on to when the core wants to be told, at most for d.
func (f *face) wait(d time.Duration) (ticks int) {
	f.fx = nil
	end := f.now.Add(d)
	for {
		next := f.Next()
		if next.IsZero() || next.After(end) {
			f.now = end
			return ticks
		}
		f.now = next
		f.fx = f.Step(f.now, screen.Tick{}, f.fx)
		ticks++
	}
}

func has[T comparable](fx []screen.Effect, want T) bool {
	for _, e := range fx {
		if got, ok := e.(T); ok && got == want {
			return true
		}
	}
	return false
}

// centre finds the middle of a button.
func (f *face) centre(t *testing.T, label string) image.Point {
	t.Helper()
	for _, it := range screen.Arrange(f.View(), qvga) {
		if it.Button.Label == label {
			return it.Rect.Min.Add(it.Rect.Max).Div(2)
		}
	}
	t.Fatalf("there is no button %q", label)
	return image.Point{}
}

func (f *face) tap(t *testing.T, label string) *face {
	at := f.centre(t, label)
	return f.do(screen.Touch{At: at}, screen.Touch{At: at, Action: screen.Up})
}

// TestDialByTouch writes a number and calls it.
func TestDialByTouch(t *testing.T) {
	f := newFace(0)
	for _, label := range strings.Split("0 1 # 2", " ") {
		f.tap(t, label)
	}
	f.tap(t, "Erase").tap(t, "Call")
	if !has(f.fx, screen.Command{Name: "call", URI: "01#"}) {
		t.Errorf("effects %v", f.fx)
	}
	f.do(screen.Answered{Command: screen.Command{Name: "call"}, Err: errors.New("no route")})
	if v := f.View(); v.Title != "01#" || v.Toast != "no route" {
		t.Errorf("after a failure: %q, %q", v.Title, v.Toast)
	}
	f.wait(5 * time.Second)
	if v := f.View(); v.Toast != "" {
		t.Errorf("the toast stays: %q", v.Toast)
	}
	f.do(screen.Answered{Command: screen.Command{Name: "call"}})
	if v := f.View(); !v.Placeholder {
		t.Errorf("the number stays: %q", v.Title)
	}
}

// TestAFingerThatSlipsAwayPressesNothing, neither there nor where it lands.
func TestAFingerThatSlipsAwayPressesNothing(t *testing.T) {
	f := newFace(0)
	one, two := f.centre(t, "1"), f.centre(t, "2")
	f.do(screen.Touch{At: one}, screen.Touch{At: two, Action: screen.Held}, screen.Touch{At: two, Action: screen.Up})
	f.do(screen.Touch{At: one}, screen.Touch{At: two, Action: screen.Up})
	if v := f.View(); !v.Placeholder {
		t.Errorf("it wrote %q", v.Title)
	}
}

func TestAHeldZeroIsPlus(t *testing.T) {
	f := newFace(0).do(screen.Key{Code: screen.Char, Rune: '0'}, screen.Key{Code: screen.Char, Rune: '0', Action: screen.Held})
	if v := f.View(); v.Title != "+" {
		t.Errorf("title %q", v.Title)
	}
}

// TestRedial: the call key with no number brings back the last one.
func TestRedial(t *testing.T) {
	f := newFace(0).do(screentest.Type("1234")...).do(screentest.Press(screen.CallKey), screen.Answered{Command: screen.Command{Name: "call"}})
	f.do(screentest.Press(screen.CallKey))
	if v := f.View(); v.Title != "1234" {
		t.Errorf("title %q", v.Title)
	}
}

// TestEmergencyIsRefusedLoudly: no command leaves, and the view stays until read.
func TestEmergencyIsRefusedLoudly(t *testing.T) {
	for _, number := range []string{"112", "911"} {
		f := newFace(time.Second).do(screentest.Type(number)...).do(screentest.Press(screen.CallKey))
		for _, e := range f.fx {
			if c, ok := e.(screen.Command); ok {
				t.Errorf("%s: it commanded %v", number, c)
			}
		}
		f.wait(time.Hour)
		if v := f.View(); v.Mode != screen.Refused || !strings.Contains(v.Text.Text, "Nobody has been called") {
			t.Errorf("%s: %v", number, v)
		}
		f.do(screentest.Press(screen.OK))
		if v := f.View(); v.Mode != screen.Dialler || !v.Placeholder {
			t.Errorf("%s: %v", number, v)
		}
	}
}

// TestWaitingCallHoldsTheOther: the order of the commands matters.
func TestWaitingCallHoldsTheOther(t *testing.T) {
	phone := screentest.Phone(screentest.Call("1", call.Active, screentest.Bob, ""), screentest.Call("2", call.Waiting, screentest.Carol, ""))
	f := newFace(0).do(phone).tap(t, "Answer")
	if got := commands(f.fx); got != "hold 1, answer 2" {
		t.Error(got)
	}
	if got := commands(f.tap(t, "End + take").fx); got != "hangup 1, answer 2" {
		t.Error(got)
	}
}

func commands(fx []screen.Effect) string {
	var list []string
	for _, e := range fx {
		if c, ok := e.(screen.Command); ok {
			list = append(list, c.Name+" "+c.Call)
		}
	}
	return strings.Join(list, ", ")
}

// TestMissed counts calls that nobody took, and only those; the lights tell.
func TestMissed(t *testing.T) {
	ringing := screentest.Phone(screentest.Call("1", call.RingingIn, screentest.Bob, "Bob"))
	ended := screen.News{Event: actors.Event{Type: "ended", Call: "1", Remote: screentest.Bob}}
	f := newFace(0).do(ringing)
	if !has(f.fx, screen.Lights{Rings: true, Registered: true}) {
		t.Errorf("effects %v", f.fx)
	}
	f.do(ended, screentest.Phone())
	if !has(f.fx, screen.Lights{Missed: true, Registered: true}) {
		t.Errorf("effects %v", f.fx)
	}
	f.wait(10 * time.Second)
	if v := f.View(); v.Mode != screen.Dialler || v.Below[0].Text != "1 missed call" {
		t.Errorf("%v", v)
	}
	f.do(ringing, screentest.Press(screen.EndKey), ended, screentest.Phone())
	if v := f.View(); v.Bar.Missed != 1 {
		t.Errorf("a rejected call counts as missed: %d", v.Bar.Missed)
	}
	f.do(screentest.Press(screen.Back))
	if v := f.View(); v.Bar.Missed != 0 || !has(f.fx, screen.Lights{Registered: true}) {
		t.Errorf("it was seen: %v, %v", v.Bar, f.fx)
	}
}

// TestVideoButton: it shows what was hidden, else it is the camera's switch.
func TestVideoButton(t *testing.T) {
	button := screen.Key{Code: screen.Char, Rune: 'v'}
	for _, test := range []struct {
		direction string
		far       bool
		keys      []screen.Event
		want      string // the mode that is asked for
		mode      screen.Mode
	}{
		{"", false, []screen.Event{button}, "on", screen.InCall},
		{"sendonly", false, []screen.Event{button}, "off", screen.InCall},
		{"recvonly", true, nil, "", screen.Video},
		{"recvonly", true, []screen.Event{button}, "on", screen.Video},
		{"sendrecv", true, []screen.Event{button}, "receive", screen.Video},
		{"sendrecv", true, []screen.Event{screentest.Press(screen.Back)}, "", screen.InCall},
		{"sendrecv", true, []screen.Event{screentest.Press(screen.Back), button}, "", screen.Video},
	} {
		s := screentest.Call("1", call.Active, screentest.Bob, "Bob")
		if test.direction != "" {
			s.Video = &actors.VideoStatus{Direction: test.direction, Offered: "sendrecv"}
		}
		f := newFace(0).do(screentest.Phone(s), screen.Pictures{Far: test.far})
		f.do(test.keys...)
		got := ""
		for _, e := range f.fx {
			if c, ok := e.(screen.Command); ok && c.Name == "video" {
				got = c.Mode
			}
		}
		if mode := f.View().Mode; got != test.want || mode != test.mode {
			t.Errorf("%q, pictures %v, %d keys: %q and %s, want %q and %s", test.direction, test.far, len(test.keys), got, mode, test.want, test.mode)
		}
	}
}

// TestNotice: it is told of, and Info has it.
func TestNotice(t *testing.T) {
	f := &face{Core: screen.New(screen.Config{Size: qvga, Notice: "line 7 is wrong"}), now: screentest.Start}
	f.do(screentest.Phone())
	if v := f.View(); v.Below[0].Text != "Something is to be read: Info" {
		t.Errorf("%v", v.Below)
	}
	f.tap(t, "Info")
	if v := f.View(); !strings.HasPrefix(v.Text.Text, "line 7 is wrong ") {
		t.Errorf("%q", v.Text.Text)
	}
}

// TestALineThatIsDown is told of although another one is up.
func TestALineThatIsDown(t *testing.T) {
	f := newFace(0)
	status := screentest.Phone()
	work := screentest.Account("failed", "403 Forbidden")
	work.Name = "work"
	status.Accounts = append(status.Accounts, work)
	f.do(status)
	if v := f.View(); v.Below[0].Text != "work is not registered: Info" || v.Bar.State != screen.LineUp {
		t.Errorf("%v, %v", v.Below, v.Bar.State)
	}
	status.Accounts[1].State = "registered"
	f.do(status)
	if v := f.View(); v.Below[0].Text != "Ready" {
		t.Errorf("%v", v.Below)
	}
}

// TestSignal: how well Wi-Fi is heard is in the bar, and looked at while the screen
// is lit.
func TestSignal(t *testing.T) {
	f := newFace(30 * time.Second)
	for level, bars := range map[int]int{-30: 4, -55: 4, -56: 3, -67: 3, -68: 2, -75: 2, -76: 1, -95: 1} {
		status := screentest.Phone()
		status.Signal = &level
		if f.do(status); f.View().Bar.Signal != bars {
			t.Errorf("%d dBm: %d bars, want %d", level, f.View().Bar.Signal, bars)
		}
	}
	if f.wait(11 * time.Second); !has(f.fx, screen.Refresh{}) {
		t.Error("the signal isn't looked at again")
	}
	f.wait(30 * time.Second)
	if f.wait(time.Hour); has(f.fx, screen.Refresh{}) {
		t.Error("the signal is looked at in the dark")
	}
	f.do(screentest.Phone())
	if b := f.View().Bar; b.Signal != 0 || b.Offline {
		t.Errorf("without Wi-Fi the bar is %+v", b)
	}
}

// TestInfoBeginsWithTheNetwork, which is looked at anew while it is read, and not
// afterwards.
func TestInfoBeginsWithTheNetwork(t *testing.T) {
	f := newFace(0)
	f.tap(t, "Info")
	if !has(f.fx, screen.Refresh{}) {
		t.Errorf("effects %v", f.fx)
	}
	for network, want := range map[string]string{"": "home is registered", actors.NoNetwork: "There is no network: ", "eth0 192.0.2.7": "Network: eth0 192.0.2.7. home is"} {
		status := screentest.Phone()
		status.Network = network
		f.do(status)
		if v := f.View(); !strings.HasPrefix(v.Text.Text, want) {
			t.Errorf("network %q: %q", network, v.Text.Text)
		}
	}
	if f.wait(10 * time.Second); !has(f.fx, screen.Refresh{}) {
		t.Error("the network isn't looked at again")
	}
	f.tap(t, "Back")
	if f.wait(10 * time.Second); has(f.fx, screen.Refresh{}) {
		t.Error("the network is looked at for nobody")
	}
}

// TestAnswerWithVideo is there where the caller offers it.
func TestAnswerWithVideo(t *testing.T) {
	ringing := screentest.Call("1", call.RingingIn, screentest.Bob, "Bob")
	f := newFace(0).do(screentest.Phone(ringing))
	if n := len(f.View().Buttons); n != 2 {
		t.Errorf("%d buttons without video", n)
	}
	ringing.Video = &actors.VideoStatus{Direction: "inactive", Offered: "sendrecv"}
	f.do(screentest.Phone(ringing)).tap(t, "With video")
	if !has(f.fx, screen.Command{Name: "answer", Call: "1", Video: true}) {
		t.Errorf("effects %v", f.fx)
	}
}

// TestDark: the light goes out, nothing counts then, and the key that makes
// light does nothing else.
func TestDark(t *testing.T) {
	f := newFace(30 * time.Second)
	f.wait(time.Minute)
	if !has(f.fx, screen.Backlight{}) {
		t.Fatalf("effects %v", f.fx)
	}
	if ticks := f.wait(time.Hour); ticks != 0 {
		t.Errorf("%d wake-ups in the dark", ticks)
	}
	f.do(screentest.Type("5")...)
	if v := f.View(); !v.Placeholder || !has(f.fx, screen.Backlight{On: true}) {
		t.Errorf("%q, %v", v.Title, f.fx)
	}
	f.wait(time.Minute)
	at := f.centre(t, "5")
	f.do(screen.Touch{At: at}, screen.Touch{At: at, Action: screen.Up})
	if v := f.View(); !v.Placeholder {
		t.Errorf("the touch that made light wrote %q", v.Title)
	}
	f.wait(time.Minute)
	f.do(screentest.Phone(screentest.Call("1", call.RingingIn, screentest.Bob, "")))
	if !has(f.fx, screen.Backlight{On: true}) {
		t.Errorf("a call makes no light: %v", f.fx)
	}
	f.wait(time.Hour)
	if has(f.fx, screen.Backlight{}) {
		t.Error("the light goes out while it rings")
	}
}

// TestDarkInCall: the headset's button works in the dark.
func TestDarkInCall(t *testing.T) {
	f := newFace(30 * time.Second).do(screentest.Phone(screentest.Call("1", call.Active, screentest.Bob, "")))
	f.wait(time.Minute)
	if got := commands(f.do(screentest.Press(screen.HookKey)).fx); got != "hangup 1" {
		t.Error(got)
	}
}

// TestWakeUps: once a second while a duration is seen, once a minute for the
// clock.
func TestWakeUps(t *testing.T) {
	f := newFace(0)
	if n := f.wait(time.Hour); n != 60 {
		t.Errorf("%d wake-ups in an idle hour", n)
	}
	f = newFace(0).do(screentest.Phone(screentest.Call("1", call.Active, screentest.Bob, "")))
	if n := f.wait(time.Minute); n < 60 || n > 62 {
		t.Errorf("%d wake-ups in a minute of a call", n)
	}
	if v := f.View(); v.Above != "3:07" {
		t.Errorf("it has lasted %q", v.Above)
	}
}

// TestVideoOverlay: the buttons leave the picture, and a tap brings them back.
func TestVideoOverlay(t *testing.T) {
	f := newFace(time.Second).do(screentest.Phone(screentest.Call("1", call.Active, screentest.Bob, "")))
	if got := commands(f.tap(t, "Video").fx); got != "video 1" {
		t.Error(got)
	}
	f.do(screen.Pictures{Far: true})
	f.wait(time.Minute)
	if v := f.View(); v.Mode != screen.Video || !v.Bare {
		t.Errorf("%v %v", v.Mode, v.Bare)
	}
	f.do(screen.Touch{At: image.Pt(9, 99)}, screen.Touch{At: image.Pt(9, 99), Action: screen.Up})
	if v := f.View(); v.Bare {
		t.Error("the buttons stay away")
	}
	f.do(screen.Pictures{})
	if v := f.View(); v.Mode != screen.InCall {
		t.Errorf("without pictures: %v", v.Mode)
	}
}
