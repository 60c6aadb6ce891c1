package secagree

// Integrity is the algorithm that protects a message against change: the alg
// parameter of ipsec-3gpp (TS 33.203 Annex H).
type Integrity uint8

// The integrity algorithms. NoIntegrity goes with AES-GCM only, which brings
// its own.
const (
	NoIntegrity Integrity = iota
	HMACMD5               // hmac-md5-96 (RFC 2403)
	HMACSHA1              // hmac-sha-1-96 (RFC 2404)
	AESGMAC               // aes-gmac (RFC 4543)
)

// Encryption is the algorithm that hides a message: the ealg parameter of
// ipsec-3gpp (TS 33.203 Annex H).
type Encryption uint8

// The encryption algorithms. des-ede3-cbc is neither offered nor accepted.
const (
	NoEncryption Encryption = iota // null (RFC 2410)
	AESCBC                         // aes-cbc (RFC 3602)
	AESGCM                         // aes-gcm (RFC 4106)
)

// Suite is the pair of algorithms of a set of SAs.
type Suite struct {
	Integrity  Integrity
	Encryption Encryption
}

// suites are the pairs that this package knows, strongest first, which is the
// order of our offer.
var suites = [...]Suite{
	{NoIntegrity, AESGCM},
	{HMACSHA1, AESCBC},
	{HMACMD5, AESCBC},
	{AESGMAC, NoEncryption},
	{HMACSHA1, NoEncryption},
	{HMACMD5, NoEncryption},
}

// Suites gives every pair that can be agreed on, strongest first.
func Suites() []Suite { return append([]Suite(nil), suites[:]...) }

// Valid tells whether s is one of [Suites].
func (s Suite) Valid() bool {
	for _, known := range suites {
		if s == known {
			return true
		}
	}
	return false
}

// String gives "alg/ealg", as in "hmac-sha-1-96/aes-cbc".
func (s Suite) String() string { return s.Integrity.String() + "/" + s.Encryption.String() }

// String gives the alg parameter's value.
func (i Integrity) String() string {
	return [...]string{"null", "hmac-md5-96", "hmac-sha-1-96", "aes-gmac"}[i]
}

// String gives the ealg parameter's value.
func (e Encryption) String() string { return [...]string{"null", "aes-cbc", "aes-gcm"}[e] }
