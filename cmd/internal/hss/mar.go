package hss

import (
	"github.com/imsphone/imsphone/cmd/internal/hss/diameter"
	"github.com/imsphone/imsphone/protocol/aka"
)

// multimediaAuth answers a MAR with one vector, whatever number was asked for
// (TS 29.228 §6.3 lets the HSS give fewer). A SIP-Authorization in the request
// is RAND and AUTS: the card is out of step.
func (s *Server) multimediaAuth(q question) outcome {
	item := diameter.FindGroup(q.avps, diameter.SIPAuthDataItem)
	asked := diameter.FindText(item, diameter.SIPAuthenticationScheme)
	scheme, err := s.cfg.Store.Authenticate(q.impi, q.impu, asked, q.scscf)
	if err != nil {
		return failed(err)
	}
	s.settle(q.impi, q.peer.name())
	q.entry.Scheme = scheme
	if scheme == diameter.SchemeSIPDigest {
		return s.digestItem(q)
	}
	if proof, ok := diameter.Find(item, diameter.SIPAuthorization); ok {
		q.entry.Resync = true
		if o := s.resync(q, proof.Data); o.result != diameter.Success {
			return o
		}
	}
	return s.akaItem(q)
}

// resync takes RAND and AUTS; whatever stands behind them doesn't count.
func (s *Server) resync(q question, proof []byte) outcome {
	if len(proof) < 16+14 {
		return outcome{result: diameter.InvalidAVPValue}
	}
	if err := s.cfg.Store.Resync(q.impi, [16]byte(proof), [14]byte(proof[16:])); err != nil {
		s.cfg.Log.Warn().Err(err).Msg("hss: resynchronisation refused")
		return outcome{result: diameter.UnableToComply}
	}
	return success()
}

// akaItem gives the next vector (TS 29.228 §6.3, table 6.3.4).
func (s *Server) akaItem(q question) outcome {
	v, err := s.cfg.Store.Vector(q.impi)
	if err != nil {
		s.cfg.Log.Warn().Err(err).Msg("hss: no vector")
		return failed(err)
	}
	return success(authItems(diameter.SchemeAKAv1, vectorAVPs(v)...)...)
}

// vectorAVPs is the one place where XRES, CK and IK leave the HSS.
func vectorAVPs(v aka.Vector) []diameter.AVP {
	ck, ik := v.Keys.CK().Expose(), v.Keys.IK().Expose()
	return []diameter.AVP{
		diameter.SIPAuthenticate.Bytes(append(v.RAND[:], v.AUTN[:]...)),
		diameter.SIPAuthorization.Bytes(v.Keys.ExposeRES()),
		diameter.ConfidentialityKey.Bytes(ck[:]),
		diameter.IntegrityKey.Bytes(ik[:]),
	}
}

// digestItem gives what it takes to check a password (TS 29.229 §6.3.36).
func (s *Server) digestItem(q question) outcome {
	ha1, err := s.cfg.Store.DigestHA1(q.impi, s.cfg.Realm)
	if err != nil {
		return failed(err)
	}
	return success(authItems(diameter.SchemeSIPDigest, diameter.SIPDigestAuthenticate.Group(
		diameter.DigestRealm.Text(s.cfg.Realm),
		diameter.DigestAlgorithm.Text("MD5"),
		diameter.DigestQoP.Text("auth"),
		diameter.DigestHA1.Text(ha1),
	))...)
}

// authItems wraps the one item of an answer.
func authItems(scheme string, avps ...diameter.AVP) []diameter.AVP {
	item := append([]diameter.AVP{
		diameter.SIPItemNumber.Uint32(1),
		diameter.SIPAuthenticationScheme.Text(scheme),
	}, avps...)
	return []diameter.AVP{diameter.SIPNumberAuthItems.Uint32(1), diameter.SIPAuthDataItem.Group(item...)}
}
