package codec

// G.711 by tables: 256 entries to decode, and to encode one entry for each of
// the 14-bit (µ-law) or 13-bit (A-law) magnitudes that the law tells apart.

// µ-law (G.711 table 2): the magnitude with a bias of 33 (132 at 16 bits) has
// its leading one in one of eight segments of 16 steps each.
const (
	ulawBias = 132
	ulawClip = 32635
)

var (
	ulawLinear = ulawTable()
	alawLinear = alawTable()
)

func ulawTable() (t [256]int16) {
	for code := range t {
		u := ^uint8(code)
		segment, step := u>>4&7, int(u&15)
		v := (step<<3+ulawBias)<<segment - ulawBias
		if u&0x80 != 0 {
			v = -v
		}
		t[code] = int16(v)
	}
	return t
}

// alawTable is A-law (G.711 table 1): even bits inverted, seven segments, the
// first of double length.
func alawTable() (t [256]int16) {
	for code := range t {
		a := uint8(code) ^ 0x55
		segment, v := a>>4&7, int(a&15)<<4+8
		if segment > 0 {
			v = (v + 0x100) << (segment - 1)
		}
		if a&0x80 == 0 {
			v = -v
		}
		t[code] = int16(v)
	}
	return t
}

func ulawCode(s int16) byte {
	v, sign := int(s), byte(0)
	if v < 0 {
		v, sign = -v, 0x80
	}
	v = min(v, ulawClip) + ulawBias
	segment := segmentOf(v >> 8)
	return ^(sign | segment<<4 | byte(v>>(segment+3))&15)
}

func alawCode(s int16) byte {
	v, sign := int(s), byte(0x80)
	if v < 0 {
		v, sign = ^v, 0
	}
	segment := segmentOf(v >> 8)
	shift := max(segment, 1) + 3
	return (sign | segment<<4 | byte(v>>shift)&15) ^ 0x55
}

// segmentOf is the place of the leading one, counted from 1: 0 for 0.
func segmentOf(v int) (n byte) {
	for ; v > 0; v >>= 1 {
		n++
	}
	return n
}

type ulaw struct{}

func (ulaw) Encode(dst []byte, pcm []int16) []byte {
	for _, s := range pcm {
		dst = append(dst, ulawCode(s))
	}
	return dst
}

func (ulaw) Decode(dst []int16, payload []byte) ([]int16, error) {
	for _, b := range payload {
		dst = append(dst, ulawLinear[b])
	}
	return dst, nil
}

type alaw struct{}

func (alaw) Encode(dst []byte, pcm []int16) []byte {
	for _, s := range pcm {
		dst = append(dst, alawCode(s))
	}
	return dst
}

func (alaw) Decode(dst []int16, payload []byte) ([]int16, error) {
	for _, b := range payload {
		dst = append(dst, alawLinear[b])
	}
	return dst, nil
}
