package display

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// buffer is a dumb buffer: memory of a picture that the screen can be fed from.
type buffer struct {
	frame
	handle uint32
	fb     uint32
}

// newBuffer makes a buffer of 32 bits a pixel, or of 16 where the driver has no
// more.
func (c card) newBuffer(w, h int) (*buffer, error) {
	b, err := c.newBufferOf(w, h, xrgb8888)
	if err == unix.EINVAL {
		return c.newBufferOf(w, h, rgb565)
	}
	return b, err
}

func (c card) newBufferOf(w, h int, pixels format) (*buffer, error) {
	bpp, depth := pixels.bits()
	dumb := drmCreateDumb{Width: uint32(w), Height: uint32(h), BPP: bpp}
	if err := do(c, drmIoctlCreateDumb, &dumb); err != nil {
		return nil, err
	}
	b := &buffer{frame{nil, int(dumb.Pitch), w, h, pixels}, dumb.Handle, 0}
	fb := drmFramebuffer{Width: uint32(w), Height: uint32(h), Pitch: dumb.Pitch, BPP: bpp, Depth: depth, Handle: dumb.Handle}
	if err := do(c, drmIoctlAddFB, &fb); err != nil {
		c.free(b)
		return nil, err
	}
	b.fb = fb.ID
	m := drmMapDumb{Handle: dumb.Handle}
	if err := do(c, drmIoctlMapDumb, &m); err != nil {
		c.free(b)
		return nil, err
	}
	pix, err := unix.Mmap(c.fd, int64(m.Offset), int(dumb.Size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		c.free(b)
		return nil, fmt.Errorf("mapping a picture's memory: %w", err)
	}
	b.pix = pix
	return b, nil
}

// free gives a buffer back. A card that is gone has freed it already.
func (c card) free(b *buffer) {
	if b.pix != nil {
		_ = unix.Munmap(b.pix)
	}
	if b.fb != 0 {
		_ = do(c, drmIoctlRemoveFB, &b.fb)
	}
	_ = do(c, drmIoctlDestroyDumb, &b.handle)
}
