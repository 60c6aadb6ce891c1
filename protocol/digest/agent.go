// Package digest answers and checks HTTP digest authentication as SIP uses it
// (RFC 3261 §22, RFC 7616, RFC 8760): MD5, SHA-256 and SHA-512-256 with their
// session variants, qop auth and auth-int, stale nonces and nonce counts.
//
// An [Agent] is the client's side of one account: it answers challenges, and
// keeps each realm's nonce so that the next request carries credentials at
// once instead of being challenged again.
package digest

import (
	"fmt"
	"iter"
	"slices"
)

// Agent answers the challenges that one user meets. It is not safe for
// concurrent use.
type Agent struct {
	user      string
	secret    secret
	newCNonce func() string
	realms    []*realm
}

// secret is a password as a function, of which fmt prints the address only
// however deep it lies.
type secret func() string

// Format prints the user's name only, for every verb: the secrets of an agent
// never reach a log.
func (a Agent) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "digest agent of %q", a.user) }

// realm is the nonce that a server gave for its protection space, the secret
// that answers it, and how often it was used.
type realm struct {
	challenge Challenge
	algorithm algorithm
	secret    secret
	count     uint32
}

// NewAgent makes the agent of a user. newCNonce gives a fresh unguessable
// token at each call.
func NewAgent(user, secret string, newCNonce func() string) *Agent {
	return &Agent{user: user, secret: func() string { return secret }, newCNonce: newCNonce}
}

// Answer takes the challenges of one 401 or 407 (each line of its
// WWW-Authenticate or Proxy-Authenticate) and gives the credentials for the
// request's next attempt. In each realm the topmost challenge with an
// algorithm that we know counts (RFC 8760 §2.3). attempts is how many
// challenges this request has been through before; when it is not 0 and a
// challenge isn't stale, the secret is wrong and Answer says [ErrRejected].
// Challenges of AKA are passed over: a password is no answer to them, see
// [Agent.AnswerWith].
func (a *Agent) Answer(challenges iter.Seq[string], req Request, attempts int) ([]string, error) {
	var credentials, seen []string
	var failure error
	for value := range challenges {
		c, err := ParseChallenge(value)
		if err != nil {
			failure = err
			continue
		}
		if slices.Contains(seen, c.Realm) {
			continue
		}
		alg, ok := algorithmOf(c.Algorithm)
		if _, isAKA := c.AKA(); !ok || isAKA {
			failure = fmt.Errorf("%w: %q in realm %q", ErrAlgorithm, c.Algorithm, c.Realm)
			continue
		}
		seen = append(seen, c.Realm)
		if attempts > 0 && !c.Stale {
			return nil, fmt.Errorf("%w in realm %q: check auth_user and password", ErrRejected, c.Realm)
		}
		r := a.remember(c, alg, a.secret)
		credentials = append(credentials, a.credentials(r, req))
	}
	if len(credentials) > 0 {
		return credentials, nil
	}
	if failure == nil {
		failure = fmt.Errorf("%w: the response holds no challenge", ErrIncomplete)
	}
	return nil, failure
}

// Credentials gives the credentials for a new request in a realm that has
// challenged before, so that it needs no challenge of its own. ok is false
// where the realm is unknown.
func (a *Agent) Credentials(realmName string, req Request) (value string, ok bool) {
	for _, r := range a.realms {
		if r.challenge.Realm == realmName {
			return a.credentials(r, req), true
		}
	}
	return "", false
}

// Forget drops all nonces, as after a change of network or account.
func (a *Agent) Forget() { a.realms = nil }

func (a *Agent) remember(c Challenge, alg algorithm, s secret) *realm {
	for _, r := range a.realms {
		if r.challenge.Realm != c.Realm {
			continue
		}
		if r.challenge.Nonce != c.Nonce {
			r.count = 0
		}
		r.challenge, r.algorithm, r.secret = c, alg, s
		return r
	}
	r := &realm{challenge: c, algorithm: alg, secret: s}
	a.realms = append(a.realms, r)
	return r
}

func (a *Agent) credentials(r *realm, req Request) string {
	r.count++
	c := a.prepare(r, req)
	c.Response = r.algorithm.response(&c, r.secret(), req)
	return c.String()
}

// prepare fills in everything but the response.
func (a *Agent) prepare(r *realm, req Request) Credentials {
	c := Credentials{
		User: a.user, Realm: r.challenge.Realm, Nonce: r.challenge.Nonce, URI: req.URI,
		Algorithm: r.challenge.Algorithm, Opaque: r.challenge.Opaque,
	}
	switch {
	case r.challenge.Auth:
		c.QOP = "auth"
	case r.challenge.AuthInt:
		c.QOP = "auth-int"
	}
	if c.QOP != "" {
		c.NC = fmt.Sprintf("%08x", r.count)
	}
	if c.QOP != "" || r.algorithm.session {
		c.CNonce = a.newCNonce()
	}
	return c
}
