package aka

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"slices"
)

// Keys are what a successful authentication yields: RES for the digest, CK and
// IK for the SAs. However they are printed, they print as "(secret)". The zero
// value holds empty ones.
type Keys struct {
	hidden
	m sealed[material]
}

type material struct {
	res    []byte
	ck, ik [16]byte
}

// get gives the keys of the zero value, too.
func (k Keys) get() material {
	if k.m == nil {
		return material{}
	}
	return k.m()
}

// NewKeys takes what a card or a modem answered. RES has 4 to 16 bytes from a
// USIM (TS 33.102 §6.3.7), up to 32 with TUAK; it is copied.
func NewKeys(res []byte, ck, ik [16]byte) Keys {
	return Keys{m: seal(material{res: slices.Clone(res), ck: ck, ik: ik})}
}

// CK is the cipher key.
func (k Keys) CK() Key { return NewKey(k.get().ck) }

// IK is the integrity key.
func (k Keys) IK() Key { return NewKey(k.get().ik) }

// ExposeRES gives RES, or XRES on the network's side. It is for the lab's HSS.
func (k Keys) ExposeRES() []byte { return slices.Clone(k.get().res) }

// Password gives the password for a digest with the algorithm, which
// [ParseAlgorithm] knew. In AKAv1 it is RES itself, any bytes, zero bytes
// among them (RFC 3310 §3.3). In AKAv2 it is the base64 form of
// HMAC(RES‖IK‖CK, "http-digest-akav2-password") with the digest's own hash
// function (RFC 4169 §3, which has HMAC-MD5 for AKAv2-MD5).
func (k Keys) Password(a Algorithm) string {
	m := k.get()
	if a.Version != 2 {
		return string(m.res)
	}
	h := hmac.New(a.New, slices.Concat(m.res, m.ik[:], m.ck[:]))
	h.Write([]byte("http-digest-akav2-password"))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// Equal tells whether both hold the same RES, CK and IK. It is for tests; the
// time that it takes depends on the values.
func (k Keys) Equal(other Keys) bool {
	a, b := k.get(), other.get()
	return bytes.Equal(a.res, b.res) && a.ck == b.ck && a.ik == b.ik
}
