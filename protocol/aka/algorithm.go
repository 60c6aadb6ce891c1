package aka

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"strings"
)

// Algorithm is a digest algorithm of AKA, such as AKAv1-MD5 (RFC 3310 §3.1,
// RFC 4169 §3).
type Algorithm struct {
	// Version is 1 or 2.
	Version int
	// Hash is "MD5", "SHA-256" or "SHA-512-256".
	Hash string
	// Session says that the session variant is meant ("-sess").
	Session bool
	// New makes the hash function.
	New func() hash.Hash
}

// ParseAlgorithm reads the value of a challenge's algorithm parameter in upper
// or lower case. ok is false where it isn't one of AKA's that we know.
func ParseAlgorithm(name string) (a Algorithm, ok bool) {
	version, rest, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(name)), "-")
	switch version {
	case "AKAV1":
		a.Version = 1
	case "AKAV2":
		a.Version = 2
	default:
		return Algorithm{}, false
	}
	a.Hash, a.Session = strings.CutSuffix(rest, "-SESS")
	switch a.Hash {
	case "MD5":
		a.New = md5.New
	case "SHA-256":
		a.New = sha256.New
	case "SHA-512-256":
		a.New = sha512.New512_256
	default:
		return Algorithm{}, false
	}
	return a, true
}
