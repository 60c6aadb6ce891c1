package raster

import (
	"image"
	"image/color"
)

// scaler puts a picture of YCbCr into a rectangle, as large as it fits, by the
// nearest pixel. It keeps its tables, so that a picture costs no allocation.
type scaler struct {
	picture *image.YCbCr
	fresh   bool
	table   *yuv
	line    []byte // one line of the picture as RGBA
	columns []int  // which of its pixels, for each of the rectangle's
	key     [2]int // widths that columns are for
}

func newScaler() scaler { return scaler{table: newYUV()} }

func (s *scaler) set(picture *image.YCbCr) { s.picture, s.fresh = picture, true }

// yuv turns YCbCr of full range into RGB (ITU-T T.871 §7), in 1/65536.
type yuv struct {
	red, greenR, greenB, blue [256]int32
	clamp                     [1024]byte // −384 to 639
}

func newYUV() *yuv {
	t := new(yuv)
	for i := range int32(256) {
		d := i - 128
		t.red[i], t.greenR[i], t.greenB[i], t.blue[i] = 91881*d, -46802*d, -22554*d, 116130*d
	}
	for i := range t.clamp {
		t.clamp[i] = byte(min(255, max(0, i-384)))
	}
	return t
}

// put writes a pixel.
func (t *yuv) put(dst []byte, y, cb, cr byte) {
	base := int32(y)<<16 + 1<<15
	dst[0] = t.clamp[(base+t.red[cr])>>16+384]
	dst[1] = t.clamp[(base+t.greenR[cr]+t.greenB[cb])>>16+384]
	dst[2] = t.clamp[(base+t.blue[cb])>>16+384]
	dst[3] = 255
}

// fit is the largest rectangle of a picture's shape in the middle of r.
func fit(size image.Point, r image.Rectangle) image.Rectangle {
	w, h := r.Dx(), r.Dx()*size.Y/size.X
	if h > r.Dy() {
		w, h = r.Dy()*size.X/size.Y, r.Dy()
	}
	at := r.Min.Add(image.Pt((r.Dx()-w)/2, (r.Dy()-h)/2))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}
}

// picture draws what the scaler holds into r.
func (p *Painter) picture(r image.Rectangle, s *scaler) {
	p.fill(r, color.RGBA{A: 255})
	if s.picture == nil || s.picture.Rect.Empty() {
		return
	}
	s.scale(p.dst, fit(s.picture.Rect.Size(), r), p.clip)
}

// scale draws the part of r that is within clip. Each of the picture's lines is
// converted once, however often it is repeated.
func (s *scaler) scale(dst *image.RGBA, r, clip image.Rectangle) {
	src := s.picture.Rect
	s.prepare(src.Dx(), r.Dx())
	part := r.Intersect(clip)
	if part.Empty() {
		return
	}
	var above []byte
	last := -1
	for y := part.Min.Y; y < part.Max.Y; y++ {
		row := dst.Pix[dst.PixOffset(part.Min.X, y):][:4*part.Dx()]
		from := (y - r.Min.Y) * src.Dy() / r.Dy()
		if from == last {
			copy(row, above)
			continue
		}
		s.convert(src.Min.Y + from)
		s.spread(row, s.columns[part.Min.X-r.Min.X:])
		above, last = row, from
	}
}

// prepare makes the tables for pictures and rectangles of these widths.
func (s *scaler) prepare(from, to int) {
	if s.key == [2]int{from, to} {
		return
	}
	s.key = [2]int{from, to}
	s.line = make([]byte, 4*from)
	s.columns = make([]int, to)
	for x := range s.columns {
		s.columns[x] = 4 * (x * from / to)
	}
}

// convert makes RGBA of one line of the picture.
func (s *scaler) convert(y int) {
	m := s.picture
	left := m.Rect.Min.X
	luma := m.Y[m.YOffset(left, y):][:m.Rect.Dx()]
	at := m.COffset(left, y)
	cb, cr := m.Cb[at:], m.Cr[at:]
	half := subsampled(m.SubsampleRatio)
	first := left >> half
	for x, luma := range luma {
		c := (left+x)>>half - first
		s.table.put(s.line[4*x:4*x+4:4*x+4], luma, cb[c], cr[c])
	}
}

// subsampled is how many bits of a column's number the colours do without.
func subsampled(ratio image.YCbCrSubsampleRatio) uint {
	switch ratio {
	case image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440:
		return 0
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		return 2
	}
	return 1
}

// spread repeats or leaves out the line's pixels to fill row.
func (s *scaler) spread(row []byte, columns []int) {
	for x, from := range columns[:len(row)/4] {
		to, pixel := row[4*x:4*x+4:4*x+4], s.line[from:from+4:from+4]
		to[0], to[1], to[2], to[3] = pixel[0], pixel[1], pixel[2], pixel[3]
	}
}

// inset draws our own picture with a frame.
func (p *Painter) inset(r image.Rectangle) {
	p.fill(r, white)
	p.picture(r.Inset(max(1, p.px(1))), &p.own)
}
