package ear

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/hw/audio"
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
