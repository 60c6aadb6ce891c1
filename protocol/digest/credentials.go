package digest

import (
	"crypto/subtle"
	"fmt"
	"strings"
)

// Credentials is the value of Authorization or Proxy-Authorization
// (RFC 3261 §22.4, RFC 7616 §3.4).
type Credentials struct {
	User, Realm, Nonce, URI, Response string
	Algorithm, Opaque                 string
	// QOP is "auth", "auth-int" or empty; NC is eight hexadecimal digits.
	QOP, NC, CNonce string
	// AUTS tells AKA's network, in base64, that its sequence number isn't
	// fresh (RFC 3310 §3.4).
	AUTS string
}

// ParseCredentials reads the value of Authorization or Proxy-Authorization.
func ParseCredentials(value string) (Credentials, error) {
	rest, err := cutScheme(value)
	if err != nil {
		return Credentials{}, err
	}
	var c Credentials
	fields := map[string]*string{
		"username": &c.User, "realm": &c.Realm, "nonce": &c.Nonce, "uri": &c.URI,
		"response": &c.Response, "algorithm": &c.Algorithm, "opaque": &c.Opaque,
		"qop": &c.QOP, "nc": &c.NC, "cnonce": &c.CNonce, "auts": &c.AUTS,
	}
	for name, v := range params(rest) {
		if f := fields[name]; f != nil {
			*f = v
		}
	}
	c.QOP = strings.ToLower(c.QOP)
	if c.User == "" || c.URI == "" {
		return Credentials{}, fmt.Errorf("%w: credentials need username and uri", ErrIncomplete)
	}
	return c, nil
}

// String writes the credentials as a header's value.
func (c Credentials) String() string {
	var b strings.Builder
	b.WriteString("Digest ")
	quote(&b, "username", c.User)
	quote(&b, "realm", c.Realm)
	quote(&b, "nonce", c.Nonce)
	quote(&b, "uri", c.URI)
	quote(&b, "response", c.Response)
	if c.AUTS != "" {
		quote(&b, "auts", c.AUTS)
	}
	if c.Algorithm != "" {
		bare(&b, "algorithm", c.Algorithm)
	}
	if c.Opaque != "" {
		quote(&b, "opaque", c.Opaque)
	}
	if c.QOP != "" {
		bare(&b, "qop", c.QOP)
		bare(&b, "nc", c.NC)
		quote(&b, "cnonce", c.CNonce)
	}
	return b.String()
}

// Verify is the server's side: it checks the credentials against the secret
// for a request, in constant time. The caller has checked realm and nonce.
// The digest is computed over the credentials' own uri, which the caller
// compares with the request's where it matters (RFC 7616 §3.4.6).
func (c Credentials) Verify(secret string, req Request) error {
	a, ok := algorithmOf(c.Algorithm)
	if !ok {
		return fmt.Errorf("%w: %q", ErrAlgorithm, c.Algorithm)
	}
	want := a.response(&c, secret, req)
	if subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(c.Response))) != 1 {
		return ErrMismatch
	}
	return nil
}
