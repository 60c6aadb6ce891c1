package bars

import "image"

// MaxCount is where the counter begins anew.
const MaxCount = 1 << countBits

// The picture's code: rows of cells at the bottom, most significant bit first.
const (
	sourceBits = 4
	countBits  = 20
	cells      = sourceBits + countBits
	// codeShare is the part of the height that each of the two rows takes.
	codeShare = 8
	black     = 16
	white     = 235
	middle    = (black + white) / 2
)

// colours are the bars of 75 %: Y, Cb, Cr (ITU-R BT.801).
var colours = [8][3]uint8{
	{180, 128, 128}, {162, 44, 142}, {131, 156, 44}, {112, 72, 58}, {84, 184, 198}, {65, 100, 212}, {35, 212, 114}, {16, 128, 128},
}

// Draw draws picture number count of a source, 0 to 15, into m, which is 4:2:0
// or 4:2:2 and at least 96 pixels wide and 16 high.
func Draw(m *image.YCbCr, source uint8, count int) {
	size := m.Rect.Size()
	code := size.Y / codeShare
	top := size.Y - 2*code
	for y := range top {
		bar(m, m.Rect.Min.Y+y, count)
	}
	value := uint32(source&(1<<sourceBits-1))<<countBits | uint32(count%MaxCount)
	for y := top; y < size.Y; y++ {
		v := value
		if y >= top+code {
			v = ^value
		}
		codeRow(m, m.Rect.Min.Y+y, v)
	}
}

// bar draws a line of the bars, which move by two pixels a picture.
func bar(m *image.YCbCr, y, count int) {
	width := m.Rect.Dx()
	for x := range width {
		c := &colours[(x+2*count)*len(colours)/width%len(colours)]
		set(m, m.Rect.Min.X+x, y, c[0], c[1], c[2])
	}
}

// codeRow draws a line of cells.
func codeRow(m *image.YCbCr, y int, value uint32) {
	width := m.Rect.Dx()
	for x := range width {
		level := uint8(black)
		if value>>(cells-1-x*cells/width)&1 != 0 {
			level = white
		}
		set(m, m.Rect.Min.X+x, y, level, 128, 128)
	}
}

func set(m *image.YCbCr, x, y int, luma, cb, cr uint8) {
	m.Y[m.YOffset(x, y)] = luma
	c := m.COffset(x, y)
	m.Cb[c], m.Cr[c] = cb, cr
}

// Read gives what Draw wrote; false where the picture has no such code, or one
// that can't be read with certainty.
func Read(m *image.YCbCr) (source uint8, count int, ok bool) {
	size := m.Rect.Size()
	code := size.Y / codeShare
	if code == 0 || size.X < cells {
		return 0, 0, false
	}
	value := row(m, size.Y-2*code, code)
	if value != ^row(m, size.Y-code, code)&(1<<cells-1) {
		return 0, 0, false
	}
	return uint8(value >> countBits), int(value % MaxCount), true
}

// row reads the cells of one row at the middle of each.
func row(m *image.YCbCr, top, height int) uint32 {
	var value uint32
	width := m.Rect.Dx()
	for i := range cells {
		x := (2*i + 1) * width / (2 * cells)
		value <<= 1
		if m.Y[m.YOffset(m.Rect.Min.X+x, m.Rect.Min.Y+top+height/2)] > middle {
			value |= 1
		}
	}
	return value
}
