package aka

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
)

// Keys are what a successful authentication yields: RES for the digest, CK and
// IK for the SAs. However they are printed, they print as "(secret)".
type Keys struct {
	hidden
	res    []byte
	ck, ik [16]byte
}

// NewKeys takes what a card or a modem answered. RES has 4 to 16 bytes from a
// USIM (TS 33.102 §6.3.7), up to 32 with TUAK; it is copied.
func NewKeys(res []byte, ck, ik [16]byte) Keys {
	return Keys{res: slices.Clone(res), ck: ck, ik: ik}
}

// CK is the cipher key.
func (k Keys) CK() Key { return NewKey(k.ck) }

// IK is the integrity key.
func (k Keys) IK() Key { return NewKey(k.ik) }

// ExposeRES gives RES, or XRES on the network's side. It is for the lab's HSS.
func (k Keys) ExposeRES() []byte { return slices.Clone(k.res) }

// ErrAlgorithm: the digest algorithm isn't one of AKA's.
var ErrAlgorithm = errors.New("not a digest algorithm of AKA")

// Password gives the password for a digest with the named algorithm, as
// spelled in the challenge. In AKAv1 it is RES itself, any bytes, zero bytes
// among them (RFC 3310 §3.3). In AKAv2 it is the base64 form of
// HMAC(RES‖IK‖CK, "http-digest-akav2-password") with the digest's own hash
// function (RFC 4169 §3, which has HMAC-MD5 for AKAv2-MD5).
func (k Keys) Password(algorithm string) (string, error) {
	a, ok := ParseAlgorithm(algorithm)
	switch {
	case !ok:
		return "", fmt.Errorf("%w: %.40q", ErrAlgorithm, algorithm)
	case a.Version == 1:
		return string(k.res), nil
	}
	h := hmac.New(a.New, slices.Concat(k.res, k.ik[:], k.ck[:]))
	h.Write([]byte("http-digest-akav2-password"))
	return base64.StdEncoding.EncodeToString(h.Sum(nil)), nil
}

// Equal tells whether both hold the same RES, CK and IK. It is for tests; the
// time that it takes depends on the values.
func (k Keys) Equal(other Keys) bool {
	return bytes.Equal(k.res, other.res) && k.ck == other.ck && k.ik == other.ik
}
