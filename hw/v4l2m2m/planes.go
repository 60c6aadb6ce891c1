package v4l2m2m

import (
	"fmt"
	"image"
	"slices"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// fill puts a picture of 4:2:0 or 4:2:2 into a buffer of format f, and gives how
// many bytes of it are used. Of 4:2:2, every other line of colour is left out.
func fill(buffer []byte, f v4l2.Format, p *image.YCbCr) (int, error) {
	l := layoutOf(f)
	if len(buffer) < l.size() {
		return 0, fmt.Errorf("the driver's buffer of %d bytes is too small for %v %dx%d", len(buffer), f.FourCC, f.Width, f.Height)
	}
	w, h := min(p.Rect.Dx(), f.Width), min(p.Rect.Dy(), f.Height)
	skip := 1
	switch p.SubsampleRatio {
	case image.YCbCrSubsampleRatio420:
	case image.YCbCrSubsampleRatio422:
		skip = 2
	default:
		return 0, fmt.Errorf("a picture of %v can't be encoded: make it 4:2:0", p.SubsampleRatio)
	}
	for y := range h {
		copy(buffer[y*l.stride:][:w], p.Y[y*p.YStride:])
	}
	for y := range (h + 1) / 2 {
		from := y * skip * p.CStride
		l.putColour(buffer, y, p.Cb[from:][:(w+1)/2], p.Cr[from:][:(w+1)/2])
	}
	return l.size(), nil
}

// extract takes the rectangle r out of a buffer of format f, as 4:2:0 into p,
// whose memory grows where it has to.
func extract(p *Picture, buffer []byte, f v4l2.Format, r v4l2.Rectangle) error {
	l := layoutOf(f)
	if len(buffer) < l.size() {
		return fmt.Errorf("the driver gave %d bytes for %v %dx%d", len(buffer), f.FourCC, f.Width, f.Height)
	}
	if r.Left < 0 || r.Top < 0 || r.Width < 1 || r.Height < 1 || r.Left+r.Width > f.Width || r.Top+r.Height > f.Height {
		r = v4l2.Rectangle{Width: f.Width, Height: f.Height}
	}
	p.layOut(r.Width, r.Height)
	for y := range r.Height {
		copy(p.Y[y*p.YStride:][:r.Width], buffer[(r.Top+y)*l.stride+r.Left:])
	}
	for y := range (r.Height + 1) / 2 {
		at := y * p.CStride
		l.colour(buffer, r.Top/2+y, r.Left/2, p.Cb[at:][:p.CStride], p.Cr[at:][:p.CStride])
	}
	return nil
}

// layout is that of a raw picture in one piece of memory.
type layout struct {
	stride, height int
	pairs          bool // colour comes as pairs, in lines as long as those of Y
}

func layoutOf(f v4l2.Format) layout {
	return layout{stride: max(f.Plane[0].Stride, f.Width), height: f.Height, pairs: f.FourCC == v4l2.NV12}
}

func (l layout) size() int { return l.stride*l.height + l.colourLines()*(l.stride/2)*2 }

func (l layout) colourLines() int { return (l.height + 1) / 2 }

// planes gives line y of colour in each of the two planes of I420.
func (l layout) planes(buffer []byte, y int) (cb, cr []byte) {
	half := l.stride / 2
	colour := buffer[l.stride*l.height:]
	return colour[y*half:][:half], colour[(l.colourLines()+y)*half:][:half]
}

// line gives line y of the pairs of NV12.
func (l layout) line(buffer []byte, y int) []byte {
	return buffer[l.stride*(l.height+y):][:l.stride/2*2]
}

func (l layout) putColour(buffer []byte, y int, cb, cr []byte) {
	if !l.pairs {
		toCb, toCr := l.planes(buffer, y)
		copy(toCb, cb)
		copy(toCr, cr)
		return
	}
	line := l.line(buffer, y)
	for x := range min(len(cb), len(line)/2) {
		line[2*x], line[2*x+1] = cb[x], cr[x]
	}
}

func (l layout) colour(buffer []byte, y, x int, cb, cr []byte) {
	if !l.pairs {
		fromCb, fromCr := l.planes(buffer, y)
		copy(cb, fromCb[x:])
		copy(cr, fromCr[x:])
		return
	}
	line := l.line(buffer, y)[2*x:]
	for i := range min(len(cb), len(line)/2) {
		cb[i], cr[i] = line[2*i], line[2*i+1]
	}
}

// layOut makes p a picture of w by h in 4:2:0.
func (p *Picture) layOut(w, h int) {
	cw, ch := (w+1)/2, (h+1)/2
	n := w*h + 2*cw*ch
	p.memory = slices.Grow(p.memory[:0], n)[:n]
	p.YCbCr = image.YCbCr{
		Y: p.memory[:w*h], Cb: p.memory[w*h:][:cw*ch], Cr: p.memory[w*h+cw*ch:],
		YStride: w, CStride: cw, SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, w, h),
	}
}
