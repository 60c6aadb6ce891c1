package lab

import (
	"slices"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// Admit judges a request that isn't a REGISTER: only who is registered may send
// one, over the SAs of his registration, and with the Security-Verify that was
// agreed on (TS 33.203 §7.1, RFC 3329 §2.3.1, TS 24.229 §5.2.6.3).
func (p *PCSCF) Admit(flow transport.Flow, req *sip.Message) *sip.Draft {
	u, a := p.find(flow.Gen)
	switch {
	case a == nil:
		p.outside++
		return sip.NewResponse(req, 403, "Outside the security associations")
	case len(u.public) == 0:
		return sip.NewResponse(req, 403, "Not registered yet")
	case req.Method() != sip.ACK && !a.verifies(req):
		return a.disagree(req)
	}
	return nil
}

// Rewrite takes off what is between the phone and its P-CSCF only, and asserts
// who begins something (TS 24.229 §5.2.6.3).
func (p *PCSCF) Rewrite(flow transport.Flow, d *sip.Draft) {
	for _, id := range []sip.HeaderID{sip.HSecurityClient, sip.HSecurityVerify, sip.HPAccessNetworkInfo} {
		d.Del(id)
	}
	drop(d, sip.HRequire, "sec-agree")
	drop(d, sip.HProxyRequire, "sec-agree")
	u, _ := p.find(flow.Gen)
	if u == nil || len(u.public) == 0 {
		return
	}
	identity := u.public[0]
	if preferred, err := sip.ParseAddress(d.Get(sip.HPPreferredIdentity)); err == nil && slices.Contains(u.public, preferred.URI.String()) {
		identity = preferred.URI.String()
	}
	d.Del(sip.HPPreferredIdentity)
	d.Del(sip.HPAssertedIdentity)
	if to, err := sip.ParseAddress(d.Get(sip.HTo)); err == nil && to.Tag() == "" {
		d.Add(sip.HPAssertedIdentity, "<"+identity+">")
	}
}

// drop takes one option out of a list.
func drop(d *sip.Draft, id sip.HeaderID, option string) {
	left := slices.DeleteFunc(slices.Collect(d.Values(id)), func(s string) bool { return sip.EqualFold(s, option) })
	d.Del(id)
	for _, s := range left {
		d.Add(id, s)
	}
}
