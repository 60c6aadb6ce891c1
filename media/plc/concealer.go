// Package plc hides lost audio after the method of ITU-T G.711 Appendix I: what
// was heard last is repeated by its pitch period, fades to silence within 60
// ms, and goes over smoothly into the next frame that arrives.
//
// Unlike there, audio that arrives is played at once and not 3.75 ms later: the
// beginning of a loss is smoothed within the repeated part only.
package plc

import (
	"math"
	"time"
)

// Concealer is the history of one direction of one stream. It does not
// allocate once made, and is not safe for concurrent use.
//
//	state       on            to          plays
//	whole       Good          whole       the frame
//	whole       Conceal       concealing  one period again and again
//	concealing  after 10 ms   concealing  two periods, fading by a fifth each 10 ms
//	concealing  after 20 ms   concealing  three periods
//	concealing  after 60 ms   concealing  silence
//	concealing  Good          whole       the frame, blended in
type Concealer struct {
	size    sizes
	history []int16 // the last samples that were played

	lost   int     // samples that were concealed in a row, up to the end of the fade
	past   []int16 // the history as it was when the loss began
	period int
	cycle  []int16 // what is repeated: the last periods of past
	at     int     // place in cycle
	step   int     // how far off the cycle's beginning is from the last sample played

	former   []int16 // what a shorter cycle would have played, to go over from
	formerAt int     // place in former; its end where that is done
}

// sizes are the times of Appendix I in samples.
type sizes struct {
	minLag, maxLag int // of the pitch: 66 to 200 Hz
	match          int // of what the pitch is found by
	stage          int // 10 ms: the cycle is lengthened, a fifth is faded
	silent         int // when the fade is over
	blend          int // added to the blend for each stage after the first
}

// New makes a concealer for audio at rate Hz, 8000 or more.
func New(rate int) *Concealer {
	in := func(d time.Duration) int { return int(int64(d) * int64(rate) / int64(time.Second)) }
	s := sizes{
		minLag: in(5 * time.Millisecond), maxLag: in(15 * time.Millisecond), match: in(20 * time.Millisecond),
		stage: in(10 * time.Millisecond), silent: in(60 * time.Millisecond), blend: in(4 * time.Millisecond),
	}
	length := longest*s.maxLag + quarter(s.maxLag)
	return &Concealer{
		size: s, history: make([]int16, length), past: make([]int16, length),
		cycle: make([]int16, 0, longest*s.maxLag), former: make([]int16, 0, quarter(s.maxLag)),
	}
}

// longest is how many periods a cycle has at most.
const longest = 3

// quarter is how much of a period is blended where two pieces meet.
func quarter(period int) int { return period / 4 }

// Good takes a frame that arrived, of any length, and after a loss blends it
// in, in place: for longer after a longer loss, 10 ms at most.
func (c *Concealer) Good(frame []int16) {
	if c.lost > 0 && len(frame) > 0 {
		stages := (c.lost - 1) / c.size.stage
		n := min(quarter(c.period)+stages*c.size.blend, c.size.stage, len(frame))
		for i := range n {
			frame[i] = mix(c.next(), frame[i], i, n)
		}
		c.lost = 0
	}
	c.remember(frame)
}

// Conceal fills a frame that did not arrive, of any length.
func (c *Concealer) Conceal(frame []int16) {
	if c.lost == 0 {
		c.begin()
	}
	for i := range frame {
		frame[i] = c.next()
	}
	c.remember(frame)
}

// begin finds what is to be repeated.
func (c *Concealer) begin() {
	copy(c.past, c.history)
	c.period = pitch(c.past, c.size)
	c.repeat(1)
	c.at, c.former, c.formerAt = 0, c.former[:0], 0
	end := len(c.past)
	c.step = int(c.past[end-1]) - int(c.past[end-1-c.period])
}

// repeat makes the cycle of the last n periods; its end goes over into what
// came before its beginning, so that it has no seam.
func (c *Concealer) repeat(n int) {
	start := len(c.past) - n*c.period
	c.cycle = append(c.cycle[:0], c.past[start:]...)
	q := quarter(c.period)
	end := c.cycle[len(c.cycle)-q:]
	for i := range end {
		end[i] = mix(end[i], c.past[start-q+i], i+1, q+1)
	}
}

// next is one more sample of the repeated cycle, faded.
func (c *Concealer) next() int16 {
	if c.lost >= c.size.silent {
		return 0
	}
	if c.lost == c.size.stage || c.lost == 2*c.size.stage {
		c.lengthen(1 + c.lost/c.size.stage)
	}
	v := int(c.turn())
	if i := c.formerAt; i < len(c.former) {
		v = int(mix(c.former[i], int16(v), i, len(c.former)))
		c.formerAt++
	}
	if q := quarter(c.period); c.lost < q {
		v = min(max(v+c.step*(q-c.lost)/(q+1), math.MinInt16), math.MaxInt16)
	}
	faded := max(c.lost-c.size.stage, 0)
	length := c.size.silent - c.size.stage
	c.lost++
	return int16(v * (length - faded) / length)
}

// turn is the next sample of the cycle.
func (c *Concealer) turn() int16 {
	v := c.cycle[c.at]
	if c.at++; c.at == len(c.cycle) {
		c.at = 0
	}
	return v
}

// lengthen makes the cycle n periods long, so that a longer loss doesn't buzz.
// The new cycle goes on at the same place of its first period.
func (c *Concealer) lengthen(n int) {
	at := c.at % c.period
	c.former, c.formerAt = c.former[:quarter(c.period)], 0
	for i := range c.former {
		c.former[i] = c.turn()
	}
	c.at = at
	c.repeat(n)
}

// remember takes what was played into the history.
func (c *Concealer) remember(frame []int16) {
	if len(frame) >= len(c.history) {
		copy(c.history, frame[len(frame)-len(c.history):])
		return
	}
	n := copy(c.history, c.history[len(frame):])
	copy(c.history[n:], frame)
}

// mix goes over from a to b: the i-th of n parts is b.
func mix(a, b int16, i, n int) int16 { return int16((int(a)*(n-i) + int(b)*i) / n) }
