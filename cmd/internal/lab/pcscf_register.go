package lab

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// Register takes a REGISTER (TS 24.229 §5.2.2): one that came in the clear is
// challenged, and the SAs that its answer is to come over are set up; one that
// came over SAs has to repeat what was agreed on.
func (p *PCSCF) Register(now time.Time, flow transport.Flow, req *sip.Message) *sip.Draft {
	u, a := p.find(flow.Gen)
	if refusal := p.verify(u, a, flow, req); refusal != nil {
		return refusal
	}
	offer, err := p.offered(req)
	if err != nil {
		return p.refuseOffer(req, err)
	}
	if p.wrong == ClearOK && flow.Gen == 0 {
		return unprovenOK(req)
	}
	answer := p.scscf.Register(now, req, p.reach(flow))
	switch {
	case answer.Challenged:
		p.agree(now, u, offer, flow, req, answer)
	case answer.Granted > 0:
		p.confirm(now, u, flow.Gen, answer)
	case answer.Left:
		p.leave(now, u)
	case a != nil && u.table.State(flow.Gen) == secagree.Temporary:
		a.failed = true
	}
	if answer.Granted > 0 {
		answer.Draft.Add(sip.HPath, "<sip:term@pcscf."+p.scscf.domain+";lr>")
	}
	return answer.Draft
}

// unprovenOK is what somebody answers who doesn't know the SIM's keys.
func unprovenOK(req *sip.Message) *sip.Draft {
	d := sip.NewResponse(req, 200, "")
	d.Add(sip.HContact, req.Get(sip.HContact)+";expires=3600")
	return d
}

// verify holds a REGISTER over SAs against their agreement (TS 24.229 §5.2.2.2,
// TS 33.203 §7.2): Security-Verify is what was sent as Security-Server, and over
// a set that isn't in use yet Security-Client is what came in the clear.
func (p *PCSCF) verify(u *ue, a *agreement, flow transport.Flow, req *sip.Message) *sip.Draft {
	switch {
	case flow.Gen == 0:
		return nil
	case a == nil:
		return sip.NewResponse(req, 403, "No such security associations")
	case !a.verifies(req):
	case u.table.State(flow.Gen) != secagree.Temporary:
		return nil
	case secagree.SameElements(req.Values(sip.HSecurityClient), slices.Values(a.client)):
		return nil
	}
	if u.table.State(flow.Gen) == secagree.Temporary {
		a.failed = true
	}
	return a.disagree(req)
}

// verifies tells whether Security-Verify repeats Security-Server.
func (a *agreement) verifies(req *sip.Message) bool {
	return secagree.SameElements(req.Values(sip.HSecurityVerify), slices.Values(a.server))
}

// disagree is 494 (RFC 3329 §2.3.1).
func (a *agreement) disagree(req *sip.Message) *sip.Draft {
	d := sip.NewResponse(req, 494, "")
	d.Add(sip.HSecurityServer, strings.Join(a.server, ", "))
	return d
}

// confirm lets a set live as long as the registration (TS 24.229 §5.2.2.2). A
// registration that began in the clear takes the place of a former one of the
// same phone.
func (p *PCSCF) confirm(now time.Time, u *ue, gen uint32, answer Answer) {
	u.public = answer.Public
	p.step(now, u, secagree.Confirmed{Gen: gen, Registration: answer.Granted})
	for _, other := range p.ues {
		if other != u && other.device == u.device {
			other.leaving = true
		}
	}
}

// leave lets the sets of a phone go: after the answer, as it goes over them
// (TS 24.229 §5.2.5.1).
func (p *PCSCF) leave(now time.Time, u *ue) {
	u.leaving = true
	if p.wrong == EarlyRemoval {
		p.step(now, u, secagree.Released{})
	}
}

// end lets all sets to a subscriber's phones go.
func (p *PCSCF) end(privateID string) {
	for _, u := range p.ues {
		if strings.HasPrefix(u.device, privateID+" ") {
			u.leaving = true
		}
	}
}

// agree sets up the SAs that the answer to a challenge is to come over
// (TS 33.203 §7.2): with new SPIs and a new client port, and the server port of
// the phone's former set.
func (p *PCSCF) agree(now time.Time, u *ue, offer offer, flow transport.Flow, req *sip.Message, answer Answer) {
	device := answer.PrivateID + deviceOf(req)
	server := uint16(0)
	if _, a := p.find(flow.Gen); a != nil {
		server = a.set.PCSCF.ServerPort
	} else {
		u = &ue{device: device, sets: map[uint32]*agreement{}, open: flow}
		p.abandon(device)
	}
	end, ok := p.allocate(server, offer.end)
	if !ok {
		warn(answer.Draft, "no protected port is free")
		return
	}
	p.gens++
	set := secagree.Set{Suite: offer.suites[0], Mode: offer.mode, UE: offer.end, PCSCF: end, IK: answer.Keys.IK(), CK: answer.Keys.CK()}
	set.UE.Addr, set.PCSCF.Addr = addrOf(req, flow, offer.mode), flow.Local.Addr().Unmap()
	if p.wrong == WrongKeys {
		set.IK, set.CK = set.CK, set.IK
	}
	security := offer.server(end)
	u.sets[p.gens] = &agreement{set: set, client: slices.Collect(req.Values(sip.HSecurityClient)), server: security}
	p.ues[p.gens] = u
	p.step(now, u, secagree.Agreed{Gen: p.gens, Set: set})
	if sent := p.wrong.tamper(offer, end, security); len(sent) > 0 {
		answer.Draft.Add(sip.HSecurityServer, strings.Join(sent, ", "))
	}
}

// allocate takes SPIs and ports for a set; its SPIs differ from the phone's, as all
// four SAs have the same keys (TS 33.203 §7.1).
func (p *PCSCF) allocate(server uint16, phone secagree.End) (secagree.End, bool) {
	for {
		end, ok := p.ends.Allocate(server)
		used := []uint32{phone.ClientSPI, phone.ServerSPI}
		if !ok || !slices.Contains(used, end.ClientSPI) && !slices.Contains(used, end.ServerSPI) {
			return end, ok
		}
		p.ends.Release(end, server == 0)
	}
}

// abandon lets go what a phone was challenged over before and has not answered.
func (p *PCSCF) abandon(device string) {
	for gen, u := range p.ues {
		if u.device == device && u.table.State(gen) == secagree.Temporary {
			u.sets[gen].failed = true
		}
	}
}

// addrOf is the phone's address as its SAs have it: behind an address translator
// its own, which Via names (TS 33.203 Annex M.6).
func addrOf(req *sip.Message, flow transport.Flow, mode secagree.Mode) netip.Addr {
	if via, err := req.Via(); err == nil && mode == secagree.UDPTunnel {
		if addr, err := netip.ParseAddr(strings.Trim(via.Host, "[]")); err == nil {
			return addr.Unmap()
		}
	}
	return flow.Remote.Addr().Unmap()
}
