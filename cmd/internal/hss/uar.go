package hss

import "github.com/imsphone/imsphone/cmd/internal/hss/diameter"

// userAuthorization answers a UAR: may this user register, and where?
// (TS 29.228 §6.1.1)
func (s *Server) userAuthorization(q question) outcome {
	kind, _ := diameter.FindUint32(q.avps, diameter.UserAuthorizationType)
	t := AuthorizationType(kind)
	r, err := s.cfg.Store.Authorize(q.impi, q.impu, t)
	name := diameter.ServerName.Text(r.SCSCF)
	switch {
	case err != nil:
		return failed(err)
	case t == ForCapabilities:
		return success(s.capabilitySet())
	case t == ForDeregistration:
		return success(name)
	case r.SCSCF == "":
		return experimental(diameter.FirstRegistration, s.capabilitySet())
	}
	return experimental(diameter.SubsequentRegistration, name)
}

// locationInfo answers an LIR: where do calls to this user go?
// (TS 29.228 §6.1.4)
func (s *Server) locationInfo(q question) outcome {
	r, err := s.cfg.Store.Locate(q.impu)
	switch {
	case err != nil:
		return failed(err)
	case r.SCSCF == "":
		return experimental(diameter.UnregisteredService, s.capabilitySet())
	}
	return success(diameter.ServerName.Text(r.SCSCF))
}
