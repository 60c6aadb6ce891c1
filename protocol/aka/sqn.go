package aka

import "encoding/binary"

// A sequence number SQN has 48 bits: SEQ of 43 bits, then IND of 5 bits, which
// says in which of the card's 32 places SEQ is compared (TS 33.102 Annex
// C.1.1.1 and C.3.1).
const (
	indBits = 5
	// maxSEQ is the greatest SEQ.
	maxSEQ = 1<<(48-indBits) - 1
)

func joinSQN(seq uint64, ind int) uint64 { return seq<<indBits | uint64(ind) }

func splitSQN(sqn uint64) (seq uint64, ind int) {
	return sqn >> indBits, int(sqn & (1<<indBits - 1))
}

// sqnBytes gives the 48 bits as they stand in AUTN and AUTS.
func sqnBytes(sqn uint64) [6]byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], sqn)
	return [6]byte(b[2:])
}

func sqnOf(b [6]byte) uint64 {
	var wide [8]byte
	copy(wide[2:], b[:])
	return binary.BigEndian.Uint64(wide[:])
}
