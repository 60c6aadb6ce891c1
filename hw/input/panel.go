package input

// panel is the screen that touches are told in pixels of.
type panel struct {
	w, h   int // after rotation
	rotate int // degrees clockwise
}

// place turns a touch at x, y of a touch screen, which is built in as the screen
// is, into the picture's pixel.
func (p panel) place(x, y int32, ax, ay axis) (px, py int) {
	w, h := p.w, p.h // of the screen as it is made
	if p.rotate%180 != 0 {
		w, h = h, w
	}
	sx, sy := ax.scale(x, w), ay.scale(y, h)
	switch p.rotate {
	case 90:
		return sy, w - 1 - sx
	case 180:
		return w - 1 - sx, h - 1 - sy
	case 270:
		return h - 1 - sy, sx
	}
	return sx, sy
}

// scale turns a value of the axis into one of 0 to size-1.
func (a axis) scale(v int32, size int) int {
	span := int64(a.max) - int64(a.min) + 1
	if span <= 1 || size <= 0 {
		return 0
	}
	at := (int64(v) - int64(a.min)) * int64(size) / span
	return int(max(0, min(at, int64(size)-1)))
}
