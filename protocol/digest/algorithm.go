package digest

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/imsphone/imsphone/protocol/aka"
)

// algorithm is a hash function with or without the session variant.
type algorithm struct {
	new     func() hash.Hash
	session bool
}

// algorithmOf looks up the name of RFC 8760 §2.1 or one of AKA's (RFC 3310
// §3.1); the empty name is MD5 (RFC 3261 §22.4).
func algorithmOf(name string) (algorithm, bool) {
	if a, ok := aka.ParseAlgorithm(name); ok {
		return algorithm{a.New, a.Session}, true
	}
	base, session := strings.CutSuffix(strings.ToUpper(name), "-SESS")
	switch base {
	case "", "MD5":
		return algorithm{md5.New, session}, true
	case "SHA-256":
		return algorithm{sha256.New, session}, true
	case "SHA-512-256":
		return algorithm{sha512.New512_256, session}, true
	}
	return algorithm{}, false
}

// sum hashes the parts joined by colons and gives lower-case hexadecimal.
func (a algorithm) sum(parts ...string) string {
	h := a.new()
	for i, p := range parts {
		if i > 0 {
			h.Write([]byte{':'})
		}
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Request is the part of a SIP request that the digest covers.
type Request struct {
	Method, URI, Body string
}

// response computes request-digest (RFC 7616 §3.4.1). The secret may hold any
// bytes, as AKA's RES does (RFC 3310 §3.3).
func (a algorithm) response(c *Credentials, secret string, req Request) string {
	ha1 := a.sum(c.User, c.Realm, secret)
	if a.session {
		ha1 = a.sum(ha1, c.Nonce, c.CNonce)
	}
	ha2 := a.sum(req.Method, c.URI)
	if c.QOP == "auth-int" {
		ha2 = a.sum(req.Method, c.URI, a.sum(req.Body))
	}
	if c.QOP == "" {
		return a.sum(ha1, c.Nonce, ha2)
	}
	return a.sum(ha1, c.Nonce, c.NC, c.CNonce, c.QOP, ha2)
}
