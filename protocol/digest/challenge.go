package digest

import (
	"errors"
	"fmt"
	"strings"
)

// Challenge is what a server asks for in WWW-Authenticate or
// Proxy-Authenticate (RFC 3261 §22.4, RFC 7616 §3.3).
type Challenge struct {
	Realm, Nonce, Opaque string
	// Algorithm as the server spelled it; empty means MD5.
	Algorithm string
	// Auth and AuthInt say which qop values are offered; neither means the
	// form of RFC 2069 without qop.
	Auth, AuthInt bool
	// Stale says that the nonce was old but the password was right.
	Stale bool
}

// Errors of this package; they come wrapped with what was found.
var (
	// ErrScheme: the challenge or credentials are not "Digest".
	ErrScheme = errors.New("not the Digest scheme")
	// ErrIncomplete: a parameter without which nothing can be computed is missing.
	ErrIncomplete = errors.New("incomplete digest")
	// ErrAlgorithm: no challenge names an algorithm that we know.
	ErrAlgorithm = errors.New("no algorithm that we know")
	// ErrRejected: the server challenged again although it had a fresh answer.
	ErrRejected = errors.New("the server refused the user name or the password")
	// ErrMismatch: the response in the credentials is wrong.
	ErrMismatch = errors.New("wrong response")
)

const scheme = "digest"

// cutScheme takes "Digest " off the front of a header's value.
func cutScheme(value string) (string, error) {
	value = strings.TrimSpace(value)
	if len(value) <= len(scheme) || !strings.EqualFold(value[:len(scheme)], scheme) ||
		(value[len(scheme)] != ' ' && value[len(scheme)] != '\t') {
		return "", fmt.Errorf("%w: %.20q", ErrScheme, value)
	}
	return value[len(scheme)+1:], nil
}

// ParseChallenge reads the value of WWW-Authenticate or Proxy-Authenticate.
// Unknown parameters are ignored, as RFC 7616 §3.3 asks.
func ParseChallenge(value string) (Challenge, error) {
	rest, err := cutScheme(value)
	if err != nil {
		return Challenge{}, err
	}
	var c Challenge
	hasRealm, hasNonce := false, false
	for name, v := range params(rest) {
		switch name {
		case "realm":
			c.Realm, hasRealm = v, true
		case "nonce":
			c.Nonce, hasNonce = v, true
		case "opaque":
			c.Opaque = v
		case "algorithm":
			c.Algorithm = v
		case "stale":
			c.Stale = strings.EqualFold(v, "true")
		case "qop":
			c.setQOP(v)
		}
	}
	if !hasRealm || !hasNonce {
		return Challenge{}, fmt.Errorf("%w: a challenge needs realm and nonce", ErrIncomplete)
	}
	return c, nil
}

func (c *Challenge) setQOP(list string) {
	for q := range strings.SplitSeq(list, ",") {
		switch strings.ToLower(strings.TrimSpace(q)) {
		case "auth":
			c.Auth = true
		case "auth-int":
			c.AuthInt = true
		}
	}
}

// String writes the challenge as a header's value.
func (c Challenge) String() string {
	var b strings.Builder
	b.WriteString("Digest ")
	quote(&b, "realm", c.Realm)
	quote(&b, "nonce", c.Nonce)
	if c.Opaque != "" {
		quote(&b, "opaque", c.Opaque)
	}
	if c.Stale {
		bare(&b, "stale", "true")
	}
	if c.Algorithm != "" {
		bare(&b, "algorithm", c.Algorithm)
	}
	switch {
	case c.Auth && c.AuthInt:
		quote(&b, "qop", "auth,auth-int")
	case c.Auth:
		quote(&b, "qop", "auth")
	case c.AuthInt:
		quote(&b, "qop", "auth-int")
	}
	return b.String()
}
