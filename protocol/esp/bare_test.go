package esp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// bare is the cryptography of a packet without ESP around it: the standard
// library's calls over the same bytes, with keys that were prepared. They prove
// and compare nothing, so that less isn't possible.
type bare struct{ seal, open func() }

// newBare gives what suite costs for a packet that it made.
func newBare(suite secagree.Suite, packet []byte) bare {
	r := newReference(suite)
	switch {
	case suite.Encryption == secagree.AESGCM:
		return bareGCM(r, packet)
	case suite.Integrity == secagree.AESGMAC:
		return bareGMAC(r, packet)
	case suite.Encryption == secagree.AESCBC:
		return bareCBC(r, packet)
	}
	mac := bareMAC(r, packet)
	return bare{mac, mac}
}

func bareGCM(r reference, packet []byte) bare {
	head, iv, sealed := packet[:8], packet[8:16], packet[16:]
	aead, nonce, out := r.aead(r.ck), r.nonce(iv), make([]byte, 0, len(sealed))
	body := make([]byte, len(sealed)-aead.Overhead())
	return bare{
		seal: func() { aead.Seal(out, nonce, body, head) },
		open: func() { _, _ = aead.Open(out, nonce, sealed, head) },
	}
}

func bareGMAC(r reference, packet []byte) bare {
	covered, icv := packet[:len(packet)-16], packet[len(packet)-16:]
	aead, nonce, out := r.aead(r.ik), r.nonce(packet[8:16]), make([]byte, 0, 16)
	return bare{
		seal: func() { aead.Seal(out, nonce, nil, covered) },
		open: func() { _, _ = aead.Open(nil, nonce, icv, covered) },
	}
}

func bareCBC(r reference, packet []byte) bare {
	block, err := aes.NewCipher(r.ck)
	if err != nil {
		panic(err)
	}
	iv, body := packet[8:24], packet[24:len(packet)-12]
	enc, dec := cipher.NewCBCEncrypter(block, iv), cipher.NewCBCDecrypter(block, iv)
	mac := bareMAC(r, packet)
	return bare{
		seal: func() { _, _ = rand.Read(iv); enc.CryptBlocks(body, body); mac() },
		open: func() { mac(); dec.CryptBlocks(body, body) },
	}
}

func bareMAC(r reference, packet []byte) func() {
	h := hmac.New(sha1.New, append(r.ik[:16:16], 0, 0, 0, 0))
	if r.suite.Integrity == secagree.HMACMD5 {
		h = hmac.New(md5.New, r.ik)
	}
	covered, sum := packet[:len(packet)-12], make([]byte, 0, sha1.Size)
	return func() { h.Reset(); h.Write(covered); h.Sum(sum) }
}
