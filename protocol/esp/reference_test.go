package esp

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"testing"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// reference is ESP once more, written for reading only: one function a step, the
// standard library's plain calls, nothing shared with the package. It takes the
// IV from its caller.
type reference struct {
	suite  secagree.Suite
	ik, ck []byte
}

func (r reference) nonce(iv []byte) []byte {
	fc, p0 := byte(0x58), "AES_GMAC_SALT"
	if r.suite.Encryption == secagree.AESGCM {
		fc, p0 = 0x59, "AES_GCM_SALT"
	}
	kdf := hmac.New(sha256.New, append(bytes.Clone(r.ck), r.ik...))
	kdf.Write(append(append([]byte{fc}, p0...), 0, byte(len(p0))))
	return append(kdf.Sum(nil)[28:], iv...)
}

func (r reference) hmac96(p []byte) []byte {
	h, k := func() hash.Hash { return sha1.New() }, append(bytes.Clone(r.ik), 0, 0, 0, 0)
	if r.suite.Integrity == secagree.HMACMD5 {
		h, k = md5.New, r.ik
	}
	m := hmac.New(h, k)
	m.Write(p)
	return m.Sum(nil)[:12]
}

func (r reference) aead(key []byte) cipher.AEAD {
	block, _ := aes.NewCipher(key)
	g, _ := cipher.NewGCM(block)
	return g
}

func (r reference) seal(spi, seq uint32, iv, payload []byte, next byte) []byte {
	align := 4
	if r.suite.Encryption == secagree.AESCBC {
		align = 16
	}
	body := bytes.Clone(payload)
	pad := byte(0)
	for (len(body)+2)%align != 0 {
		pad++
		body = append(body, pad)
	}
	body = append(body, pad, next)
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, spi), seq)
	front := append(bytes.Clone(head), iv...)
	switch {
	case r.suite.Encryption == secagree.AESGCM:
		return append(front, r.aead(r.ck).Seal(nil, r.nonce(iv), body, head)...)
	case r.suite.Integrity == secagree.AESGMAC:
		front = append(front, body...)
		return append(front, r.aead(r.ik).Seal(nil, r.nonce(iv), nil, front)...)
	case r.suite.Encryption == secagree.AESCBC:
		block, _ := aes.NewCipher(r.ck)
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(body, body)
	}
	front = append(front, body...)
	return append(front, r.hmac96(front)...)
}

var errReference = errors.New("refused")

func (r reference) open(p []byte) (payload []byte, next byte, err error) {
	iv, icv := 0, 12
	switch {
	case r.suite.Encryption == secagree.AESGCM, r.suite.Integrity == secagree.AESGMAC:
		iv, icv = 8, 16
	case r.suite.Encryption == secagree.AESCBC:
		iv = 16
	}
	if len(p) < 8+iv+icv {
		return nil, 0, errReference
	}
	ivBytes, body := p[8:8+iv], bytes.Clone(p[8+iv:len(p)-icv])
	switch {
	case r.suite.Encryption == secagree.AESGCM:
		body, err = r.aead(r.ck).Open(nil, r.nonce(ivBytes), p[8+iv:], p[:8])
	case r.suite.Integrity == secagree.AESGMAC:
		_, err = r.aead(r.ik).Open(nil, r.nonce(ivBytes), p[len(p)-icv:], p[:len(p)-icv])
	default:
		if !bytes.Equal(r.hmac96(p[:len(p)-icv]), p[len(p)-icv:]) {
			return nil, 0, errReference
		}
		if iv > 0 {
			block, _ := aes.NewCipher(r.ck)
			cipher.NewCBCDecrypter(block, ivBytes).CryptBlocks(body, body)
		}
	}
	if err != nil || len(body) < 2 {
		return nil, 0, errReference
	}
	end := len(body) - 2 - int(body[len(body)-2])
	if end < 0 {
		return nil, 0, errReference
	}
	return body[:end], body[len(body)-1], nil
}

func newReference(suite secagree.Suite) reference {
	ik, ck := testKeys()
	i, c := ik.Expose(), ck.Expose()
	return reference{suite: suite, ik: i[:], ck: c[:]}
}

// TestAgainstReference seals every length to past two blocks and some long ones,
// and has each side open what the other sealed.
func TestAgainstReference(t *testing.T) {
	everySuite(t, func(t *testing.T, suite secagree.Suite) {
		s, o := pair(t, suite)
		ref := newReference(suite)
		lengths := []int{100, 255, 256, 700, 1300, 9000, 65000}
		for n := range 70 {
			lengths = append(lengths, n)
		}
		for i, n := range lengths {
			body, next := payload(n), byte(i+100)
			got, err := s.Seal(nil, body, next)
			if err != nil {
				t.Fatal(err)
			}
			want := ref.seal(testSPI, uint32(i+1), got[8:8+s.shape.iv], body, next)
			if !bytes.Equal(got, want) {
				t.Fatalf("%d bytes: sealed\n%x, want\n%x", n, got, want)
			}
			if s.Len(n) != len(got) {
				t.Errorf("Len(%d) = %d, want %d", n, s.Len(n), len(got))
			}
			plain, gotNext, err := o.Open(nil, want)
			if err != nil || !bytes.Equal(plain, body) || gotNext != next {
				t.Fatalf("%d bytes: opened %x, %d, %v", n, plain, gotNext, err)
			}
			plain, gotNext, err = ref.open(got)
			if err != nil || !bytes.Equal(plain, body) || gotNext != next {
				t.Fatalf("%d bytes: reference opened %x, %d, %v", n, plain, gotNext, err)
			}
		}
	})
}
