package audio

import (
	"math"
	"sync/atomic"
)

// Gain makes what is played less loud. Its zero value changes nothing. It may be
// set while streams use it.
type Gain struct {
	down atomic.Int32 // percent below full
	mute atomic.Bool
}

// Set sets the loudness, from 0 to 100 percent as people hear it: half is a
// quarter of the amplitude.
func (g *Gain) Set(percent int, muted bool) {
	g.down.Store(int32(100 - min(max(percent, 0), 100)))
	g.mute.Store(muted)
}

// Get tells what was set.
func (g *Gain) Get() (percent int, muted bool) { return 100 - int(g.down.Load()), g.mute.Load() }

// unity is the factor that changes nothing.
const unity = 1 << 14

func (g *Gain) factor() int32 {
	percent, muted := g.Get()
	if muted {
		return 0
	}
	return int32(math.Round(unity * float64(percent*percent) / 10000))
}

// apply gives pcm as loud as it shall be: itself, or a copy in buf.
func (g *Gain) apply(buf *[]int16, pcm []int16) []int16 {
	f := g.factor()
	if f == unity {
		return pcm
	}
	*buf = (*buf)[:0]
	for _, s := range pcm {
		*buf = append(*buf, int16(int32(s)*f/unity))
	}
	return *buf
}
