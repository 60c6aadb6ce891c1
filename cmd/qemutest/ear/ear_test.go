package ear

import (
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/hw/audio"
	"github.com/imsphone/imsphone/media/tone"
)

// room plays back what it hears, late.
type room struct{ samples []int16 }

func (r *room) Capture(pcm []int16) error {
	n := copy(pcm, r.samples)
	r.samples = r.samples[n:]
	clear(pcm[n:])
	return nil
}
func (r *room) Play(pcm []int16) { r.samples = append(r.samples, pcm...) }
func (r *room) Close() error     { return nil }

// TestEcho: a delay is measured to a millisecond or two.
func TestEcho(t *testing.T) {
	for _, late := range []time.Duration{0, 63 * time.Millisecond, 500 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			const rate = 8000
			delays := make([]time.Duration, 2)
			const base = 200 * time.Millisecond // so that the room never runs dry
			for i, d := range []time.Duration{base, base + late} {
				r := &room{samples: make([]int16, int(d.Seconds()*rate))}
				stream, err := audio.OpenFake(audio.Config{Rate: rate, Period: period, Periods: 8}, r, r)
				if err != nil {
					t.Fatal(err)
				}
				e := &Ear{stream, rate}
				echoes, err := e.Echo(5 * time.Second)
				if err != nil || len(echoes.DelaysMS) < 4 {
					t.Fatalf("%+v, %v", echoes, err)
				}
				delays[i] = time.Duration(echoes.Median() * float64(time.Millisecond))
				e.Close()
			}
			if off := (delays[1] - delays[0] - late).Seconds(); math.Abs(off) > 0.003 {
				t.Errorf("%v was measured as %v", late, delays[1]-delays[0])
			}
		})
	}
}

// friend says a tone, and keeps quiet for a while before.
type friend struct {
	quiet int // periods
	voice *tone.Generator
	heard []int16
}

func (f *friend) Capture(pcm []int16) error {
	if f.quiet--; f.quiet >= 0 {
		clear(pcm)
		return nil
	}
	f.voice.Fill(pcm)
	return nil
}
func (f *friend) Play(pcm []int16) { f.heard = append(f.heard, pcm...) }
func (f *friend) Close() error     { return nil }

// meet opens an ear beside a friend at 8 kHz.
func meet(t *testing.T, f *friend) *Ear {
	t.Helper()
	stream, err := audio.OpenFake(audio.Config{Rate: 8000, Period: period, Periods: 8}, f, f)
	if err != nil {
		t.Fatal(err)
	}
	return &Ear{stream, 8000}
}

// TestTone: what is heard while things settle doesn't count; what is spoken goes
// on without a seam.
func TestTone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &friend{quiet: 50, voice: tone.Sine(8000, 637)}
		e := meet(t, f)
		heard, err := e.Tone(2*time.Second, 3*time.Second, 443, 637)
		e.Close()
		if err != nil || heard.Lost != 0 {
			t.Errorf("%+v, %v", heard, err)
		}
		if err := heard.Check(tone.Expectation{Frequency: 637, Tolerance: 0.05, Seconds: 3, Level: -20}); err != nil {
			t.Error(err)
		}
		said := tone.Listen(f.heard, 8000, 443)
		if err := said.Check(tone.Expectation{Frequency: 443, Tolerance: 0.05, Seconds: 4.9, Level: -20}); err != nil {
			t.Error(err)
		}
	})
}

// TestAwait: the tone is awaited no longer than the limit.
func TestAwait(t *testing.T) {
	for quiet, want := range map[int]error{0: nil, 50: nil, 120: tone.ErrNotHeard} {
		synctest.Test(t, func(t *testing.T) {
			e := meet(t, &friend{quiet: quiet, voice: tone.Sine(8000, 637)})
			defer e.Close()
			start := time.Now()
			if err := e.Await(2*time.Second, 443, 637); !errors.Is(err, want) {
				t.Errorf("quiet for %d periods: %v", quiet, err)
			}
			if took := time.Since(start); took < time.Duration(min(quiet, 100))*period || took > 2200*time.Millisecond {
				t.Errorf("quiet for %d periods: it took %v", quiet, took)
			}
		})
	}
}
