package camera

import (
	"fmt"
	"image"
	"slices"
	"time"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// Frame is a picture of a camera. One Frame is meant to be read into again and
// again: it keeps the memory that its picture needs.
type Frame struct {
	Mode
	// Data are the bytes of the picture as the camera made them, until the next
	// Read: the planes of a raw format one after the other, or a JPEG file,
	// which may lack its Huffman tables (those of JPEG, Annex K.3, are meant).
	Data []byte
	// Time is when it was captured, since the camera was started.
	Time time.Duration
	// Sequence counts the frames that the camera made, also those lost.
	Sequence uint32
	// Turn is how the picture has to be turned; YCbCr does it.
	Turn Turn

	straight, turned         image.YCbCr
	straightBytes, turnBytes []byte
}

// JPEG tells whether Data is a JPEG file.
func (f *Frame) JPEG() bool { return f.compressed() }

// YCbCr gives the picture of a raw format, upright: as 4:2:2 (YUYV, UYVY) or
// 4:2:0 (NV12, I420). It is valid until the next Read or YCbCr. The error, for
// JPEG and for Data that is too short, says so.
func (f *Frame) YCbCr() (*image.YCbCr, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	switch f.Format {
	case v4l2.YUYV:
		f.unpack(yuyv)
	case v4l2.UYVY:
		f.unpack(uyvy)
	case v4l2.NV12:
		f.deinterleave()
	case v4l2.YU12:
		f.view()
	default:
		return nil, fmt.Errorf("camera: %v is no raw format: decode it", f.Format)
	}
	if f.Turn == (Turn{}) {
		return &f.straight, nil
	}
	f.turnBytes = f.Turn.apply(&f.turned, &f.straight, f.turnBytes)
	return &f.turned, nil
}

func (f *Frame) check() error {
	if f.Width < 1 || f.Height < 1 || f.Stride < f.minStride() || len(f.Data) < f.size() {
		return fmt.Errorf("camera: %v with lines of %d bytes doesn't fit in %d bytes", f.Mode, f.Stride, len(f.Data))
	}
	return nil
}

// minStride is how many bytes a line has at least.
func (m Mode) minStride() int {
	switch m.Format {
	case v4l2.YUYV, v4l2.UYVY:
		return (m.Width + 1) / 2 * 4
	case v4l2.NV12, v4l2.YU12:
		return (m.Width + 1) / 2 * 2
	}
	return 0
}

// unpack makes planes of packed 4:2:2, line by line.
func (f *Frame) unpack(line func(y, cb, cr, packed []byte)) {
	w, half := (f.Width+1)/2*2, (f.Width+1)/2
	f.straightBytes = layOut(&f.straight, f.straightBytes, w, f.Height, half, f.Height, image.YCbCrSubsampleRatio422)
	f.straight.Rect.Max.X = f.Width
	p := &f.straight
	for i := range f.Height {
		line(p.Y[i*w:][:w], p.Cb[i*half:][:half], p.Cr[i*half:][:half], f.Data[i*f.Stride:][:2*w])
	}
}

// yuyv takes a line of Y0 Cb Y1 Cr apart.
func yuyv(y, cb, cr, packed []byte) {
	y, cr, packed = y[:2*len(cb)], cr[:len(cb)], packed[:4*len(cb)]
	for i := range cb {
		four, two := packed[4*i:4*i+4], y[2*i:2*i+2]
		two[0], cb[i], two[1], cr[i] = four[0], four[1], four[2], four[3]
	}
}

// uyvy takes a line of Cb Y0 Cr Y1 apart.
func uyvy(y, cb, cr, packed []byte) {
	y, cr, packed = y[:2*len(cb)], cr[:len(cb)], packed[:4*len(cb)]
	for i := range cb {
		four, two := packed[4*i:4*i+4], y[2*i:2*i+2]
		cb[i], two[0], cr[i], two[1] = four[0], four[1], four[2], four[3]
	}
}

// deinterleave makes two planes of NV12's colour; Y stays where it is.
func (f *Frame) deinterleave() {
	half, lines := (f.Width+1)/2, (f.Height+1)/2
	f.straightBytes = slices.Grow(f.straightBytes[:0], 2*half*lines)[:2*half*lines]
	f.straight = image.YCbCr{
		Y: f.Data[:f.Stride*f.Height], YStride: f.Stride,
		Cb: f.straightBytes[:half*lines], Cr: f.straightBytes[half*lines:], CStride: half,
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, f.Width, f.Height),
	}
	colour := f.Data[f.Stride*f.Height:]
	for i := range lines {
		pairs(f.straight.Cb[i*half:][:half], f.straight.Cr[i*half:][:half], colour[i*f.Stride:][:2*half])
	}
}

// pairs takes a line of Cb Cr apart.
func pairs(cb, cr, packed []byte) {
	cr, packed = cr[:len(cb)], packed[:2*len(cb)]
	for i := range cb {
		two := packed[2*i : 2*i+2]
		cb[i], cr[i] = two[0], two[1]
	}
}

// view looks at the three planes of I420 where they are.
func (f *Frame) view() {
	half, lines := f.Stride/2, (f.Height+1)/2
	colour := f.Data[f.Stride*f.Height:]
	f.straight = image.YCbCr{
		Y: f.Data[:f.Stride*f.Height], YStride: f.Stride,
		Cb: colour[:half*lines], Cr: colour[half*lines:][:half*lines], CStride: half,
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, f.Width, f.Height),
	}
}

// layOut makes a picture of w by h pixels and cw by ch colours in memory, which
// grows where it has to.
func layOut(p *image.YCbCr, memory []byte, w, h, cw, ch int, ratio image.YCbCrSubsampleRatio) []byte {
	n := w*h + 2*cw*ch
	memory = slices.Grow(memory[:0], n)[:n]
	*p = image.YCbCr{
		Y: memory[:w*h], Cb: memory[w*h:][:cw*ch], Cr: memory[w*h+cw*ch:],
		YStride: w, CStride: cw, SubsampleRatio: ratio, Rect: image.Rect(0, 0, w, h),
	}
	return memory
}

// chromaLines is how many lines of colour a picture has.
func chromaLines(p *image.YCbCr) int {
	if p.SubsampleRatio == image.YCbCrSubsampleRatio420 {
		return (p.Rect.Dy() + 1) / 2
	}
	return p.Rect.Dy()
}
