package lab

import (
	"errors"
	"strconv"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/sip"
)

// algorithm is that of every challenge (RFC 3310).
const algorithm = "AKAv1-MD5"

// authentication is a challenge that was sent, and how often it was answered.
type authentication struct {
	nonce  string
	vector aka.Vector
	count  uint64 // the last nonce count; 0: not answered yet
}

// verdict is what credentials are worth.
type verdict uint8

const (
	unproven  verdict = iota // to be challenged
	proven                   // the SIM's
	disproved                // somebody else's
)

// judge holds credentials against the last challenge (TS 24.229 §5.4.1.2.2,
// §5.4.1.2.3). What came in the clear proves nothing, but may tell that the SIM
// refused the challenge.
func (s *SCSCF) judge(c digest.Credentials, protected bool) (verdict, error) {
	a := s.issued[c.User]
	if a == nil || c.Nonce != a.nonce {
		return unproven, nil
	}
	known, _ := aka.ParseAlgorithm(algorithm)
	auts, err := c.VerifyAKA(a.vector.Keys.Password(known), digest.Request{Method: string(sip.REGISTER), URI: c.URI})
	switch {
	case errors.Is(err, digest.ErrSyncFailure):
		return s.resynchronise(c.User, a, auts)
	case errors.Is(err, digest.ErrMACFailure):
		return unproven, nil
	case err != nil:
		return disproved, err
	case !protected || !s.fresh(a, c.NC):
		return unproven, nil
	}
	return proven, nil
}

// fresh tells whether an answer hasn't been given before, and notes it. With
// reuse a nonce serves more than once, with rising counts (RFC 7616 §3.4).
func (s *SCSCF) fresh(a *authentication, nc string) bool {
	count, err := strconv.ParseUint(nc, 16, 32)
	if err != nil || count <= a.count || a.count > 0 && !s.reuse {
		return false
	}
	a.count = count
	return true
}

// resynchronise takes over the SIM's sequence number (TS 33.102 §6.3.5); a new
// challenge follows.
func (s *SCSCF) resynchronise(privateID string, a *authentication, auts [14]byte) (verdict, error) {
	if err := s.store.Resync(privateID, a.vector.RAND, auts); err != nil {
		return disproved, err
	}
	return unproven, nil
}

// challenge answers with the next vector (TS 24.229 §5.4.1.2.1).
func (s *SCSCF) challenge(privateID string, to sip.URI, req *sip.Message) Answer {
	if _, err := s.store.Authenticate(privateID, to.String(), "", s.uri()); err != nil {
		return refusal(req, 403, err.Error())
	}
	v, err := s.store.Vector(privateID)
	if err != nil {
		return refusal(req, 500, err.Error())
	}
	a := &authentication{nonce: aka.FormatNonce(v.RAND, v.AUTN, nil), vector: v}
	s.issued[privateID] = a
	d := sip.NewResponse(req, 401, "")
	d.Add(sip.HWWWAuthenticate, digest.Challenge{Realm: s.domain, Nonce: a.nonce, Algorithm: algorithm, Auth: true}.String())
	return Answer{Draft: d, PrivateID: privateID, Challenged: true, Keys: v.Keys}
}
