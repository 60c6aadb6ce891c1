package raster

import (
	"image"

	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// masks are shapes as coverage, each made once.
type masks struct {
	corner map[int][4]*image.Alpha
	icon   map[iconKey]*image.Alpha
}

type iconKey struct {
	icon screen.Icon
	size int
}

func newMasks() masks {
	return masks{map[int][4]*image.Alpha{}, map[iconKey]*image.Alpha{}}
}

// samples is how often a pixel is looked at in each direction.
const samples = 8

// cover makes a mask of n by n pixels of the points for which inside holds;
// their coordinates count samples.
func cover(n int, inside func(x, y int) bool) *image.Alpha {
	m := image.NewAlpha(image.Rect(0, 0, n, n))
	for i := range m.Pix {
		hits := 0
		for s := range samples * samples {
			if inside(i%n*samples+s%samples, i/n*samples+s/samples) {
				hits++
			}
		}
		m.Pix[i] = byte(hits * 255 / (samples * samples))
	}
	return m
}

// corners are the four quarters of a disc: upper left, upper right, lower left,
// lower right.
func (m *masks) corners(radius int) [4]*image.Alpha {
	if c, ok := m.corner[radius]; ok {
		return c
	}
	full := radius * samples
	quarter := func(right, down bool) *image.Alpha {
		return cover(radius, func(x, y int) bool {
			if !right {
				x = full - 1 - x
			}
			if !down {
				y = full - 1 - y
			}
			return (2*x+1)*(2*x+1)+(2*y+1)*(2*y+1) <= 4*full*full
		})
	}
	c := [4]*image.Alpha{quarter(false, false), quarter(true, false), quarter(false, true), quarter(true, true)}
	m.corner[radius] = c
	return c
}

// iconMask is an icon of size by size pixels.
func (m *masks) iconMask(icon screen.Icon, size int) *image.Alpha {
	key := iconKey{icon, size}
	if mask, ok := m.icon[key]; ok {
		return mask
	}
	strokes := icons[icon]
	full := size * samples
	mask := cover(size, func(x, y int) bool {
		at := point{(2*x + 1) * iconGrid / (2 * full), (2*y + 1) * iconGrid / (2 * full)}
		for _, s := range strokes {
			if s.covers(at) {
				return true
			}
		}
		return false
	})
	m.icon[key] = mask
	return mask
}

// point is a place on an icon's grid.
type point struct{ x, y int }

// stroke is a line through points, with round ends.
type stroke struct {
	width  int
	points []point
}

func (s stroke) covers(at point) bool {
	reach := s.width * s.width // (2·distance)² is compared with it
	if len(s.points) == 1 {
		return near(at, s.points[0], s.points[0], reach)
	}
	for i := 1; i < len(s.points); i++ {
		if near(at, s.points[i-1], s.points[i], reach) {
			return true
		}
	}
	return false
}

// near tells whether the square of twice the distance between a point and a
// segment is at most reach.
func near(at, a, b point, reach int) bool {
	dx, dy := b.x-a.x, b.y-a.y
	px, py := at.x-a.x, at.y-a.y
	length := dx*dx + dy*dy
	along := px*dx + py*dy
	switch {
	case along <= 0 || length == 0:
		return 4*(px*px+py*py) <= reach
	case along >= length:
		qx, qy := at.x-b.x, at.y-b.y
		return 4*(qx*qx+qy*qy) <= reach
	}
	cross := int64(px*dy - py*dx)
	return 4*cross*cross <= int64(reach)*int64(length)
}
