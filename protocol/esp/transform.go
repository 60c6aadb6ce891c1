package esp

import (
	"fmt"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// headerLen is the length of SPI and sequence number, trailerLen that of pad
// length and next header (RFC 4303 §2).
const (
	headerLen  = 8
	trailerLen = 2
)

// shape tells what a suite adds to a packet, in bytes.
type shape struct {
	iv    int // initialization vector
	icv   int // integrity check value
	align int // the part from payload to next header is a multiple of it
}

// transform is the cryptography of a suite with its keys. A packet p has the
// layout of the package comment: header, IV, body, ICV.
type transform interface {
	shape() shape
	// seal encrypts the body in place and fills in the ICV; header and IV are
	// set.
	seal(p []byte)
	// open checks the ICV and, if it is right, appends the plain body to dst.
	// p has the header, the IV and the ICV at least and is left as it is.
	open(dst, p []byte) (out []byte, authentic bool)
}

// newTransform builds what suite and keys ask for.
func newTransform(suite secagree.Suite, ik, ck aka.Key) (transform, error) {
	if !suite.Valid() {
		return nil, fmt.Errorf("%w: alg %d with ealg %d", ErrSuite, suite.Integrity, suite.Encryption)
	}
	auth, enc, salt := AuthKey(suite, ik), EncryptionKey(suite, ck), Salt(suite, ik, ck)
	switch {
	case suite.Encryption == secagree.AESGCM:
		return newGCM(enc, salt)
	case suite.Integrity == secagree.AESGMAC:
		return newGMAC(auth, salt)
	case suite.Encryption == secagree.AESCBC:
		return newCBC(newMAC(suite.Integrity, auth), enc)
	}
	return &plain{newMAC(suite.Integrity, auth)}, nil
}
