package driver

import (
	"context"
	"errors"
	"image"
	"image/draw"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/raster"
)

// Panel is a screen to draw on, which may come and go. Its methods are used by one
// goroutine.
type Panel interface {
	// Size gives its width and height in pixels.
	Size() (w, h int)
	// Draw shows the part dirty of the picture, which is whole at each call.
	Draw(img *image.RGBA, dirty image.Rectangle) error
	// Remode looks which screen there is by now. changed tells that the size may be
	// another and that all has to be drawn again.
	Remode() (changed bool)
	Backlight(on bool) error
	Close() error
}

// Phone is what the screen needs of a phone.
type Phone interface {
	// Do performs a command of the control socket.
	Do(ctx context.Context, c screen.Command) (screen.Answer, error)
	Status(ctx context.Context) (actors.Status, error)
	Subscribe() (events <-chan actors.Event, cancel func())
}

// Config is what a screen is made of.
type Config struct {
	Panel Panel
	// Input is keys and touches; nil is none.
	Input <-chan screen.Event
	// Lights shows the board's lights; nil where it has none.
	Lights func(screen.Lights)
	// Sleep is the time without a key after which the light goes out; 0 is never.
	Sleep time.Duration
	// Notice is what the user has to know besides; empty is nothing.
	Notice string
	Log    zerolog.Logger
}

// frameTime is the least time between two pictures.
const frameTime = time.Second / 30

// staleTime is how long the last picture of a video is shown without a new one.
const staleTime = 2 * time.Second

// retryTime is the time after which a panel that took no picture is given all of
// it again.
const retryTime = time.Second

// Screen is a face. Its methods may be used from any goroutine.
type Screen struct {
	cfg  Config
	core *screen.Core
	todo *queue // nil before Start

	far, own     mailbox
	fresh        chan struct{} // a picture has come
	shots        chan chan *image.RGBA
	replug       chan struct{}
	stop, closed chan struct{}

	// The rest is the loop's.
	painter          *raster.Painter
	fx               []screen.Effect
	pending          bool // something is to be drawn
	drawn            time.Time
	broken           bool // the panel doesn't take pictures
	farSeen, ownSeen time.Time
}

// New gives a face that waits for its phone: pictures can be shown to it already.
func New(cfg Config) (*Screen, error) {
	w, h := cfg.Panel.Size()
	painter, err := raster.New(image.Pt(w, h))
	if err != nil {
		return nil, err
	}
	return &Screen{cfg: cfg, core: screen.New(screen.Config{Size: image.Pt(w, h), Sleep: cfg.Sleep, Notice: cfg.Notice}),
		fresh: make(chan struct{}, 1), shots: make(chan chan *image.RGBA), replug: make(chan struct{}, 1),
		stop: make(chan struct{}), closed: make(chan struct{}), painter: painter}, nil
}

// Start shows the phone's face on the panel until Close. It is called once.
func (s *Screen) Start(phone Phone) {
	s.todo = newQueue(phone)
	events, cancel := phone.Subscribe()
	go func() {
		defer close(s.closed)
		defer cancel()
		defer s.todo.close()
		s.run(events)
	}()
}

// Close ends the face, if it was started, and closes the panel.
func (s *Screen) Close() error {
	close(s.stop)
	if s.todo != nil {
		<-s.closed
	}
	return s.cfg.Panel.Close()
}

// Replugged says that the panel may be another one: it is looked for, and where
// it has changed all of it is drawn.
func (s *Screen) Replugged() {
	select {
	case s.replug <- struct{}{}:
	default:
	}
}

// Shot is a copy of what the screen shows, also while it is dark.
func (s *Screen) Shot(ctx context.Context) (*image.RGBA, error) {
	answer := make(chan *image.RGBA, 1)
	select {
	case s.shots <- answer:
		return <-answer, nil
	case <-s.closed:
		return nil, errors.New("the screen has been closed")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// run is the loop.
func (s *Screen) run(events <-chan actors.Event) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	s.step(screen.Tick{})
	for {
		select {
		case <-s.stop:
			return
		case e, ok := <-s.cfg.Input:
			if !ok {
				s.cfg.Input = nil
				continue
			}
			s.step(e)
		case e, ok := <-events:
			if !ok {
				return // the phone has stopped
			}
			s.step(screen.News{Event: e})
		case e := <-s.todo.done:
			s.step(e)
		case <-s.fresh:
			s.pictures(time.Now())
		case answer := <-s.shots:
			s.paint()
			answer <- clone(s.painter.Image())
		case <-s.replug:
			s.replugged()
		case <-timer.C:
			s.pictures(time.Now())
			s.step(screen.Tick{})
		}
		s.draw(time.Now())
		s.sleep(timer, time.Now())
	}
}

func clone(m *image.RGBA) *image.RGBA {
	c := image.NewRGBA(m.Rect)
	draw.Draw(c, c.Rect, m, m.Rect.Min, draw.Src)
	return c
}

// step tells the core, and does what it asks for.
func (s *Screen) step(e screen.Event) {
	s.fx = s.core.Step(time.Now(), e, s.fx[:0])
	for _, effect := range s.fx {
		s.perform(effect)
	}
}

func (s *Screen) perform(effect screen.Effect) {
	switch e := effect.(type) {
	case screen.Command:
		if !s.todo.add(e) {
			s.step(screen.Answered{Command: e, Err: errBusy})
		}
	case screen.Refresh:
		s.todo.refresh()
	case screen.Redraw:
		s.pending = true
	case screen.Backlight:
		s.note(s.cfg.Panel.Backlight(e.On), "the screen's light can't be switched")
	case screen.Lights:
		if s.cfg.Lights != nil {
			s.cfg.Lights(e)
		}
	}
}

func (s *Screen) note(err error, what string) {
	if err != nil {
		s.cfg.Log.Warn().Err(err).Msg(what)
	}
}

// sleep sets the timer to what comes next: the core's time, a picture that has
// waited for its turn, or the end of a video that has stopped.
func (s *Screen) sleep(timer *time.Timer, now time.Time) {
	next := s.core.Next()
	earlier := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	if s.pending {
		earlier(s.drawn.Add(s.patience()))
	}
	if !s.farSeen.IsZero() {
		earlier(s.farSeen.Add(staleTime))
	}
	if !s.ownSeen.IsZero() {
		earlier(s.ownSeen.Add(staleTime))
	}
	timer.Stop()
	if !next.IsZero() {
		timer.Reset(max(0, next.Sub(now)))
	}
}
