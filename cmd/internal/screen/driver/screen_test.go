package driver

import (
	"context"
	"errors"
	"image"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/screentest"
	"github.com/imsphone/imsphone/protocol/call"
)

// panel counts what is drawn on it.
type panel struct {
	mu     sync.Mutex
	size   image.Point
	draws  int
	pixels int
	lit    bool
	err    error
}

func (p *panel) Size() (w, h int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.size.X, p.size.Y
}

func (p *panel) Draw(img *image.RGBA, dirty image.Rectangle) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !dirty.In(img.Rect) || img.Rect.Size() != p.size {
		return errors.New("it doesn't fit")
	}
	p.draws++
	p.pixels += dirty.Dx() * dirty.Dy()
	return p.err
}

func (p *panel) Backlight(on bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lit = on
	return nil
}

func (p *panel) Remode() bool { return true }

func (p *panel) Close() error { return nil }

// read gives the counts since the last read.
func (p *panel) read() (draws, pixels int, lit bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	draws, pixels, p.draws, p.pixels = p.draws, p.pixels, 0, 0
	return draws, pixels, p.lit
}

// phone is one whose status the test sets.
type phone struct {
	mu     sync.Mutex
	status actors.Status
	asked  []string
	events chan actors.Event
}

func (p *phone) Do(_ context.Context, c screen.Command) (screen.Answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, c.Name+" "+c.Call+c.URI)
	return screen.Answer{}, nil
}

func (p *phone) Status(context.Context) (actors.Status, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status, nil
}

func (p *phone) Subscribe() (<-chan actors.Event, func()) { return p.events, func() {} }

// rig is a screen with all around it.
type rig struct {
	*Screen
	t     *testing.T
	panel *panel
	phone *phone
	input chan screen.Event
}

func start(t *testing.T, sleep time.Duration) *rig {
	t.Helper()
	r := &rig{t: t, panel: &panel{size: image.Pt(320, 240)}, input: make(chan screen.Event, 8),
		phone: &phone{status: screentest.Phone().Status, events: make(chan actors.Event, 8)}}
	s, err := New(Config{Panel: r.panel, Input: r.input, Sleep: sleep, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	s.Start(r.phone)
	r.Screen = s
	r.settle()
	return r
}

// settle lets a frame pass.
func (r *rig) settle() {
	time.Sleep(2 * frameTime)
	synctest.Wait()
}

// call gives the phone a call, answered just now, and tells of it.
func (r *rig) call(state call.State) {
	s := screentest.Call("1", state, screentest.Bob, "Bob Baker")
	if !s.Answered.IsZero() {
		s.Answered = time.Now()
	}
	r.phone.mu.Lock()
	r.phone.status.Calls = []actors.CallStatus{s}
	r.phone.mu.Unlock()
	r.phone.events <- actors.Event{Class: "call", Type: "changed", Call: "1"}
	r.settle()
}

// TestKeysLeadToACall by way of the phone.
func TestKeysLeadToACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 0)
		defer r.Close()
		for _, e := range append(screentest.Type("42"), screentest.Press(screen.CallKey)) {
			r.input <- e
		}
		r.settle()
		if got := strings.Join(r.phone.asked, ", "); got != "call 42" {
			t.Errorf("it asked for %q", got)
		}
	})
}

// TestOnlyWhatChangesIsDrawn: the duration in a call, once a second.
func TestOnlyWhatChangesIsDrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 0)
		defer r.Close()
		r.call(call.Active)
		r.panel.read()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		draws, pixels, _ := r.panel.read()
		if draws < 10 || draws > 12 || pixels/draws > 320*24 {
			t.Errorf("%d times, %d pixels", draws, pixels)
		}
	})
}

// TestDarkScreenSleeps: nothing is drawn in the dark; a call makes light.
func TestDarkScreenSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 30*time.Second)
		defer r.Close()
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, _, lit := r.panel.read(); lit {
			t.Error("it is still lit")
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if draws, _, _ := r.panel.read(); draws != 0 {
			t.Errorf("%d draws in the dark", draws)
		}
		r.call(call.RingingIn)
		if draws, _, lit := r.panel.read(); !lit || draws == 0 {
			t.Errorf("a call: lit %v, %d draws", lit, draws)
		}
	})
}

// TestVideo: hundred pictures a second make thirty draws, and where no more
// come, the call's own view is back.
func TestVideo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 0)
		defer r.Close()
		r.call(call.Active)
		r.input <- screen.Key{Code: screen.Char, Rune: 'v'}
		picture := screentest.Picture(320, 240)
		r.panel.read()
		for range 100 {
			r.Show(Theirs, "1", picture)
			r.Show(Ours, "1", picture)
			time.Sleep(10 * time.Millisecond)
		}
		draws, _, _ := r.panel.read()
		if draws < 25 || draws > 32 {
			t.Errorf("%d draws in a second", draws)
		}
		shot, err := r.Shot(t.Context())
		if err != nil || shot.RGBAAt(200, 90).B < 40 {
			t.Errorf("the picture isn't there: %v, %v", shot.RGBAAt(200, 90), err)
		}
		r.Show(Theirs, "1", nil)
		synctest.Wait()
		if shot, _ := r.Shot(t.Context()); shot.RGBAAt(10, 60).B > 40 {
			t.Error("the picture stays when there is no video any more")
		}
		r.Show(Theirs, "1", picture)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if shot, _ := r.Shot(t.Context()); shot.RGBAAt(10, 60).B > 40 {
			t.Error("the picture stays")
		}
	})
}

// TestReplugged: another size, and all of it.
func TestReplugged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 0)
		defer r.Close()
		r.panel.mu.Lock()
		r.panel.size = image.Pt(480, 640)
		r.panel.mu.Unlock()
		r.panel.read()
		r.Replugged()
		r.settle()
		if _, pixels, _ := r.panel.read(); pixels != 480*640 {
			t.Errorf("%d pixels", pixels)
		}
	})
}

// TestFailedDrawIsRepaired: what was lost is drawn, too, and not more often than
// once a second is it tried.
func TestFailedDrawIsRepaired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 0)
		defer r.Close()
		fail := func(err error) {
			r.panel.mu.Lock()
			defer r.panel.mu.Unlock()
			r.panel.err = err
		}
		fail(errors.New("no"))
		r.panel.read()
		r.call(call.RingingIn)
		time.Sleep(5 * time.Second)
		if draws, _, _ := r.panel.read(); draws < 4 || draws > 7 {
			t.Errorf("%d draws that fail", draws)
		}
		fail(nil)
		time.Sleep(time.Second)
		synctest.Wait()
		if _, pixels, _ := r.panel.read(); pixels != 320*240 {
			t.Errorf("%d pixels are drawn", pixels)
		}
	})
}

// TestNoPhoneYet: pictures may come, and the panel is closed.
func TestNoPhoneYet(t *testing.T) {
	s, err := New(Config{Panel: Memory{320, 240}, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	s.Show(Theirs, "1", screentest.Picture(64, 48))
	s.Replugged()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestThePhoneStops, and the screen with it.
func TestThePhoneStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, 0)
		close(r.phone.events)
		synctest.Wait()
		if _, err := r.Shot(t.Context()); err == nil {
			t.Error("the screen goes on")
		}
		r.Close()
	})
}

func TestKeymap(t *testing.T) {
	for code, want := range map[uint16]screen.Key{
		2: {Rune: '1'}, 11: {Rune: '0'}, 16: {Rune: 'q'}, 50: {Rune: 'm'}, 71: {Rune: '7'}, 79: {Rune: '1'}, 82: {Rune: '0'},
		0x200: {Rune: '0'}, 0x20a: {Rune: '*'}, 0x20b: {Rune: '#'}, 169: {Code: screen.HookKey}, 116: {Code: screen.EndKey},
		52: {Rune: '.'}, 76: {Rune: '5'},
	} {
		if got, ok := Key(code, 1); !ok || got != want {
			t.Errorf("%d: %+v, %v", code, got, ok)
		}
	}
	for _, code := range []uint16{0, 29, 42, 0x110, 0x20c} {
		if got, ok := Key(code, 1); ok {
			t.Errorf("%d: %+v", code, got)
		}
	}
	if got, _ := Key(2, 2); got.Action != screen.Held {
		t.Errorf("%+v", got)
	}
}

// TestShowAllocatesNothing once its buffers are there.
func TestShowAllocatesNothing(t *testing.T) {
	var box mailbox
	picture := screentest.Picture(64, 48)
	for range 3 {
		box.put(picture)
		box.take()
	}
	if n := testing.AllocsPerRun(100, func() { box.put(picture); box.take() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
