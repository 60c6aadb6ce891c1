package display

import (
	"fmt"
	"image"
	"runtime/debug"
	"unsafe"
)

// format is how a screen's memory holds a pixel. All platforms of the project
// are little-endian, and so are the formats.
type format uint8

const (
	xrgb8888 format = iota + 1 // 0x00RRGGBB in 32 bits
	xbgr8888                   // 0x00BBGGRR in 32 bits
	rgb565                     // RRRRRGGGGGGBBBBB in 16 bits
)

// bytes gives the size of a pixel.
func (f format) bytes() int {
	if f == rgb565 {
		return 2
	}
	return 4
}

// bits gives what a pixel takes and how many of them are colour, as ADDFB wants
// them.
func (f format) bits() (bpp, depth uint32) {
	if f == rgb565 {
		return 16, 16
	}
	return 32, 24
}

// frame is a screen's memory.
type frame struct {
	pix    []byte // starts at a multiple of 4
	stride int    // bytes from a line to the next
	w, h   int    // pixels, as the screen is made
	format format
}

// turned gives the size of the picture that, turned by rotate degrees, fills a
// screen of w × h.
func turned(w, h, rotate int) (int, int) {
	if rotate%180 != 0 {
		return h, w
	}
	return w, h
}

// place tells which part of a screen of w × h shows the part r of a picture
// that is turned clockwise.
func place(r image.Rectangle, w, h, rotate int) image.Rectangle {
	switch rotate {
	case 90:
		return image.Rect(w-r.Max.Y, r.Min.X, w-r.Min.Y, r.Max.X)
	case 180:
		return image.Rect(w-r.Max.X, h-r.Max.Y, w-r.Min.X, h-r.Min.Y)
	case 270:
		return image.Rect(r.Min.Y, h-r.Max.X, r.Max.Y, h-r.Min.X)
	}
	return r
}

// draw converts the part dirty of img and tells where it is on the screen. Memory
// that was taken away with its device (USB) is an error and no crash.
func (f *frame) draw(img *image.RGBA, dirty image.Rectangle, rotate int) (at image.Rectangle, err error) {
	w, h := turned(f.w, f.h, rotate)
	dirty = dirty.Intersect(img.Rect).Intersect(image.Rect(0, 0, w, h))
	if dirty.Empty() {
		return image.Rectangle{}, nil
	}
	if uintptr(unsafe.Pointer(&img.Pix[0]))%4 != 0 || img.Stride%4 != 0 {
		return image.Rectangle{}, fmt.Errorf("display: the picture isn't aligned as image.NewRGBA does it")
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			err = ErrGone
		}
	}()
	at = place(dirty, f.w, f.h, rotate)
	f.convert(img, at, rotate)
	return at, nil
}

// convert fills the part at of the screen, line by line in the order of its
// memory, which is often uncached.
func (f *frame) convert(img *image.RGBA, at image.Rectangle, rotate int) {
	src, step, next := source(img, at, f.w, f.h, rotate)
	pix, size := words(img.Pix), f.format.bytes()
	for y := at.Min.Y; y < at.Max.Y; y++ {
		line := f.pix[y*f.stride+at.Min.X*size:][:at.Dx()*size]
		switch f.format {
		case xrgb8888:
			toXRGB(words(line), pix, src, step)
		case xbgr8888:
			toXBGR(words(line), pix, src, step)
		case rgb565:
			toRGB565(halves(line), pix, src, step)
		}
		src += next
	}
}

// source tells which word of img.Pix is shown at at.Min of the screen, and how
// far it is to that of the next pixel, and of the next line.
func source(img *image.RGBA, at image.Rectangle, w, h, rotate int) (start, step, next int) {
	line := img.Stride / 4
	x, y := at.Min.X, at.Min.Y
	switch rotate {
	case 90:
		x, y, step, next = y, w-1-x, -line, 1
	case 180:
		x, y, step, next = w-1-x, h-1-y, -1, -line
	case 270:
		x, y, step, next = h-1-y, x, line, -1
	default:
		step, next = 1, line
	}
	return (y-img.Rect.Min.Y)*line + x - img.Rect.Min.X, step, next
}

// The conversions fill a line from every step-th word of pix, from at on; the
// words hold 0xAABBGGRR.

func toXRGB(line, pix []uint32, at, step int) {
	for i := range line {
		v := pix[at]
		line[i] = v&0xff00 | v<<16&0xff0000 | v>>16&0xff
		at += step
	}
}

func toXBGR(line, pix []uint32, at, step int) {
	for i := range line {
		line[i] = pix[at] & 0xffffff
		at += step
	}
}

func toRGB565(line []uint16, pix []uint32, at, step int) {
	for i := range line {
		v := pix[at]
		line[i] = uint16(v<<8&0xf800 | v>>5&0x07e0 | v>>19&0x001f)
		at += step
	}
}

// words looks at aligned bytes as numbers of 32 bits: the compiler doesn't do
// that for 32-bit ARM.
func words(b []byte) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4)
}

// halves looks at aligned bytes as numbers of 16 bits.
func halves(b []byte) []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/2)
}
