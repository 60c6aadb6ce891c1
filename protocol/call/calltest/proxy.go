package calltest

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

// Proxy is a record-routing proxy that forks. It has no timers: the network
// between it and the phones must not lose INVITEs.
type Proxy struct {
	// Targets gives where an INVITE to a URI forks to.
	Targets func(uri string) []string
	// KeepLosers leaves out the CANCEL to the other branches when one has
	// answered, so that a second 200 can come.
	KeepLosers bool
	// Challenge, when not nil, may refuse a request: 0 lets it pass, 401 or 407
	// challenge it.
	Challenge func(m *sip.Message) int
	// Strict makes it a strict router: its Record-Route has no lr.
	Strict bool

	lab  *Lab
	id   string
	at   netip.AddrPort
	jobs []*job
	// refusals are the branches of requests that were challenged.
	refusals map[string]bool
}

// job is one INVITE that was forked.
type job struct {
	invite   *sip.Message
	from     netip.AddrPort
	branches []*branch
	won      bool
	done     bool
}

type branch struct {
	id     string
	uri    string
	to     netip.AddrPort
	final  *sip.Message
	cancel bool
}

// Proxy adds a proxy.
func (l *Lab) Proxy(name, address string, targets func(uri string) []string) *Proxy {
	p := &Proxy{lab: l, id: name, at: netip.MustParseAddrPort(address), Targets: targets, refusals: map[string]bool{}}
	l.nodes = append(l.nodes, p)
	return p
}

func (p *Proxy) name() string         { return p.id }
func (p *Proxy) addr() netip.AddrPort { return p.at }
func (p *Proxy) next() time.Time      { return time.Time{} }
func (p *Proxy) tick()                {}

// Route gives the preloaded route through the proxy.
func (p *Proxy) Route() string { return fmt.Sprintf("<sip:%s;lr>", p.at) }

func (p *Proxy) receive(pk *Packet) {
	m, err := sip.Parse(pk.Data)
	switch {
	case err != nil:
	case !m.IsRequest():
		p.response(m)
	case m.Method() == sip.CANCEL:
		p.cancelIn(pk, m)
	case m.Method() == sip.ACK && p.ownAck(m):
	case m.ToTag() == "" && m.Method() == sip.INVITE:
		p.fork(pk, m)
	default:
		p.relay(pk, m)
	}
}

// answer responds to a request itself.
func (p *Proxy) answer(to netip.AddrPort, m *sip.Message, status int) {
	d := sip.NewResponse(m, status, "")
	if status != 100 {
		d.TagTo(p.id)
	}
	switch status {
	case 401:
		d.Add(sip.HWWWAuthenticate, `Digest realm="lab", nonce="n"`)
	case 407:
		d.Add(sip.HProxyAuthenticate, `Digest realm="lab", nonce="n"`)
	}
	p.lab.send(p.at, to, d.Bytes())
}

// fork sends an INVITE to all its targets.
func (p *Proxy) fork(pk *Packet, m *sip.Message) {
	for _, j := range p.jobs {
		if topBranch(j.invite) == topBranch(m) {
			return // a retransmission
		}
	}
	if p.challenged(pk, m) {
		return
	}
	p.answer(pk.From, m, 100)
	j := &job{invite: m, from: pk.From}
	p.jobs = append(p.jobs, j)
	for i, uri := range p.Targets(m.RequestURI()) {
		to, _ := resolve(uri)
		b := &branch{id: fmt.Sprintf("%s-%s-%d", topBranch(m), p.id, i), uri: uri, to: to}
		j.branches = append(j.branches, b)
		d := p.forward(m, b.id)
		d.URI = uri
		p.lab.send(p.at, to, d.Bytes())
	}
	if len(j.branches) == 0 {
		p.answer(pk.From, m, 404)
	}
}

func (p *Proxy) challenged(pk *Packet, m *sip.Message) bool {
	if p.Challenge == nil || m.Method() == sip.ACK {
		return false
	}
	status := p.Challenge(m)
	if status != 0 {
		p.refusals[topBranch(m)] = true
		p.answer(pk.From, m, status)
	}
	return status != 0
}

// forward makes the copy of a request that goes on.
func (p *Proxy) forward(m *sip.Message, branch string) *sip.Draft {
	d := sip.DraftOf(m)
	for v := range m.Values(sip.HRoute) {
		if a, err := sip.ParseAddress(v); err == nil {
			if to, ok := resolve(a.URI.String()); ok && to == p.at {
				d.DelFirst(sip.HRoute)
			}
		}
		break
	}
	if m.ToTag() == "" && m.Method() == sip.INVITE {
		lr := ";lr"
		if p.Strict {
			lr = ""
		}
		d.Prepend(sip.HRecordRoute, fmt.Sprintf("<sip:%s%s>", p.at, lr))
	}
	d.Prepend(sip.HVia, fmt.Sprintf("SIP/2.0/UDP %s;branch=%s", p.at, branch))
	return d
}

// relay passes a request within a dialog on, by its Route or request-URI. A
// strict router finds its own URI as request-URI and takes the last Route.
func (p *Proxy) relay(pk *Packet, m *sip.Message) {
	if p.challenged(pk, m) {
		return
	}
	d := p.forward(m, topBranch(m)+"-"+p.id)
	if to, ok := resolve(m.RequestURI()); ok && to == p.at {
		var last string
		for v := range m.Values(sip.HRoute) {
			last = v
		}
		if a, err := sip.ParseAddress(last); err == nil {
			d.URI = a.URI.String()
			d.Del(sip.HRoute)
		}
	}
	hop := d.URI
	for v := range d.Values(sip.HRoute) {
		if a, err := sip.ParseAddress(v); err == nil {
			hop = a.URI.String()
		}
		break
	}
	if to, ok := resolve(hop); ok {
		p.lab.send(p.at, to, d.Bytes())
	}
}

// response passes a response back. The best of several refusals goes on once
// all branches have refused.
func (p *Proxy) response(m *sip.Message) {
	j, b := p.branchOf(topBranch(m))
	if j == nil || m.Method() != sip.INVITE {
		p.back(m)
		return
	}
	switch status := m.Status(); {
	case status == 100:
	case status < 200:
		if b.cancel {
			p.cancel(j, b)
		}
		p.back(m)
	case status < 300:
		j.won, b.final = true, m
		p.back(m)
		if !p.KeepLosers {
			p.cancelAll(j)
		}
	default:
		p.refused(j, b, m)
	}
}

// refused takes a final refusal of a branch.
func (p *Proxy) refused(j *job, b *branch, m *sip.Message) {
	p.ackRefusal(j, b, m)
	b.final = m
	if m.Status() >= 600 {
		p.cancelAll(j)
	}
	if j.won || j.done {
		return
	}
	best := m
	for _, x := range j.branches {
		if x.final == nil {
			return
		}
		if x.final.Status() < best.Status() || x.final.Status() >= 600 {
			best = x.final
		}
	}
	j.done = true
	p.back(best)
}

func (p *Proxy) ackRefusal(j *job, b *branch, m *sip.Message) {
	d := sip.NewRequest(sip.ACK, b.uri)
	d.Add(sip.HVia, fmt.Sprintf("SIP/2.0/UDP %s;branch=%s", p.at, b.id))
	d.Add(sip.HMaxForwards, "70")
	d.Add(sip.HFrom, m.Get(sip.HFrom))
	d.Add(sip.HTo, m.Get(sip.HTo))
	d.Add(sip.HCallID, m.CallID())
	c, _ := m.CSeq()
	d.Add(sip.HCSeq, sip.CSeq{Seq: c.Seq, Method: sip.ACK}.String())
	p.lab.send(p.at, b.to, d.Bytes())
}

// cancelIn takes the caller's CANCEL.
func (p *Proxy) cancelIn(pk *Packet, m *sip.Message) {
	p.answer(pk.From, m, 200)
	for _, j := range p.jobs {
		if topBranch(j.invite) == topBranch(m) {
			p.cancelAll(j)
		}
	}
}

// cancelAll cancels the branches without final response.
func (p *Proxy) cancelAll(j *job) {
	for _, b := range j.branches {
		if b.final == nil && !b.cancel {
			b.cancel = true
			p.cancel(j, b)
		}
	}
}

func (p *Proxy) cancel(j *job, b *branch) {
	d := sip.NewRequest(sip.CANCEL, b.uri)
	d.Add(sip.HVia, fmt.Sprintf("SIP/2.0/UDP %s;branch=%s", p.at, b.id))
	d.Add(sip.HMaxForwards, "70")
	d.Add(sip.HFrom, j.invite.Get(sip.HFrom))
	d.Add(sip.HTo, j.invite.Get(sip.HTo))
	d.Add(sip.HCallID, j.invite.CallID())
	c, _ := j.invite.CSeq()
	d.Add(sip.HCSeq, sip.CSeq{Seq: c.Seq, Method: sip.CANCEL}.String())
	p.lab.send(p.at, b.to, d.Bytes())
}

// back pops our Via and sends a response to the next one.
func (p *Proxy) back(m *sip.Message) {
	d := sip.DraftOf(m)
	d.DelFirst(sip.HVia)
	for v := range d.Values(sip.HVia) {
		via, err := sip.ParseVia(v)
		if err != nil {
			return
		}
		if to, ok := resolve("sip:" + via.SentBy()); ok {
			p.lab.send(p.at, to, d.Bytes())
		}
		return
	}
}

// ownAck tells whether an ACK is for a response that the proxy or one of its
// branches refused with, which ends here.
func (p *Proxy) ownAck(m *sip.Message) bool {
	for _, j := range p.jobs {
		if topBranch(j.invite) == topBranch(m) {
			return true
		}
	}
	return p.refusals[topBranch(m)]
}

func (p *Proxy) branchOf(id string) (*job, *branch) {
	for _, j := range p.jobs {
		for _, b := range j.branches {
			if b.id == id {
				return j, b
			}
		}
	}
	return nil, nil
}

func topBranch(m *sip.Message) string {
	v, err := m.Via()
	if err != nil {
		return ""
	}
	return v.Branch()
}
