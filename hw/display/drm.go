package display

import (
	"fmt"
	"image"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/internal/ioctl"
)

// drm is a Panel on /dev/dri/card*.
//
// Drivers that copy the picture to the screen (USB, SPI, virtual machines) draw
// in one buffer and are told what has changed. The others scan the memory all
// the time: they get two buffers in turn, so that no half picture is seen.
type drm struct {
	cfg     Config
	node    string
	card    card
	driver  string
	console *console
	light   backlight

	out     output
	former  drmCRTC         // what the CRTC showed before
	buffers []*buffer       // the one to draw on first; none: dark
	copies  bool            // the driver copies
	flipped bool            // a flip isn't confirmed yet
	stale   image.Rectangle // of the picture: where buffers[0] may be older than what was drawn
	off     bool            // by Backlight
	clip    drmClip         // for the driver
}

func openDRM(cfg Config, node string) (Panel, error) {
	fd, err := unix.Open(node, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	p := &drm{cfg: cfg, node: node, card: card{fd}, light: findBacklight(backlights, cfg.Backlight)}
	// Who opens a card first is its master without asking.
	_ = ioctl.Do(fd, drmIoctlSetMaster, nil)
	if err := p.start(); err != nil {
		unix.Close(fd)
		return nil, err
	}
	p.driver = p.card.driver()
	// Where the console can't be told, it writes into a picture of its own, which
	// nobody sees as long as this one is shown.
	p.console, _ = quietConsole()
	return p, nil
}

// start lights the screen that is connected.
func (p *drm) start() error {
	w, h := turned(p.cfg.Width, p.cfg.Height, p.cfg.Rotate)
	out, err := p.card.output(w, h)
	if err != nil {
		return err
	}
	former, err := p.card.crtc(out.crtc)
	if err != nil {
		return err
	}
	if err := p.lightUp(out); err != nil {
		return err
	}
	p.former = former
	return nil
}

// lightUp shows a black picture on an output, in buffers of its size.
func (p *drm) lightUp(out output) error {
	w, h := out.size()
	first, err := p.card.newBuffer(w, h)
	if err != nil {
		return err
	}
	p.out, p.buffers, p.flipped, p.off, p.stale = out, []*buffer{first}, false, false, image.Rectangle{}
	if err := p.card.show(p.picture(), out.connector.id); err != nil {
		p.darken()
		return refused(err)
	}
	p.clip = drmClip{X2: out.mode.Width, Y2: out.mode.Height}
	p.copies = p.card.dirty(first.fb, &p.clip) == nil
	if !p.copies {
		return p.double()
	}
	return nil
}

// picture is what the CRTC shows: the buffer that isn't drawn on, if there are
// two.
func (p *drm) picture() drmCRTC {
	front := p.buffers[len(p.buffers)-1]
	return drmCRTC{ID: p.out.crtc, FB: front.fb, ModeValid: 1, Mode: p.out.mode}
}

// double adds the second buffer, which is drawn on first.
func (p *drm) double() error {
	w, h := p.out.size()
	second, err := p.card.newBuffer(w, h)
	if err != nil {
		p.darken()
		return err
	}
	p.buffers = []*buffer{second, p.buffers[0]}
	return nil
}

// refused tells why a mode can't be set: only a card's master may.
func refused(err error) error {
	if err == unix.EACCES || err == unix.EPERM {
		return ErrBusy
	}
	return err
}

// darken gives the buffers back.
func (p *drm) darken() {
	for _, b := range p.buffers {
		p.card.free(b)
	}
	p.buffers = nil
}

func (p *drm) Size() (w, h int) {
	w, h = p.out.size()
	return turned(w, h, p.cfg.Rotate)
}

func (p *drm) Draw(img *image.RGBA, dirty image.Rectangle) error {
	if len(p.buffers) == 0 {
		return p.fail(ErrNoScreen)
	}
	if err := p.confirm(); err != nil {
		return p.fail(err)
	}
	area := dirty.Union(p.stale)
	at, err := p.buffers[0].draw(img, area, p.cfg.Rotate)
	if err != nil || at.Empty() {
		return err
	}
	if p.copies {
		p.clip = clip(at)
		return p.fail(p.card.dirty(p.buffers[0].fb, &p.clip))
	}
	p.stale = area
	return p.fail(p.flip())
}

func clip(r image.Rectangle) drmClip {
	return drmClip{uint16(r.Min.X), uint16(r.Min.Y), uint16(r.Max.X), uint16(r.Max.Y)}
}

// flip lets the screen show the buffer that was drawn on. A screen that is
// switched off gets it when it is switched on.
func (p *drm) flip() error {
	if p.off || p.copies {
		return nil
	}
	err := p.card.flip(p.out.crtc, p.buffers[0].fb)
	if err == unix.EBUSY { // the last one isn't done: the next Draw shows this one, too
		p.flipped = true
		return nil
	}
	if err != nil {
		return err
	}
	p.flipped = true
	p.buffers[0], p.buffers[1] = p.buffers[1], p.buffers[0]
	return nil
}

// flipDeadline is how long a flip may take, in ms: a frame of a slow screen and
// more. A driver that forgets one is no reason to stop.
const flipDeadline = 100

// confirm waits until the screen has left the buffer that is to be drawn on.
func (p *drm) confirm() error {
	if !p.flipped {
		return nil
	}
	p.flipped = false
	fds := []unix.PollFd{{Fd: int32(p.card.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, flipDeadline)
	if n == 1 && fds[0].Revents&unix.POLLIN != 0 {
		var event [256]byte
		_, err = unix.Read(p.card.fd, event[:])
	}
	if err == unix.EINTR || err == unix.EAGAIN {
		return nil
	}
	return err
}

func (p *drm) Remode() (changed bool, err error) {
	w, h := turned(p.cfg.Width, p.cfg.Height, p.cfg.Rotate)
	out, err := p.card.output(w, h)
	if err != nil {
		lit := len(p.buffers) > 0
		p.darken()
		return lit, p.fail(err)
	}
	if len(p.buffers) > 0 && out.connector.id == p.out.connector.id && out.crtc == p.out.crtc && out.mode == p.out.mode {
		return false, p.fail(p.renew())
	}
	p.darken()
	return true, p.fail(p.lightUp(out))
}

// renew shows the picture on the same screen again, which may have been away in
// between: its link has to be made anew then. That also lights one that was off.
func (p *drm) renew() error {
	if err := p.card.show(p.picture(), p.out.connector.id); err != nil || !p.off {
		return err
	}
	return p.card.power(p.out.connector, false)
}

func (p *drm) Backlight(on bool) error { return p.fail(p.light.toggle(on, p.power)) }

// power switches the screen itself (DPMS).
func (p *drm) power(on bool) error {
	if len(p.buffers) == 0 || p.out.connector.dpms == 0 {
		return errNoSwitch
	}
	if err := p.card.power(p.out.connector, on); err != nil {
		return err
	}
	p.off = !on
	if on && !p.stale.Empty() {
		return p.flip()
	}
	return nil
}

func (p *drm) fail(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("display %s: %w", p.node, explain(err))
}

func (p *drm) String() string {
	if len(p.buffers) == 0 {
		return fmt.Sprintf("%s (%s), no screen", p.node, p.driver)
	}
	w, h := p.out.size()
	return fmt.Sprintf("%s (%s), %s, %d x %d, %d bits a pixel", p.node, p.driver, p.out.connector.name, w, h, 8*p.buffers[0].format.bytes())
}

func (p *drm) Close() error {
	if p.off {
		_ = p.Backlight(true)
	}
	_ = p.confirm() // it may not come any more
	if p.former.FB != 0 && p.former.ModeValid != 0 && len(p.buffers) > 0 {
		// What can't be shown any more is followed by what the kernel shows when a
		// card's last user leaves.
		_ = p.card.show(p.former, p.out.connector.id)
	}
	p.darken()
	p.console.restore()
	_ = ioctl.Do(p.card.fd, drmIoctlDropMaster, nil)
	return unix.Close(p.card.fd)
}
