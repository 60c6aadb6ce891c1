package esp

import (
	"crypto/hmac"
	"crypto/sha256"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// saltLen is the length of the fixed part of a GCM nonce (RFC 4106 §4,
// RFC 4543 §3.2).
const saltLen = 4

// AuthKey gives the key IK_ESP of suite's integrity algorithm (TS 33.203
// Annex I): IK for hmac-md5-96 and aes-gmac (16 bytes), IK and 32 zero bits for
// hmac-sha-1-96 (20 bytes), nil where there is no integrity algorithm of its own.
func AuthKey(suite secagree.Suite, ik aka.Key) []byte {
	b := ik.Expose()
	switch suite.Integrity {
	case secagree.HMACMD5, secagree.AESGMAC:
		return b[:]
	case secagree.HMACSHA1:
		return append(b[:], 0, 0, 0, 0)
	}
	return nil
}

// EncryptionKey gives the key CK_ESP of suite's encryption algorithm (TS 33.203
// Annex I): CK for aes-cbc and aes-gcm (16 bytes), nil for null.
func EncryptionKey(suite secagree.Suite, ck aka.Key) []byte {
	b := ck.Expose()
	switch suite.Encryption {
	case secagree.AESCBC, secagree.AESGCM:
		return b[:]
	}
	return nil
}

// Salt gives the 4 bytes that precede the IV in the nonce of aes-gcm and
// aes-gmac, nil for other suites. It is the end of a key derivation whose input
// tells the two algorithms apart (TS 33.203 Annex I). A kernel takes it appended
// to the key.
func Salt(suite secagree.Suite, ik, ck aka.Key) []byte {
	switch {
	case suite.Encryption == secagree.AESGCM:
		return salt(0x59, "AES_GCM_SALT", ik, ck)
	case suite.Integrity == secagree.AESGMAC:
		return salt(0x58, "AES_GMAC_SALT", ik, ck)
	}
	return nil
}

// salt gives the 32 least significant bits of KDF(CK ‖ IK, FC ‖ P0 ‖ L0)
// (TS 33.220 Annex B.2).
func salt(fc byte, p0 string, ik, ck aka.Key) []byte {
	c, i := ck.Expose(), ik.Expose()
	kdf := hmac.New(sha256.New, append(c[:], i[:]...))
	kdf.Write([]byte{fc})
	kdf.Write([]byte(p0))
	kdf.Write([]byte{0, byte(len(p0))})
	return kdf.Sum(nil)[sha256.Size-saltLen:]
}
