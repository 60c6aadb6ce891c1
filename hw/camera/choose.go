package camera

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// offer is one format that a camera has, in one size or a range of sizes.
type offer struct {
	format v4l2.FourCC
	size   v4l2.FrameSize
	// fastest gives the shortest interval at a size; 0 is not known.
	fastest func(width, height int) time.Duration
}

// candidate is what to ask a camera for, with what speaks against it, the
// heaviest first.
type candidate struct {
	format        v4l2.FourCC
	width, height int

	small bool // it would have to be magnified
	area  int  // pixels more, or less, than wished
	slow  bool // it doesn't reach half of the wished rate
	rank  int  // of the format
}

// raws are the raw formats that can be looked at, the most common first.
var raws = [...]v4l2.FourCC{v4l2.YUYV, v4l2.UYVY, v4l2.NV12, v4l2.YU12}

// known tells whether frames of a format are of use.
func known(f v4l2.FourCC) bool {
	return f == v4l2.MJPEG || f == v4l2.JPEG || slices.Contains(raws[:], f)
}

// rank puts the formats into an order; the least is best.
func (cfg Config) rank(f v4l2.FourCC) int {
	if i := slices.Index(raws[:], f); i >= 0 {
		return i
	}
	if cfg.JPEG && cfg.Turn == (Turn{}) {
		return -1
	}
	return len(raws)
}

// candidates gives what to ask a camera for, the best first.
func (cfg Config) candidates(offers []offer) []candidate {
	var list []candidate
	for _, o := range offers {
		if known(o.format) && (cfg.Format == 0 || cfg.Format == o.format) {
			list = append(list, cfg.judge(o))
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(less(a.small, b.small), cmp.Compare(a.area, b.area), less(a.slow, b.slow), cmp.Compare(a.rank, b.rank))
	})
	return list
}

func less(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func (cfg Config) judge(o offer) candidate {
	w, h := cfg.raw()
	c := candidate{format: o.format, width: o.size.Width.Nearest(w), height: o.size.Height.Nearest(h), rank: cfg.rank(o.format)}
	c.small = c.width < w || c.height < h
	c.area = max(c.width*c.height-w*h, w*h-c.width*c.height)
	if fastest := o.fastest(c.width, c.height); fastest > 0 {
		c.slow = fastest > 2*time.Second/time.Duration(cfg.Rate)
	}
	return c
}

// lacks tells what none of a camera's formats was.
func (cfg Config) lacks() error {
	if cfg.Format != 0 {
		return fmt.Errorf("it has no %v", cfg.Format)
	}
	return errors.New("it has none of the formats JPEG, YUYV, UYVY, NV12 and I420")
}
