package camera

import (
	"fmt"
	"image"
)

// Turn is how pictures have to be turned to be upright: a board's camera may be
// built in lying, upside down or to be looked at as in a mirror.
type Turn struct {
	Quarters int  // clockwise, 0 to 3
	Mirror   bool // left and right change places, before the turn
}

// quarter tells whether width and height change places.
func (t Turn) quarter() bool { return t.Quarters&1 != 0 }

// String is for logs and configuration files: "90°, mirrored".
func (t Turn) String() string {
	if t.Mirror {
		return fmt.Sprintf("%d°, mirrored", t.Quarters&3*90)
	}
	return fmt.Sprintf("%d°", t.Quarters&3*90)
}

// apply turns src into dst, whose planes it makes where they are too small. A
// quarter turn of 4:2:2 becomes 4:2:0, which codecs know; lines of its colour
// are left out.
func (t Turn) apply(dst, src *image.YCbCr, memory []byte) []byte {
	ratio, skip := src.SubsampleRatio, 1
	if t.quarter() && ratio == image.YCbCrSubsampleRatio422 {
		ratio, skip = image.YCbCrSubsampleRatio420, 2
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	cw, ch := (w+1)/2, chromaLines(src)/skip
	if skip == 2 {
		ch = (h + 1) / 2
	}
	dw, dh, dcw, dch := w, h, cw, ch
	if t.quarter() {
		dw, dh, dcw, dch = h, w, ch, cw
	}
	memory = layOut(dst, memory, dw, dh, dcw, dch, ratio)
	t.plane(dst.Y, dst.YStride, src.Y, src.YStride, w, h, 1)
	t.plane(dst.Cb, dst.CStride, src.Cb, src.CStride, cw, ch, skip)
	t.plane(dst.Cr, dst.CStride, src.Cr, src.CStride, cw, ch, skip)
	return memory
}

// plane turns the w by h values of a plane, of which only every skip-th line
// counts.
func (t Turn) plane(dst []byte, dstStride int, src []byte, srcStride, w, h, skip int) {
	first, dx, dy := t.steps(dstStride, w, h)
	for y := range h {
		line := src[y*skip*srcStride:][:w]
		to := first + y*dy
		for _, v := range line {
			dst[to] = v
			to += dx
		}
	}
}

// steps gives where the first value of a plane goes, and how far from it those
// right of it and below it do.
func (t Turn) steps(stride, w, h int) (first, dx, dy int) {
	switch t.Quarters & 3 {
	case 0:
		first, dx, dy = 0, 1, stride
	case 1:
		first, dx, dy = h-1, stride, -1
	case 2:
		first, dx, dy = (h-1)*stride+w-1, -1, -stride
	case 3:
		first, dx, dy = (w-1)*stride, -stride, 1
	}
	if t.Mirror {
		first, dx = first+(w-1)*dx, -dx
	}
	return first, dx, dy
}
