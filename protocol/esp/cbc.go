package esp

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"slices"
)

// cbcMode is what the standard library's CBC modes are: its own TLS sets IVs
// this way too, where a new mode for each packet would allocate.
type cbcMode interface {
	cipher.BlockMode
	SetIV([]byte)
}

// cbc is AES-CBC (RFC 3602), encrypted first and then authenticated by an HMAC.
type cbc struct {
	mac
	enc, dec cbcMode
}

func newCBC(m mac, key []byte) (*cbc, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("esp: aes-cbc: %w", err)
	}
	iv := make([]byte, aes.BlockSize)
	return &cbc{
		mac: m,
		enc: cipher.NewCBCEncrypter(block, iv).(cbcMode),
		dec: cipher.NewCBCDecrypter(block, iv).(cbcMode),
	}, nil
}

func (*cbc) shape() shape {
	return shape{iv: aes.BlockSize, icv: macLen, align: aes.BlockSize}
}

func (t *cbc) seal(p []byte) {
	iv, body := t.split(p)
	t.enc.SetIV(iv)
	t.enc.CryptBlocks(body, body)
	t.mac.seal(p)
}

func (t *cbc) open(dst, p []byte) ([]byte, bool) {
	if !t.check(p) {
		return nil, false
	}
	iv, body := t.split(p)
	n := len(dst)
	out := slices.Grow(dst, len(body))[:n+len(body)]
	t.dec.SetIV(iv)
	t.dec.CryptBlocks(out[n:], body)
	return out, true
}

func (*cbc) split(p []byte) (iv, body []byte) {
	return p[headerLen : headerLen+aes.BlockSize], p[headerLen+aes.BlockSize : len(p)-macLen]
}
