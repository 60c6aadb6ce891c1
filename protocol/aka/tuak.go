package aka

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// TUAK is the algorithm set of TS 35.231, on Keccak-f[1600]. MAC-A and MAC-S
// have 64 bits and CK and IK 128, as AUTN and IMS have room for.
type TUAK struct {
	hidden
	core sealed[tuak]
}

// TUAKOptions are what an operator may choose for the functions.
type TUAKOptions struct {
	// RES is the length of RES in bits: 32, 64, 128 or 256; 0 means 64.
	RES int
	// Iterations is how often Keccak runs; 0 means once (TS 35.231 §6.1).
	Iterations int
}

// NewTUAK makes the functions from K of 16 or 32 bytes and the operator's TOP,
// which is the same for all its cards.
func NewTUAK(k []byte, top [32]byte, o TUAKOptions) (*TUAK, error) {
	t, err := newTUAK(k, o)
	if err != nil {
		return nil, err
	}
	t.topc = t.deriveTOPc(top)
	return &TUAK{core: seal(t)}, nil
}

// NewTUAKTOPc makes the functions from K of 16 or 32 bytes and TOPc, which is
// made of TOP and K (TS 35.231 §6.1).
func NewTUAKTOPc(k []byte, topc [32]byte, o TUAKOptions) (*TUAK, error) {
	t, err := newTUAK(k, o)
	if err != nil {
		return nil, err
	}
	t.topc = topc
	return &TUAK{core: seal(t)}, nil
}

// The bits of INSTANCE (TS 35.231 §6.2 to §6.5); its bit 0 is the most
// significant one.
const (
	instanceF1Star = 0x80
	instanceF2345  = 0x40
	instanceF5Star = 0xc0
	instanceCK256  = 0x04
	instanceIK256  = 0x02
	instanceK256   = 0x01
)

// F1 is f1 of TS 35.231 §6.2.
func (t *TUAK) F1(rand [16]byte, sqn [6]byte, amf AMF) [8]byte {
	return [8]byte(t.core().mac(0, rand, sqn, amf))
}

// F1Star is f1* of TS 35.231 §6.3.
func (t *TUAK) F1Star(rand [16]byte, sqn [6]byte, amf AMF) [8]byte {
	return [8]byte(t.core().mac(instanceF1Star, rand, sqn, amf))
}

// F2345 is f2 to f5 of TS 35.231 §6.4.
func (t *TUAK) F2345(rand [16]byte) (Keys, [6]byte) {
	res, ck, ik, ak := t.core().f2345(rand)
	return NewKeys(res, [16]byte(ck), [16]byte(ik)), ak
}

// F5Star is f5* of TS 35.231 §6.5.
func (t *TUAK) F5Star(rand [16]byte) [6]byte {
	core := t.core()
	out := core.run(tuakInput{instance: instanceF5Star, top: core.topc, rand: rand})
	return [6]byte(out.take(96, 6))
}

// tuak are the secrets and what is computed with them, with outputs of every
// length that TS 35.231 has.
type tuak struct {
	k          []byte
	topc       [32]byte
	sizes      tuakSizes
	iterations int
}

// tuakSizes are the lengths of the outputs in bytes.
type tuakSizes struct{ mac, res, ck, ik int }

func newTUAK(k []byte, o TUAKOptions) (tuak, error) {
	if o.RES == 0 {
		o.RES = 64
	}
	if o.Iterations == 0 {
		o.Iterations = 1
	}
	switch {
	case len(k) != 16 && len(k) != 32:
		return tuak{}, fmt.Errorf("TUAK's K has %d bytes: give 16 or 32", len(k))
	case !slices.Contains([]int{32, 64, 128, 256}, o.RES):
		return tuak{}, fmt.Errorf("TUAK's RES can't have %d bits: give 32, 64, 128 or 256", o.RES)
	case o.Iterations < 1 || o.Iterations > 255:
		return tuak{}, fmt.Errorf("TUAK can't run Keccak %d times: give 1 to 255", o.Iterations)
	}
	sizes := tuakSizes{mac: 8, res: o.RES / 8, ck: 16, ik: 16}
	return tuak{k: slices.Clone(k), sizes: sizes, iterations: o.Iterations}, nil
}

func (t tuak) deriveTOPc(top [32]byte) [32]byte {
	out := t.run(tuakInput{top: top})
	return [32]byte(out.take(0, 32))
}

func (t tuak) mac(instance byte, rand [16]byte, sqn [6]byte, amf AMF) []byte {
	instance |= lengthBits(t.sizes.mac)
	out := t.run(tuakInput{instance: instance, top: t.topc, rand: rand, sqn: sqn, amf: amf})
	return out.take(0, t.sizes.mac)
}

func (t tuak) f2345(rand [16]byte) (res, ck, ik []byte, ak [6]byte) {
	instance := instanceF2345 | lengthBits(t.sizes.res)
	if t.sizes.ck == 32 {
		instance |= instanceCK256
	}
	if t.sizes.ik == 32 {
		instance |= instanceIK256
	}
	out := t.run(tuakInput{instance: instance, top: t.topc, rand: rand})
	return out.take(0, t.sizes.res), out.take(32, t.sizes.ck), out.take(64, t.sizes.ik), [6]byte(out.take(96, 6))
}

// lengthBits is INSTANCE's bits 2 to 4 for an output of n bytes.
func lengthBits(n int) byte { return byte(n) &^ 7 }

// tuakState is Keccak's state as bytes. TUAK numbers bits from the other end,
// so that each value stands in it with its last byte first.
type tuakState [200]byte

// tuakInput are the values that differ between the functions.
type tuakInput struct {
	instance byte
	top      [32]byte
	rand     [16]byte
	amf      AMF
	sqn      [6]byte
}

// run lays the input out and permutes it (TS 35.231 §6.1 to §6.5).
func (t tuak) run(in tuakInput) *tuakState {
	if len(t.k) == 32 {
		in.instance |= instanceK256
	}
	s := &tuakState{32: in.instance, 96: 0x1f, 135: 0x80}
	s.put(0, in.top[:])
	s.put(33, []byte("TUAK1.0"))
	s.put(40, in.rand[:])
	s.put(56, in.amf[:])
	s.put(58, in.sqn[:])
	s.put(64, t.k)
	for range t.iterations {
		s.permute()
	}
	return s
}

func (s *tuakState) put(at int, value []byte) {
	n := copy(s[at:], value)
	slices.Reverse(s[at : at+n])
}

func (s *tuakState) take(at, n int) []byte {
	value := slices.Clone(s[at : at+n])
	slices.Reverse(value)
	return value
}

func (s *tuakState) permute() {
	var a lanes
	for i := range a {
		a[i] = binary.LittleEndian.Uint64(s[8*i:])
	}
	a.permute()
	for i, lane := range a {
		binary.LittleEndian.PutUint64(s[8*i:], lane)
	}
}
