package aka

import (
	"crypto/subtle"
	"errors"
)

// Vector is an authentication vector (TS 33.102 §6.3.2). RAND and AUTN are for
// the challenge; the keys hold XRES, CK and IK and print as "(secret)".
type Vector struct {
	RAND, AUTN [16]byte
	Keys       Keys
}

// Generate makes the vector of a challenge on the network's side (TS 33.102
// §6.3.2). rand must be fresh and unguessable; sqn has 48 bits, see
// [Generator].
func Generate(f Functions, rand [16]byte, sqn uint64, amf AMF) Vector {
	keys, ak := f.F2345(rand)
	b := sqnBytes(sqn)
	concealed, mac := xor6(b, ak), f.F1(rand, b, amf)
	v := Vector{RAND: rand, Keys: keys}
	copy(v.AUTN[:], concealed[:])
	copy(v.AUTN[6:], amf[:])
	copy(v.AUTN[8:], mac[:])
	return v
}

// ErrMACS: AUTS isn't from this subscriber's card, or not for this RAND.
var ErrMACS = errors.New("AUTS's MAC is wrong: check K and OP or OPc, and that RAND is the challenge's")

// Resynchronise checks the AUTS that a card answered to the challenge rand and
// gives the card's SQN_MS (TS 33.102 §6.3.5).
func Resynchronise(f Functions, rand [16]byte, auts [14]byte) (sqn uint64, err error) {
	b := xor6([6]byte(auts[:6]), f.F5Star(rand))
	mac := f.F1Star(rand, b, AMF{})
	if subtle.ConstantTimeCompare(mac[:], auts[6:]) != 1 {
		return 0, ErrMACS
	}
	return sqnOf(b), nil
}

// Generator gives the sequence numbers of a subscriber's vectors: SEQ and IND
// both go up by one each time (TS 33.102 Annex C.1.1 and C.3.1).
type Generator struct {
	seq uint64
	ind int
}

// NewGenerator starts after the sequence number last used, of 48 bits; 0 is a
// new subscriber's.
func NewGenerator(last uint64) *Generator {
	g := &Generator{}
	g.seq, g.ind = splitSQN(last)
	return g
}

// Last gives the sequence number last used.
func (g *Generator) Last() uint64 { return joinSQN(g.seq, g.ind) }

// Next gives the sequence number of the next vector.
func (g *Generator) Next() uint64 {
	g.seq = (g.seq + 1) & maxSEQ
	g.ind = (g.ind + 1) % (1 << indBits)
	return g.Last()
}

// Resynchronise takes the card's SQN_MS from [Resynchronise]. The generator
// goes on from there unless the card would take its next number anyway
// (TS 33.102 §6.3.5).
func (g *Generator) Resynchronise(sqnMS uint64) {
	seq, _ := splitSQN(sqnMS)
	if g.seq < seq || g.seq-seq >= defaultDelta {
		g.seq = seq
	}
}
