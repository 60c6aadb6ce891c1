// Package plc hides lost audio: a lost frame is replaced by repetitions of the
// last pitch period, which fade to silence within 60 ms, and the next good
// frame is blended in (the method of ITU-T G.711 Appendix I).
package plc

import "time"

// Concealer is the history of one direction of one stream.
type Concealer struct {
	rate    int
	history []int16 // the last samples that were played
	period  int     // of the pitch, while concealing
	at      int     // place within the period
	lost    int     // samples that were concealed in a row
}

// The pitch is sought between 66 and 200 Hz; a loss is played in full for 10
// ms, then fades by a fifth every 10 ms.
const (
	minLag     = 5 * time.Millisecond
	maxLag     = 15 * time.Millisecond
	matchTime  = 10 * time.Millisecond
	fadeStart  = 10 * time.Millisecond
	fadeLength = 50 * time.Millisecond
	blendTime  = 4 * time.Millisecond
)

// New makes a concealer for audio at rate Hz.
func New(rate int) *Concealer {
	c := &Concealer{rate: rate}
	c.history = make([]int16, c.samples(maxLag)*2+c.samples(matchTime))
	return c
}

func (c *Concealer) samples(d time.Duration) int {
	return int(int64(d) * int64(c.rate) / int64(time.Second))
}

// Good takes a frame that arrived and, after a loss, blends it in, in place.
func (c *Concealer) Good(frame []int16) {
	if c.lost > 0 {
		n := min(c.samples(blendTime), len(frame))
		for i := range n {
			old := int32(c.next())
			frame[i] = int16((old*int32(n-i) + int32(frame[i])*int32(i)) / int32(n))
		}
		c.lost = 0
	}
	c.remember(frame)
}

// Conceal fills a frame that did not arrive.
func (c *Concealer) Conceal(frame []int16) {
	if c.lost == 0 {
		c.period, c.at = c.pitch(), 0
	}
	for i := range frame {
		frame[i] = c.next()
	}
}

// next is one more sample of the repeated period, faded.
func (c *Concealer) next() int16 {
	v := int32(c.history[len(c.history)-c.period+c.at])
	if c.at++; c.at == c.period {
		c.at = 0
	}
	start, length := c.samples(fadeStart), c.samples(fadeLength)
	faded := c.lost - start
	c.lost++
	switch {
	case faded <= 0:
		return int16(v)
	case faded >= length:
		return 0
	}
	return int16(v * int32(length-faded) / int32(length))
}

// pitch finds the lag at which the end of the history repeats itself best.
func (c *Concealer) pitch() int {
	window := c.samples(matchTime)
	end := c.history[len(c.history)-window:]
	best, bestLag := -1.0, c.samples(maxLag)
	for lag := c.samples(minLag); lag <= c.samples(maxLag); lag++ {
		past := c.history[len(c.history)-window-lag:][:window]
		var cross, energy float64
		for i, v := range end {
			p := float64(past[i])
			cross += float64(v) * p
			energy += p * p
		}
		if cross <= 0 || energy == 0 {
			continue
		}
		if score := cross * cross / energy; score > best {
			best, bestLag = score, lag
		}
	}
	return bestLag
}

func (c *Concealer) remember(frame []int16) {
	if len(frame) >= len(c.history) {
		copy(c.history, frame[len(frame)-len(c.history):])
		return
	}
	n := copy(c.history, c.history[len(frame):])
	copy(c.history[n:], frame)
}
