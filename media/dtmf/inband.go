package dtmf

import (
	"time"

	"github.com/imsphone/imsphone/media/tone"
)

// The levels of the two tones, in dBm0: the high one 2 dB louder, as lines lose
// more of it (ETSI ES 201 235-2).
const (
	lowLevel  = -11
	highLevel = -9
)

// Frequencies gives the two tones of a key in Hz (ITU-T Q.23); false where it
// has none, as flash.
func Frequencies(e Event) (low, high float64, ok bool) {
	const rows = "123A" + "456B" + "789C" + "*0#D"
	if e >= Flash {
		return 0, 0, false
	}
	key := digits[e]
	for i := range len(rows) {
		if rows[i] == key {
			return [4]float64{697, 770, 852, 941}[i/4], [4]float64{1209, 1336, 1477, 1633}[i%4], true
		}
	}
	return 0, 0, false
}

// Inband plays keys as tones in the audio of one stream.
type Inband struct {
	rate  int
	queue []sound
}

// sound is a tone, or the pause after one where gen is nil.
type sound struct {
	gen  *tone.Generator
	left int // samples
}

// NewInband makes a player for audio at rate Hz.
func NewInband(rate int) *Inband { return &Inband{rate: rate} }

// Press queues a key for duration, 40 ms at least; false where 64 keys wait
// already, or the key has no tone.
func (n *Inband) Press(e Event, duration time.Duration) bool {
	low, high, ok := Frequencies(e)
	if !ok || len(n.queue) >= 2*maxQueue {
		return false
	}
	gen := tone.New(n.rate, tone.Step{Voices: []tone.Voice{{Hz: low, Level: lowLevel}, {Hz: high, Level: highLevel}}})
	n.queue = append(n.queue, sound{gen, units(n.rate, max(duration, minTime))}, sound{nil, units(n.rate, pauseTime)})
	return true
}

// Busy tells whether a key sounds or waits, or the pause after one lasts.
func (n *Inband) Busy() bool { return len(n.queue) > 0 }

// Fill puts tones and the silence between them in the place of the audio, as
// far as keys wait; samples beyond stay as they are. It does not allocate.
func (n *Inband) Fill(pcm []int16) {
	for len(pcm) > 0 && len(n.queue) > 0 {
		s := &n.queue[0]
		part := pcm[:min(s.left, len(pcm))]
		if s.gen != nil {
			s.gen.Fill(part)
		} else {
			clear(part)
		}
		pcm = pcm[len(part):]
		if s.left -= len(part); s.left == 0 {
			n.queue = append(n.queue[:0], n.queue[1:]...)
		}
	}
}
