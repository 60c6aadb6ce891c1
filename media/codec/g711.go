package codec

import "math/bits"

// G.711: a code is a sign, one of eight segments, and one of the segment's 16
// steps. Codes are decoded by a table of all 256; a sample's segment is the
// place of its leading one.

// µ-law (G.711 table 2, here with 16 bits instead of 14): the magnitude with a
// bias of 33 has its leading one in the segment.
const (
	ulawBias = 33 << 2
	ulawMax  = 0x7fff - ulawBias
)

// evenBits are those that A-law inverts (G.711 table 1, note 2).
const evenBits = 0x55

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

// alawTable is A-law (G.711 table 1): the two lowest segments have steps of
// the same length, then it doubles from each to the next.
func alawTable() (t [256]int16) {
	for code := range t {
		a := uint8(code) ^ evenBits
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

// fold makes a magnitude of a sample and its sign, the bit 0x80 where it is
// negative. Negative samples are folded by their one's complement, as ITU-T
// G.191 has it, so that both halves have equally many samples a step.
func fold(s int16) (magnitude uint16, sign byte) {
	sign = byte(s>>15) & 0x80
	return uint16(s ^ s>>15), sign
}

func ulawCode(s int16) byte {
	v, sign := fold(s)
	v = min(v, ulawMax) + ulawBias
	segment := bits.Len16(v >> 8)
	return ^(sign | byte(segment)<<4 | byte(v>>(segment+3))&15)
}

func alawCode(s int16) byte {
	v, sign := fold(s)
	segment := bits.Len16(v >> 8)
	return (sign ^ 0x80 | byte(segment)<<4 | byte(v>>(max(segment, 1)+3))&15) ^ evenBits
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
