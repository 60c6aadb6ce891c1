package phone

import (
	"cmp"
	"errors"
	"image"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/hw/display"
)

// openDisplay is display.Open, or a test's.
type openDisplay func(display.Config) (display.Panel, error)

// panel is the screen of this machine with its keys and lights. The screen may
// come later, go, and be another one then; keys and lights work without it. It is
// a [driver.Panel].
type panel struct {
	cfg  display.Config
	open openDisplay
	// desktop tells whether the keyboards are somebody else's, who has another
	// screen.
	desktop func() bool
	log     zerolog.Logger

	screen display.Panel // nil while there is none
	size   image.Point   // of the last one
	told   string        // what the log says of it
	ready  atomic.Bool   // somebody sees what is drawn
	keys   keys
	lights lights

	busy  error         // another program had the screen the last time
	again func()        // lets Remode be called; nil until somebody can
	pause time.Duration // the last one before it
	retry *time.Timer
}

// The pauses before a screen that another program has is looked at again: nobody
// tells when that has ended. They double from the first to the last, as the look may
// cost the other one's picture a moment.
const (
	busyPause    = 2 * time.Second
	maxBusyPause = 30 * time.Second
)

// blindSize is that of what nobody sees, until there is a screen.
var blindSize = image.Pt(320, 240)

// newPanel takes the screen that the configuration names, as the board has it
// built in. Keys and lights are added.
func newPanel(c config.Screen, b board.Profile, open openDisplay, log zerolog.Logger) (*panel, error) {
	w, h, err := c.Pixels()
	if err != nil {
		return nil, err
	}
	p := &panel{open: open, desktop: display.Desktop, log: log, size: blindSize}
	p.cfg = b.Screen.Display()
	p.cfg.Device, p.cfg.Rotate = c.Device, cmp.Or(c.Rotate, p.cfg.Rotate)
	p.cfg.Width, p.cfg.Height = cmp.Or(w, p.cfg.Width), cmp.Or(h, p.cfg.Height)
	p.Remode()
	return p, nil
}

// Ready tells whether somebody sees what is drawn. It may be used from any
// goroutine.
func (p *panel) Ready() bool { return p.ready.Load() }

// Size gives the screen's, or the last one's.
func (p *panel) Size() (w, h int) { return p.size.X, p.size.Y }

// Draw shows a part of a picture, if there is a screen.
func (p *panel) Draw(img *image.RGBA, dirty image.Rectangle) error {
	if !p.ready.Load() {
		return nil
	}
	err := p.screen.Draw(img, dirty)
	if errors.Is(err, display.ErrNoScreen) || errors.Is(err, display.ErrGone) {
		p.lost(err)
		return nil
	}
	return err
}

// Remode looks which screen there is by now. One that can't be used any more is
// let go of, as there may be another.
func (p *panel) Remode() (changed bool) {
	was := p.ready.Load()
	changed, err := p.remode()
	if err != nil {
		p.lost(err)
		return false
	}
	p.ready.Store(true)
	p.stopRetry()
	p.busy, p.pause = nil, 0
	p.say(zerolog.InfoLevel, p.screen.String(), "the screen is there")
	w, h := p.screen.Size()
	p.size = image.Pt(w, h)
	p.keys.resize(p.size)
	p.keys.keyboards(!p.desktop())
	return changed || !was
}

func (p *panel) remode() (changed bool, err error) {
	if p.screen != nil {
		if changed, err = p.screen.Remode(); err == nil {
			return changed, nil
		}
		_ = p.screen.Close() // it can't be used any more
		p.screen = nil
	}
	if p.busy != nil && p.desktop() {
		return false, p.busy // also if it has let go of the screen for a text console
	}
	p.screen, err = p.open(p.cfg)
	return true, err
}

// lost goes on without a screen.
func (p *panel) lost(err error) {
	p.ready.Store(false)
	p.keys.keyboards(false)
	p.say(zerolog.WarnLevel, err.Error(), "the phone runs without its screen")
	p.busy = nil
	if errors.Is(err, display.ErrBusy) {
		p.busy = err
		p.later()
	}
}

// later looks again after a pause.
func (p *panel) later() {
	if p.again == nil {
		return
	}
	p.stopRetry()
	p.pause = min(max(2*p.pause, busyPause), maxBusyPause)
	p.retry = time.AfterFunc(p.pause, p.again)
}

func (p *panel) stopRetry() {
	if p.retry != nil {
		p.retry.Stop()
	}
}

// say tells the log once.
func (p *panel) say(level zerolog.Level, screen, text string) {
	if screen != p.told {
		p.told = screen
		p.log.WithLevel(level).Str("screen", screen).Msg(text)
	}
}

// Backlight switches the screen's light.
func (p *panel) Backlight(on bool) error {
	if !p.ready.Load() {
		return nil
	}
	return p.screen.Backlight(on)
}

// Close gives back all of it.
func (p *panel) Close() error {
	p.stopRetry()
	err := errors.Join(p.keys.close(), p.lights.close())
	if p.screen != nil {
		err = errors.Join(err, p.screen.Close())
	}
	return err
}
