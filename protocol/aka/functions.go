package aka

// Functions are the authentication and key generation functions of a
// subscriber (TS 33.102 §6.3, TS 33.105 §5.1), keyed with K and the operator's
// value. An implementation has no state that a call changes.
type Functions interface {
	// F1 gives MAC-A, which proves that a challenge is the network's.
	F1(rand [16]byte, sqn [6]byte, amf AMF) [8]byte
	// F1Star gives MAC-S, which proves that AUTS is the card's.
	F1Star(rand [16]byte, sqn [6]byte, amf AMF) [8]byte
	// F2345 gives RES, CK and IK, and AK, which conceals SQN in AUTN.
	F2345(rand [16]byte) (keys Keys, ak [6]byte)
	// F5Star gives the AK that conceals SQN in AUTS.
	F5Star(rand [16]byte) (ak [6]byte)
}

// AMF is the authentication management field of AUTN (TS 33.102 Annex F).
type AMF [2]byte

// Separation tells the separation bit (TS 33.102 Annex H): bit 0, the most
// significant one. Networks set it for EPS and 5G; for IMS both values occur.
func (a AMF) Separation() bool { return a[0]&0x80 != 0 }

// xor6 adds a concealing AK to a sequence number, or takes it off.
func xor6(a, b [6]byte) [6]byte {
	for i := range a {
		a[i] ^= b[i]
	}
	return a
}
