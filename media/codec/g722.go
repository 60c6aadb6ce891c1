package codec

// G.722 at 64 kbit/s: 16 kHz audio is split into two bands by quadrature
// mirror filters, and each band is coded by ADPCM with a backward-adaptive
// predictor: six bits for the lower, two for the upper, one byte for two
// samples.

// band is the state of one band's ADPCM: the same in encoder and decoder.
type band struct {
	s, sz  int32    // prediction: all of it, and its zero section's part
	det    int32    // quantizer scale factor
	nb     int32    // its logarithm
	a      [2]int32 // pole coefficients
	b      [6]int32 // zero coefficients
	r, p   [2]int32 // former reconstructions and partial ones
	d      [6]int32 // former differences
	upper  int32    // limit of nb
	octave int32    // exponent of det at nb = 0
}

func newLower() band { return band{det: 32, upper: 18432, octave: 8} }
func newUpper() band { return band{det: 8, upper: 22528, octave: 10} }

func saturate(v int32) int32 { return min(max(v, -32768), 32767) }

// scale adapts the scale factor to the last code's multiplier w (§3.3).
func (b *band) scale(w int32) {
	b.nb = min(max(b.nb*127>>7+w, 0), b.upper)
	mantissa, shift := ilb[b.nb>>6&31], b.octave-b.nb>>11
	if shift < 0 {
		b.det = mantissa << -shift << 2
		return
	}
	b.det = mantissa >> shift << 2
}

// sameSign compares signs as the recommendation does: zero is positive.
func sameSign(x, y int32) bool { return x < 0 == (y < 0) }

// adapt takes the quantized difference d into the predictor (§3.6).
func (b *band) adapt(d int32) {
	r, p := saturate(b.s+d), saturate(b.sz+d)
	a2 := b.adaptPole2(p)
	a1 := b.adaptPole1(p, a2)
	b.adaptZeros(d)

	copy(b.d[1:], b.d[:5])
	b.d[0] = d
	b.r[1], b.r[0] = b.r[0], r
	b.p[1], b.p[0] = b.p[0], p
	b.a = [2]int32{a1, a2}

	sp := saturate(a1*saturate(2*b.r[0])>>15 + a2*saturate(2*b.r[1])>>15)
	b.sz = b.zeroSection()
	b.s = saturate(sp + b.sz)
}

// zeroSection is the zeros' part of the prediction, oldest difference first:
// the order counts, as each sum saturates.
func (b *band) zeroSection() (sz int32) {
	for i := len(b.b) - 1; i >= 0; i-- {
		sz = saturate(sz + b.b[i]*saturate(2*b.d[i])>>15)
	}
	return sz
}

func (b *band) adaptPole2(p int32) int32 {
	w := saturate(b.a[0] << 2)
	if sameSign(p, b.p[0]) {
		w = min(-w, 32767)
	}
	v := w >> 7
	if sameSign(p, b.p[1]) {
		v += 128
	} else {
		v -= 128
	}
	return min(max(v+b.a[1]*32512>>15, -12288), 12288)
}

func (b *band) adaptPole1(p, a2 int32) int32 {
	v := int32(-192)
	if sameSign(p, b.p[0]) {
		v = 192
	}
	limit := 15360 - a2
	return min(max(v+b.a[0]*32640>>15, -limit), limit)
}

func (b *band) adaptZeros(d int32) {
	step := int32(128)
	if d == 0 {
		step = 0
	}
	for i := range b.b {
		v := b.b[i] * 32640 >> 15
		if sameSign(d, b.d[i]) {
			v += step
		} else {
			v -= step
		}
		b.b[i] = saturate(v)
	}
}

// magnitude folds a difference onto the positive side.
func magnitude(e int32) int32 {
	if e < 0 {
		return ^e
	}
	return e
}

// qmf is the delay line of a filter.
type qmf [24]int32

func (q *qmf) push(x, y int32) {
	copy(q[:], q[2:])
	q[22], q[23] = x, y
}

// halves are the two polyphase sums of the filter.
func (q *qmf) halves() (even, odd int32) {
	for i, tap := range qmfTaps {
		odd += q[2*i] * tap
		even += q[2*i+1] * qmfTaps[11-i]
	}
	return even, odd
}

type g722Encoder struct {
	filter       qmf
	lower, upper band
}

func newG722Encoder() Encoder { return &g722Encoder{lower: newLower(), upper: newUpper()} }

// Encode codes pairs of samples; an odd last one is left out, as packets of
// whole milliseconds have none.
func (e *g722Encoder) Encode(dst []byte, pcm []int16) []byte {
	for i := 0; i+1 < len(pcm); i += 2 {
		e.filter.push(int32(pcm[i]), int32(pcm[i+1]))
		even, odd := e.filter.halves()
		dst = append(dst, e.high((even-odd)>>14)<<6|e.low((even+odd)>>14))
	}
	return dst
}

// low codes one sample of the lower band in six bits (§3.2, blocks 1L to 4L).
func (e *g722Encoder) low(x int32) uint8 {
	b := &e.lower
	diff := saturate(x - b.s)
	m, i := magnitude(diff), 1
	for i < 30 && m >= q6[i]*b.det>>12 {
		i++
	}
	code := ilp[i]
	if diff < 0 {
		code = iln[i]
	}
	d := b.det * qm4[code>>2] >> 15
	b.scale(wl[rl42[code>>2]])
	b.adapt(d)
	return code
}

// high codes one sample of the upper band in two bits.
func (e *g722Encoder) high(x int32) uint8 {
	b := &e.upper
	diff := saturate(x - b.s)
	code := uint8(1)
	if magnitude(diff) >= 564*b.det>>12 {
		code = 0
	}
	if diff >= 0 {
		code += 2
	}
	d := b.det * qm2[code] >> 15
	b.scale(wh[rh2[code]])
	b.adapt(d)
	return code
}

type g722Decoder struct {
	filter       qmf
	lower, upper band
}

func newG722Decoder() Decoder { return &g722Decoder{lower: newLower(), upper: newUpper()} }

func (g *g722Decoder) Decode(dst []int16, payload []byte) ([]int16, error) {
	for _, code := range payload {
		low, high := g.low(code&63), g.high(code>>6)
		g.filter.push(low+high, low-high)
		first, second := g.filter.halves()
		dst = append(dst, int16(saturate(first>>11)), int16(saturate(second>>11)))
	}
	return dst, nil
}

// limit keeps a reconstructed sample within 15 bits (§4.3).
func limit(v int32) int32 { return min(max(v, -16384), 16383) }

func (g *g722Decoder) low(code uint8) int32 {
	b := &g.lower
	r := limit(b.s + b.det*qm6[code]>>15)
	d := b.det * qm4[code>>2] >> 15
	b.scale(wl[rl42[code>>2]])
	b.adapt(d)
	return r
}

func (g *g722Decoder) high(code uint8) int32 {
	b := &g.upper
	d := b.det * qm2[code] >> 15
	r := limit(b.s + d)
	b.scale(wh[rh2[code]])
	b.adapt(d)
	return r
}
