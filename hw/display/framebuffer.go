package display

import (
	"fmt"
	"image"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/internal/ioctl"
)

// framebuffer is a Panel on /dev/fb*.
type framebuffer struct {
	node    string
	rotate  int
	fd      int
	memory  []byte
	frame   frame
	driver  string
	console *console
	note    string
	light   backlight
}

func openFramebuffer(cfg Config, node string) (Panel, error) {
	fd, err := unix.Open(node, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	p := &framebuffer{node: node, rotate: cfg.Rotate, fd: fd, light: findBacklight(backlights, cfg.Backlight)}
	if err := p.attach(); err != nil {
		unix.Close(fd)
		return nil, err
	}
	p.console, err = quietConsole()
	p.note = scribbles(err)
	return p, nil
}

// scribbles is what a Panel's name says where the console couldn't be quieted.
func scribbles(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprintf("; the console may write over it (%v): run the phone with CAP_SYS_TTY_CONFIG and in the group tty, or boot with fbcon=map:9", err)
}

// attach maps the screen's memory as it is now.
func (p *framebuffer) attach() error {
	var v fbVariable
	var f fbFixed
	if err := ioctl.Do(p.fd, fbGetVariable, unsafe.Pointer(&v)); err != nil {
		return err
	}
	if err := ioctl.Do(p.fd, fbGetFixed, unsafe.Pointer(&f)); err != nil {
		return err
	}
	now, start, err := layOut(&v, &f)
	if err != nil {
		return err
	}
	memory, err := unix.Mmap(p.fd, 0, int(f.MemoryLength), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("mapping its memory: %w", err)
	}
	p.detach()
	now.pix = memory[start:]
	p.memory, p.frame, p.driver = memory, now, unix.ByteSliceToString(f.ID[:])
	return nil
}

// layOut tells the form of the visible part of a framebuffer's memory and where
// that begins.
func layOut(v *fbVariable, f *fbFixed) (fr frame, start int, err error) {
	pixels, err := v.pixels()
	if err != nil {
		return frame{}, 0, err
	}
	fr = frame{stride: int(f.LineLength), w: int(v.XRes), h: int(v.YRes), format: pixels}
	start = int(v.YOffset)*fr.stride + int(v.XOffset)*pixels.bytes()
	if fr.w <= 0 || fr.h <= 0 || fr.stride < fr.w*pixels.bytes() || start < 0 || int64(start)+int64(fr.stride)*int64(fr.h-1)+int64(fr.w*pixels.bytes()) > int64(f.MemoryLength) {
		return frame{}, 0, fmt.Errorf("%d x %d pixels don't fit its memory of %d bytes: the driver has set no mode yet", v.XRes, v.YRes, f.MemoryLength)
	}
	return fr, start, nil
}

func (p *framebuffer) detach() {
	if p.memory != nil {
		_ = unix.Munmap(p.memory)
		p.memory = nil
	}
}

func (p *framebuffer) Size() (w, h int) { return turned(p.frame.w, p.frame.h, p.rotate) }

func (p *framebuffer) Draw(img *image.RGBA, dirty image.Rectangle) error {
	_, err := p.frame.draw(img, dirty, p.rotate)
	return err
}

func (p *framebuffer) Remode() (changed bool, err error) {
	w, h := p.frame.w, p.frame.h
	if err := p.attach(); err != nil {
		return false, fmt.Errorf("display %s: %w", p.node, explain(err))
	}
	return p.frame.w != w || p.frame.h != h, nil
}

func (p *framebuffer) Backlight(on bool) error { return p.light.toggle(on, p.power) }

// power switches the screen itself.
func (p *framebuffer) power(on bool) error {
	blank := 4 // FB_BLANK_POWERDOWN
	if on {
		blank = 0
	}
	return ioctl.Int(p.fd, fbBlank, blank)
}

func (p *framebuffer) String() string {
	return fmt.Sprintf("%s (%s), %d x %d, %d bits a pixel%s", p.node, p.driver, p.frame.w, p.frame.h, 8*p.frame.format.bytes(), p.note)
}

func (p *framebuffer) Close() error {
	p.console.restore()
	p.detach()
	return unix.Close(p.fd)
}
