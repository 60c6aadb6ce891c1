// Package ear stands in for a person at a sound card: at the other side of a
// loopback card it speaks with a tone and listens.
package ear

import (
	"fmt"
	"slices"
	"time"

	"github.com/imsphone/imsphone/hw/audio"
	"github.com/imsphone/imsphone/media/tone"
)

// Ear is an open card.
type Ear struct {
	stream audio.Stream
	rate   int
}

const period = 20 * time.Millisecond

// Open opens an ALSA device at a rate in Hz.
func Open(device string, rate int) (*Ear, error) {
	stream, err := audio.Open(audio.Config{Device: device, Rate: rate, Period: period, Periods: 8})
	if err != nil {
		return nil, err
	}
	return &Ear{stream, rate}, nil
}

// Close lets go of the card.
func (e *Ear) Close() error { return e.stream.Close() }

// exchange plays for some time what speak fills, and gives all that is heard
// meanwhile.
func (e *Ear) exchange(d time.Duration, speak func(pcm []int16)) ([]int16, error) {
	frame := e.rate / 50
	out, in := make([]int16, frame), make([]int16, frame)
	heard := make([]int16, 0, int(d.Seconds()*float64(e.rate)))
	for len(heard)+frame <= cap(heard) {
		if err := e.stream.Read(in); err != nil {
			return nil, err
		}
		heard = append(heard, in...)
		speak(out)
		if _, err := e.stream.Write(out); err != nil {
			return nil, err
		}
	}
	return heard, nil
}

// Heard is what was heard, and how the card did.
type Heard struct {
	tone.Heard
	// Lost is how often this card lost sound, in either direction.
	Lost uint64
}

// Tone speaks with one frequency and listens for another, in Hz: for some time
// for nothing, while whatever is between the two settles, and then for some time
// that counts.
func (e *Ear) Tone(settle, d time.Duration, speak, hear float64) (Heard, error) {
	voice := tone.Sine(e.rate, speak)
	if _, err := e.exchange(settle, voice.Fill); err != nil {
		return Heard{}, err
	}
	before := e.lost()
	heard, err := e.exchange(d, voice.Fill)
	if err != nil {
		return Heard{}, err
	}
	return Heard{tone.Listen(heard, e.rate, hear), e.lost() - before}, nil
}

// lost is how often the card has lost sound so far.
func (e *Ear) lost() uint64 {
	s := e.stream.Stats()
	return s.Xruns + s.Underruns + s.CaptureOverruns + s.PlaybackOverruns
}

// listening is how long a tone has to last for Await.
const listening = 100 * time.Millisecond

// Await speaks with one frequency until it has heard another, in Hz, or for the
// limit, which is an error.
func (e *Ear) Await(limit time.Duration, speak, hear float64) error {
	voice := tone.Sine(e.rate, speak)
	for range limit / listening {
		pcm, err := e.exchange(listening, voice.Fill)
		if err != nil {
			return err
		}
		if tone.Listen(pcm, e.rate, hear).Seconds >= listening.Seconds() {
			return nil
		}
	}
	return fmt.Errorf("no tone of %g Hz within %v: %w", hear, limit, tone.ErrNotHeard)
}

// A burst of 100 ms goes out each second: longer than what a codec blurs, and the
// rest of the second is longer than any echo takes.
const (
	burst  = 100 * time.Millisecond
	burstF = 440
)

// Echoes are the delays, in ms, of the sounds that came back, of those sent.
type Echoes struct {
	DelaysMS []float64
	Sent     int
}

// Echo speaks in short sounds for some time, and tells how long each takes
// through whatever is at the other side and back. To a millisecond.
func (e *Ear) Echo(d time.Duration) (Echoes, error) {
	heard, err := e.exchange(d, tone.Dual(e.rate, burstF, 0, burst, time.Second-burst).Fill)
	if err != nil {
		return Echoes{}, err
	}
	r := Echoes{Sent: len(heard) / e.rate}
	for n := range r.Sent {
		if at := onset(heard[n*e.rate:(n+1)*e.rate], e.rate); at >= 0 {
			r.DelaysMS = append(r.DelaysMS, 1000*float64(at)/float64(e.rate))
		}
	}
	return r, nil
}

// Median gives the middle of the delays, 0 for none.
func (r Echoes) Median() float64 {
	if len(r.DelaysMS) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.DelaysMS))
	return sorted[len(sorted)/2]
}

// onset gives the first sample from which on 5 ms hold the burst's tone, -1 for
// none.
func onset(pcm []int16, rate int) int {
	length, step := rate/200, rate/1000
	for at := 0; at+length <= len(pcm); at += step {
		if w := pcm[at : at+length]; tone.Share(w, rate, burstF) > 0.8 && tone.Level(w, rate, burstF) > -30 {
			return at
		}
	}
	return -1
}
