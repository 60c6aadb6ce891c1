package digest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/imsphone/imsphone/protocol/aka"
)

// AKA tells whether the challenge asks for AKA, and with which algorithm
// (RFC 3310, RFC 4169). Its nonce then is for [aka.ParseNonce], and the
// password comes from [aka.Keys.Password].
func (c Challenge) AKA() (a aka.Algorithm, ok bool) { return aka.ParseAlgorithm(c.Algorithm) }

// Initial gives the credentials of the first REGISTER, which is sent before
// any challenge: user is the private identity, realm the home network's domain
// and uri the Request-URI; nonce and response are empty (TS 24.229 §5.1.1.2.2,
// in its order).
func Initial(user, realm, uri string) string {
	var b strings.Builder
	b.WriteString("Digest ")
	quote(&b, "username", user)
	quote(&b, "realm", realm)
	quote(&b, "uri", uri)
	quote(&b, "nonce", "")
	quote(&b, "response", "")
	return b.String()
}

// AnswerWith gives the credentials for a challenge whose algorithm is known, as
// [Challenge.AKA] tells, with a secret of its own instead of the agent's: any
// bytes, as AKA's password is. Challenge and secret are remembered, so that
// [Agent.Credentials] uses the nonce again with the next count.
//
// With auts, 14 bytes, the credentials tell the network that its SQN isn't
// fresh: the response is made with an empty password, whatever secret is
// (RFC 3310 §3.4, TS 24.229 §5.1.1.5.3), and what was remembered stays.
func (a *Agent) AnswerWith(ch Challenge, secret string, auts []byte, req Request) string {
	alg, ok := algorithmOf(ch.Algorithm)
	if !ok {
		return a.Decline(ch, req)
	}
	if len(auts) == 0 {
		return a.credentials(a.remember(ch, alg, func() string { return secret }), req)
	}
	c := a.prepare(&realm{challenge: ch, algorithm: alg, count: 1}, req)
	c.AUTS = base64.StdEncoding.EncodeToString(auts)
	c.Response = alg.response(&c, "", req)
	return c.String()
}

// Decline gives the credentials that tell the network that the challenge's MAC
// is wrong: an empty response and no auts (TS 24.229 §5.1.1.5.3). What was
// remembered of the realm stays.
func (a *Agent) Decline(ch Challenge, req Request) string {
	alg, _ := algorithmOf(ch.Algorithm)
	return a.prepare(&realm{challenge: ch, algorithm: alg, count: 1}, req).String()
}

// Errors by which a client tells the server that it refuses its challenge.
var (
	// ErrSyncFailure: the client sent auts, and its response is right.
	ErrSyncFailure = errors.New("the client's SQN is ahead: resynchronise")
	// ErrMACFailure: the client found the challenge's MAC wrong.
	ErrMACFailure = errors.New("the client found the challenge's MAC wrong")
)

// VerifyAKA is the server's side for a challenge of AKA: it checks the
// credentials against what [aka.Keys.Password] makes of XRES. On
// [ErrSyncFailure], auts is for [aka.Resynchronise]. The caller has checked
// realm and nonce.
func (c Credentials) VerifyAKA(password string, req Request) (auts [14]byte, err error) {
	switch _, ok := aka.ParseAlgorithm(c.Algorithm); {
	case !ok:
		return auts, fmt.Errorf("%w: %q is not one of AKA's", ErrAlgorithm, c.Algorithm)
	case c.AUTS != "":
		if auts, err = aka.ParseAUTS(c.AUTS); err != nil {
			return auts, err
		}
		if err := c.Verify("", req); err != nil {
			return [14]byte{}, err
		}
		return auts, ErrSyncFailure
	case c.Response == "":
		return auts, ErrMACFailure
	}
	return auts, c.Verify(password, req)
}
