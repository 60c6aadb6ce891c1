package esp

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"hash"
	"slices"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// macLen is the length that HMAC-MD5-96 and HMAC-SHA-1-96 are cut to (RFC 2403
// §3, RFC 2404 §3).
const macLen = 12

// mac is a truncated HMAC. It keeps its sum, so that none is allocated for a
// packet.
type mac struct {
	hash hash.Hash
	sum  [sha1.Size]byte // the longest
}

// newMAC gives the HMAC of hmac-md5-96 or hmac-sha-1-96.
func newMAC(i secagree.Integrity, key []byte) mac {
	if i == secagree.HMACMD5 {
		return mac{hash: hmac.New(md5.New, key)}
	}
	return mac{hash: hmac.New(sha1.New, key)}
}

// of gives the HMAC over p, valid until the next call.
func (m *mac) of(p []byte) []byte {
	m.hash.Reset()
	m.hash.Write(p)
	return m.hash.Sum(m.sum[:0])[:macLen]
}

// seal writes the ICV to the end of p.
func (m *mac) seal(p []byte) {
	n := len(p) - macLen
	copy(p[n:], m.of(p[:n]))
}

// check compares the ICV at the end of p in constant time.
func (m *mac) check(p []byte) bool {
	n := len(p) - macLen
	return hmac.Equal(p[n:], m.of(p[:n]))
}

// plain is an HMAC with null encryption (RFC 2410).
type plain struct{ mac }

func (*plain) shape() shape { return shape{icv: macLen, align: 4} }

func (t *plain) open(dst, p []byte) ([]byte, bool) {
	if !t.check(p) {
		return nil, false
	}
	body := p[headerLen : len(p)-macLen]
	return append(slices.Grow(dst, len(body)), body...), true
}
