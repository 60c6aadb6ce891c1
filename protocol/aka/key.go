package aka

import "crypto/subtle"

// Key is one of the two session keys that an authentication yields: IK for
// integrity, CK for confidentiality (TS 33.102 §6.3). However it is printed, and
// however deep it lies in what is printed, its bits don't show. The zero value
// holds zeros.
type Key struct {
	hidden
	b sealed[[16]byte]
}

// NewKey wraps the 128 bits of a session key, as a card hands them out.
func NewKey(b [16]byte) Key { return Key{b: seal(b)} }

// Expose gives the bits. It is for protocol/esp, hw/ipsec and key logs that the
// user has asked for by name; a test of the source tree holds the list.
func (k Key) Expose() [16]byte {
	if k.b == nil {
		return [16]byte{}
	}
	return k.b()
}

// Equal tells in constant time whether both hold the same bits.
func (k Key) Equal(other Key) bool {
	a, b := k.Expose(), other.Expose()
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

const redacted = "(secret)"
