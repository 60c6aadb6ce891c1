package tone

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrProgress says that there is no tone of a name in a plan.
var ErrProgress = errors.New("no such call progress tone")

// cadence is a named tone: on and off times in milliseconds, in turns, for one
// or two frequencies. No times is continuous.
type cadence struct {
	name  string
	a, b  float64
	times []int
}

// etsi are the tones of ETSI TR 101 041-2, with the 425 Hz and the cadences
// that ITU-T E.180 §3–§7 recommends.
func etsi() []cadence {
	return []cadence{
		{name: "dial", a: 425},
		{name: "ringback", a: 425, times: []int{1000, 4000}},
		{name: "busy", a: 425, times: []int{500, 500}},
		{name: "congestion", a: 425, times: []int{250, 250}},
		{name: "waiting", a: 425, times: []int{200, 600, 200, 3000}},
	}
}

// us are the tones of North America (ITU-T E.180 Supplement 2).
func us() []cadence {
	return []cadence{
		{name: "dial", a: 350, b: 440},
		{name: "ringback", a: 440, b: 480, times: []int{2000, 4000}},
		{name: "busy", a: 480, b: 620, times: []int{500, 500}},
		{name: "congestion", a: 480, b: 620, times: []int{250, 250}},
		{name: "waiting", a: 440, times: []int{300, 10000}},
	}
}

// Progress is a call progress tone by its name, "dial", "ringback", "busy",
// "congestion" or "waiting", at rate Hz, in the plan "etsi" (most of Europe)
// or "us" (North America).
func Progress(rate int, plan, name string) (*Generator, error) {
	var all []cadence
	switch plan {
	case "etsi":
		all = etsi()
	case "us":
		all = us()
	default:
		return nil, fmt.Errorf("tone plan %q: %w (the plans are etsi and us)", plan, ErrProgress)
	}
	i := slices.IndexFunc(all, func(c cadence) bool { return c.name == name })
	if i < 0 {
		return nil, fmt.Errorf("%q: %w (use %s)", name, ErrProgress, names(all))
	}
	return all[i].generator(rate), nil
}

func names(all []cadence) string {
	var s []string
	for _, c := range all {
		s = append(s, c.name)
	}
	return strings.Join(s, ", ")
}

func (c cadence) generator(rate int) *Generator {
	if len(c.times) == 0 {
		return New(rate, sound(0, c.a, c.b))
	}
	var steps []Step
	for i, ms := range c.times {
		d := time.Duration(ms) * time.Millisecond
		if i%2 == 0 {
			steps = append(steps, sound(d, c.a, c.b))
		} else {
			steps = append(steps, Step{For: d})
		}
	}
	return New(rate, steps...)
}

// Dial is the European dial tone: 425 Hz, continuous.
func Dial(rate int) *Generator { return Sine(rate, 425) }

// Ringback tells that the far end rings: 425 Hz, 1 s on, 4 s off.
func Ringback(rate int) *Generator { return Dual(rate, 425, 0, time.Second, 4*time.Second) }

// Waiting tells somebody who talks that another call comes in: 425 Hz, twice 0.2 s
// every 4 s.
func Waiting(rate int) *Generator {
	const on = 200 * time.Millisecond
	return New(rate, sound(on, 425, 0), Step{For: 3 * on}, sound(on, 425, 0), Step{For: 3 * time.Second})
}

// Ringing tells that a call comes in, as the bell of a telephone does: a warble
// from 941 to 1209 Hz and back twenty times a second, 1 s on, 3 s off.
func Ringing(rate int) *Generator {
	var steps []Step
	for range 20 {
		steps = append(steps, sound(25*time.Millisecond, 941, 0), sound(25*time.Millisecond, 1209, 0))
	}
	return New(rate, append(steps, Step{For: 3 * time.Second})...)
}

// Busy tells that the far end is busy: 425 Hz, 0.5 s on, 0.5 s off.
func Busy(rate int) *Generator {
	return Dual(rate, 425, 0, 500*time.Millisecond, 500*time.Millisecond)
}
