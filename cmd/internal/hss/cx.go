package hss

import (
	"errors"

	"github.com/imsphone/imsphone/cmd/internal/hss/diameter"
)

// question is a request of Cx with the AVPs that all of them share.
type question struct {
	peer       *peer
	avps       []diameter.AVP
	impi, impu string
	scscf      string
	// entry is what the journal will hold.
	entry *Entry
}

// outcome is the result of a request and what its answer holds besides.
type outcome struct {
	result       uint32
	experimental bool
	avps         []diameter.AVP
}

// success is an outcome with the Result-Code DIAMETER_SUCCESS.
func success(avps ...diameter.AVP) outcome { return outcome{result: diameter.Success, avps: avps} }

// experimental is an outcome with a result of 3GPP's.
func experimental(code uint32, avps ...diameter.AVP) outcome {
	return outcome{result: code, experimental: true, avps: avps}
}

// missing is the outcome of a request that lacks an AVP; Failed-AVP shows an
// empty one (RFC 6733 §7.5).
func missing(t diameter.Attribute) outcome {
	return outcome{result: diameter.MissingAVP, avps: []diameter.AVP{diameter.FailedAVP.Group(t.Bytes(nil))}}
}

// failed translates an error of the [Store] (TS 29.229 §6.2).
func failed(err error) outcome {
	for _, e := range []struct {
		err  error
		code uint32
	}{
		{ErrUserUnknown, diameter.ErrorUserUnknown},
		{ErrIdentitiesDontMatch, diameter.ErrorIdentitiesDontMatch},
		{ErrIdentityNotRegistered, diameter.ErrorIdentityNotRegistered},
		{ErrAlreadyRegistered, diameter.ErrorAlreadyRegistered},
		{ErrAuthSchemeNotSupported, diameter.ErrorAuthSchemeNotSupported},
		{ErrInAssignmentType, diameter.ErrorInAssignmentType},
	} {
		if errors.Is(err, e.err) {
			return experimental(e.code)
		}
	}
	if errors.Is(err, ErrBarred) {
		return outcome{result: diameter.AuthorizationRejected}
	}
	return outcome{result: diameter.UnableToComply}
}

// cx answers a request of the application and writes it into the journal.
func (s *Server) cx(p *peer, m diameter.Message) diameter.Message {
	name, handle := s.handler(m.Command)
	if handle == nil {
		return s.protocolError(m, diameter.CommandUnsupported)
	}
	q := question{
		peer: p, avps: m.AVPs,
		impi:  diameter.FindText(m.AVPs, diameter.UserName),
		impu:  diameter.FindText(m.AVPs, diameter.PublicIdentity),
		scscf: diameter.FindText(m.AVPs, diameter.ServerName),
	}
	q.entry = &Entry{Peer: p.name(), Command: name, IMPI: q.impi, IMPU: q.impu, SCSCF: q.scscf}
	o := q.check(m.Command)
	if o.result == 0 {
		o = handle(q)
	}
	q.entry.Result, q.entry.Experimental = o.result, o.experimental
	s.note(*q.entry)
	return s.answer(m, o)
}

// handler gives a command's short name and who answers it.
func (s *Server) handler(command uint32) (string, func(question) outcome) {
	switch command {
	case diameter.UserAuthorization:
		return "UAR", s.userAuthorization
	case diameter.MultimediaAuth:
		return "MAR", s.multimediaAuth
	case diameter.ServerAssignment:
		return "SAR", s.serverAssignment
	case diameter.LocationInfo:
		return "LIR", s.locationInfo
	}
	return "", nil
}

// check refuses a request that lacks an identity; LIR and SAR need no private
// one. The zero outcome is to go on.
func (q question) check(command uint32) outcome {
	switch {
	case q.impu == "":
		return missing(diameter.PublicIdentity)
	case q.impi == "" && (command == diameter.UserAuthorization || command == diameter.MultimediaAuth):
		return missing(diameter.UserName)
	}
	return outcome{}
}

// answer writes an outcome as an answer.
func (s *Server) answer(m diameter.Message, o outcome) diameter.Message {
	a := m.Answer()
	a.AVPs = append(a.AVPs, cxApplication())
	if o.experimental {
		a.AVPs = append(a.AVPs, diameter.ExperimentalResult.Group(
			diameter.VendorID.Uint32(diameter.TGPP), diameter.ExperimentalResultCode.Uint32(o.result)))
	} else {
		a.AVPs = append(a.AVPs, diameter.ResultCode.Uint32(o.result))
	}
	a.AVPs = append(a.AVPs, diameter.AuthSessionState.Uint32(diameter.NoStateMaintained))
	a.AVPs = append(a.AVPs, s.origin()...)
	a.AVPs = append(a.AVPs, identities(m)...)
	a.AVPs = append(a.AVPs, o.avps...)
	return a
}

// identities repeats the identities of a MAR, even where it fails: some S-CSCFs
// look for them before they look at the result.
func identities(m diameter.Message) (list []diameter.AVP) {
	if m.Command != diameter.MultimediaAuth {
		return nil
	}
	for _, t := range []diameter.Attribute{diameter.UserName, diameter.PublicIdentity} {
		if a, ok := diameter.Find(m.AVPs, t); ok {
			list = append(list, a)
		}
	}
	return list
}

// capabilitySet tells an I-CSCF which S-CSCF to choose (TS 29.229 §6.3.4).
func (s *Server) capabilitySet() diameter.AVP {
	var list []diameter.AVP
	for _, c := range s.cfg.Capabilities {
		list = append(list, diameter.MandatoryCapability.Uint32(c))
	}
	list = append(list, diameter.ServerName.Text(s.cfg.SCSCF))
	return diameter.ServerCapabilities.Group(list...)
}
