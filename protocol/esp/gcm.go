package esp

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"slices"
)

// counterIVLen is the length of the IV of aes-gcm and aes-gmac, tagLen that of
// their ICV (RFC 4106 §3.1 and §6, RFC 4543 §3).
const (
	counterIVLen = 8
	tagLen       = 16
)

// galois is what aes-gcm and aes-gmac have in common. It keeps the nonce, salt
// first (RFC 4106 §4), so that none is allocated for a packet.
type galois struct {
	aead  cipher.AEAD
	nonce [saltLen + counterIVLen]byte
}

func newGalois(key, salt []byte) (galois, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return galois{}, fmt.Errorf("esp: AES: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return galois{}, fmt.Errorf("esp: AES-GCM: %w", err)
	}
	g := galois{aead: aead}
	copy(g.nonce[:], salt)
	return g, nil
}

func (*galois) shape() shape { return shape{iv: counterIVLen, icv: tagLen, align: 4} }

// nonceOf gives the nonce of packet p, valid until the next call.
func (g *galois) nonceOf(p []byte) []byte {
	copy(g.nonce[saltLen:], p[headerLen:headerLen+counterIVLen])
	return g.nonce[:]
}

// gcm is AES-GCM (RFC 4106): SPI and sequence number are authenticated, the rest
// is encrypted too (§5).
type gcm struct{ galois }

func newGCM(key, salt []byte) (*gcm, error) {
	g, err := newGalois(key, salt)
	return &gcm{g}, err
}

func (t *gcm) seal(p []byte) {
	body := p[headerLen+counterIVLen : len(p)-tagLen]
	t.aead.Seal(body[:0], t.nonceOf(p), body, p[:headerLen])
}

func (t *gcm) open(dst, p []byte) ([]byte, bool) {
	sealed := p[headerLen+counterIVLen:]
	out, err := t.aead.Open(slices.Grow(dst, len(sealed)), t.nonceOf(p), sealed, p[:headerLen])
	return out, err == nil
}
