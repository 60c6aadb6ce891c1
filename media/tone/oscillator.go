package tone

import "math"

// overload is the level in dBm0 of a sine that just fills 16 bits.
const overload = 3.14

// amplitude is the peak value of a sine of level dBm0, at most full scale.
func amplitude(level float64) float64 {
	return min(math.MaxInt16*math.Pow(10, (level-overload)/20), math.MaxInt16)
}

// oscillator is a sine by a 32-bit phase: a whole turn is 2³², so that the
// phase never drifts however long the tone lasts, and no floating point is
// needed for a sample.
type oscillator struct {
	phase, step uint32
	peak        int32
}

func newOscillator(rate int, v Voice) oscillator {
	turns := v.Hz / float64(rate)
	return oscillator{step: uint32(uint64(math.Round((turns - math.Floor(turns)) * (1 << 32)))), peak: int32(math.Round(amplitude(v.Level)))}
}

// The sine of 1024 places of a turn in 1/32767, and the first one again, so
// that there is always a next one to interpolate to.
const sineBits = 10

var sines = sineTable()

func sineTable() (t [1<<sineBits + 1]int32) {
	for i := range t {
		t[i] = int32(math.Round(math.MaxInt16 * math.Sin(2*math.Pi*float64(i)/(1<<sineBits))))
	}
	return t
}

func (o *oscillator) next() int32 {
	place := o.phase >> (32 - sineBits)
	rest := int32(o.phase << sineBits >> 17) // of 2¹⁵
	a, b := sines[place], sines[place+1]
	o.phase += o.step
	return (a + (b-a)*rest>>15) * o.peak / math.MaxInt16
}
