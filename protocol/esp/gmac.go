package esp

import "slices"

// gmac is AES-GMAC (RFC 4543): nothing is encrypted, and everything before the
// ICV is authenticated, the IV included (§3.3).
type gmac struct{ galois }

func newGMAC(key, salt []byte) (*gmac, error) {
	g, err := newGalois(key, salt)
	return &gmac{g}, err
}

func (t *gmac) seal(p []byte) {
	n := len(p) - tagLen
	t.aead.Seal(p[n:n], t.nonceOf(p), nil, p[:n])
}

func (t *gmac) open(dst, p []byte) ([]byte, bool) {
	n := len(p) - tagLen
	if _, err := t.aead.Open(nil, t.nonceOf(p), p[n:], p[:n]); err != nil {
		return nil, false
	}
	body := p[headerLen+counterIVLen : n]
	return append(slices.Grow(dst, len(body)), body...), true
}
