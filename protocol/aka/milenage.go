package aka

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
)

// Milenage is the algorithm set of TS 35.206 with its constants c1…c5 and
// r1…r5, on AES-128.
type Milenage struct {
	hidden
	core sealed[milenage]
}

// NewMilenage makes the functions from K and the operator's OP, which is the
// same for all its cards.
func NewMilenage(k, op [16]byte) *Milenage {
	m := newMilenage(k)
	m.opc = xor16(m.encrypt(op), op)
	return &Milenage{core: seal(m)}
}

// NewMilenageOPc makes the functions from K and OPc, which is made of OP and K
// and is what cards hold (TS 35.206 §2.3).
func NewMilenageOPc(k, opc [16]byte) *Milenage {
	m := newMilenage(k)
	m.opc = opc
	return &Milenage{core: seal(m)}
}

// F1 is f1 of TS 35.206 §4.1.
func (m *Milenage) F1(rand [16]byte, sqn [6]byte, amf AMF) [8]byte {
	out := m.core().out1(rand, sqn, amf)
	return [8]byte(out[:8])
}

// F1Star is f1* of TS 35.206 §4.1.
func (m *Milenage) F1Star(rand [16]byte, sqn [6]byte, amf AMF) [8]byte {
	out := m.core().out1(rand, sqn, amf)
	return [8]byte(out[8:])
}

// F2345 is f2 to f5 of TS 35.206 §4.1; RES is 8 bytes long.
func (m *Milenage) F2345(rand [16]byte) (Keys, [6]byte) {
	core := m.core()
	temp := core.temp(rand)
	out2 := core.out(temp, 0, 1)
	ck, ik := core.out(temp, 4, 2), core.out(temp, 8, 4)
	return NewKeys(out2[8:], ck, ik), [6]byte(out2[:6])
}

// F5Star is f5* of TS 35.206 §4.1.
func (m *Milenage) F5Star(rand [16]byte) [6]byte {
	core := m.core()
	out := core.out(core.temp(rand), 12, 8)
	return [6]byte(out[:6])
}

// milenage are the secrets and what is computed with them.
type milenage struct {
	block cipher.Block
	opc   [16]byte
}

func newMilenage(k [16]byte) milenage {
	block, err := aes.NewCipher(k[:])
	if err != nil {
		panic(err) // not with 16 bytes
	}
	return milenage{block: block}
}

func (m milenage) temp(rand [16]byte) [16]byte { return m.encrypt(xor16(rand, m.opc)) }

// out1 is OUT1; c1 is 0 and r1 is 64.
func (m milenage) out1(rand [16]byte, sqn [6]byte, amf AMF) [16]byte {
	var in [16]byte
	copy(in[:], sqn[:])
	copy(in[6:], amf[:])
	copy(in[8:], in[:8])
	in = xor16(rotate(xor16(in, m.opc), 8), m.temp(rand))
	return xor16(m.encrypt(in), m.opc)
}

// out is OUT2 to OUT5: r bytes to rotate by, and c, which fits into the last
// byte.
func (m milenage) out(temp [16]byte, r int, c byte) [16]byte {
	in := rotate(xor16(temp, m.opc), r)
	in[15] ^= c
	return xor16(m.encrypt(in), m.opc)
}

func (m milenage) encrypt(in [16]byte) (out [16]byte) {
	m.block.Encrypt(out[:], in[:])
	return out
}

func xor16(a, b [16]byte) (c [16]byte) {
	subtle.XORBytes(c[:], a[:], b[:])
	return c
}

// rotate rotates n bytes towards the most significant end.
func rotate(a [16]byte, n int) (b [16]byte) {
	copy(b[copy(b[:], a[n:]):], a[:n])
	return b
}
