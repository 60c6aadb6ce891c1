package codec

// Test signals in whole numbers only, so that they are the same everywhere.

// lcg is a plain random sequence.
type lcg uint32

func (l *lcg) next() int32 {
	*l = *l*1664525 + 1013904223
	return int32(*l)
}

// resonator rings at a formant; a and b are coefficients of 1/4096.
type resonator struct{ a, b, y1, y2 int32 }

func (r *resonator) next(x int32) int32 {
	y := x + (r.a*r.y1-r.b*r.y2)>>12
	r.y1, r.y2 = y, r.y1
	return y
}

// voice is somewhat like speech at 16 kHz: pulses of a gliding pitch through
// two formants, hisses, and pauses.
func voice(n int) []int16 {
	pcm := make([]int16, n)
	low, high := resonator{a: 7800, b: 3900}, resonator{a: 5200, b: 3700}
	var hiss lcg
	pulse := 0
	for i := range pcm {
		x := hiss.next() >> 26
		switch part := i % 4000; {
		case part < 2200: // a vowel
			if pulse--; pulse <= 0 {
				x, pulse = 3000, 90+part/40
			}
		case part < 3000: // a hiss
			x = hiss.next() >> 21
		default:
			x >>= 4
		}
		v := low.next(x) + high.next(x)
		pcm[i] = int16(min(max(v, -32768), 32767))
	}
	return pcm
}

// loud goes from rail to rail in runs of many lengths.
func loud(n int) []int16 {
	pcm := make([]int16, n)
	var l lcg
	v, run := int16(32767), 0
	for i := range pcm {
		if run--; run <= 0 {
			v, run = -v-1, 1+int(uint32(l.next())>>27)
		}
		pcm[i] = v
	}
	return pcm
}

// hiss is noise over all of 16 bits.
func hiss(n int) []int16 {
	pcm := make([]int16, n)
	var l lcg
	for i := range pcm {
		pcm[i] = int16(l.next() >> 16)
	}
	return pcm
}

// steps rises in level from silence to full scale.
func steps(n int) []int16 {
	pcm := hiss(n)
	for i := range pcm {
		pcm[i] >>= 15 - 16*i/n
	}
	return pcm
}

// anyBytes is a payload that no encoder made.
func anyBytes(n int) []byte {
	b := make([]byte, n)
	var l lcg
	for i := range b {
		b[i] = byte(l.next() >> 24)
	}
	return b
}

// different is where two signals differ first, −1 for nowhere.
func different(a, b []int16) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}

// rough is a payload of runs of two bytes in turns, which drive the predictors
// to their bounds.
func rough(n int) []byte {
	b := make([]byte, n)
	var l lcg
	var pair [2]byte
	run := 0
	for i := range b {
		if run--; run <= 0 {
			r := uint32(l.next())
			pair, run = [2]byte{byte(r >> 24), byte(r >> 16)}, 20+int(r>>8&0xff)
			if r&0x80 == 0 {
				pair[1] = pair[0]
			}
		}
		b[i] = pair[i%2]
	}
	return b
}
