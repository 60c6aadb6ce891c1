package lab

import (
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// PCSCF is the proxy CSCF of the lab's IMS core: it agrees on security with the
// phones and keeps the SAs to them (TS 33.203 §7, TS 24.229 §5.2). It is a pure
// value in one process with its [SCSCF], so that what goes between them in a
// network are calls here.
type PCSCF struct {
	scscf  *SCSCF
	suites []secagree.Suite // the strongest first
	modes  []secagree.Mode
	ends   *secagree.Allocator
	wrong  Misbehaviour
	emit   func(Effect)

	ues  map[uint32]*ue // by the generations of their sets
	gens uint32         // of the last set
	// outside counts requests that came from outside the SAs.
	outside uint64
	fx      []secagree.TableEffect
}

// ue is a phone with the sets of SAs to it: those of a registration that began
// in the clear, and of its renewals. The phone and its P-CSCF keep their sets by
// the same rules (TS 33.203 §7.4), and by the same [secagree.Table].
type ue struct {
	device string // private identity and instance
	table  secagree.Table
	sets   map[uint32]*agreement
	public []string // identities; none before the phone is registered
	// leaving: the sets go when the last transaction over them has ended
	// (TS 24.229 §5.2.5).
	leaving bool
	// open is the flow of the first REGISTER.
	open transport.Flow
}

// agreement is what was agreed on for one set.
type agreement struct {
	set    secagree.Set
	client []string // Security-Client as it came in the clear
	server []string // Security-Server as it was sent
	// watched: a newer set is in use. failed: the phone wasn't authenticated
	// over it. Either goes when no transaction uses it.
	watched, failed bool
}

// The protected ports of the P-CSCF.
const firstPCSCFPort, lastPCSCFPort = 6100, 9999

// find gives the phone at the other end of a set, with what was agreed on.
func (p *PCSCF) find(gen uint32) (*ue, *agreement) {
	u := p.ues[gen]
	if u == nil {
		return nil, nil
	}
	return u, u.sets[gen]
}

// reach gives the flow of requests to the phone at the other end of a set: by
// UDP to its protected server port, whatever it sent by. In the clear it is the
// flow that the request came by.
func (p *PCSCF) reach(flow transport.Flow) transport.Flow {
	if _, a := p.find(flow.Gen); a != nil {
		return transport.Flow{Local: netip.AddrPortFrom(a.set.PCSCF.Addr, a.set.PCSCF.ServerPort),
			Remote: netip.AddrPortFrom(a.set.UE.Addr, a.set.UE.ServerPort), Proto: transport.UDP, Gen: flow.Gen}
	}
	return flow
}

// owns tells whether a Route element names a protected server port of ours.
func (p *PCSCF) owns(uri sip.URI) bool {
	at, err := netip.ParseAddrPort(uri.HostPort())
	if err != nil {
		return false
	}
	for gen := range p.ues {
		if _, a := p.find(gen); at == netip.AddrPortFrom(a.set.PCSCF.Addr, a.set.PCSCF.ServerPort) {
			return true
		}
	}
	return false
}

// heard notes that a message came over a set: the older ones may go.
func (p *PCSCF) heard(now time.Time, gen uint32) {
	if u := p.ues[gen]; u != nil {
		p.step(now, u, secagree.Heard{Gen: gen})
	}
}

// settle takes down the sets that no transaction uses any more.
func (p *PCSCF) settle(now time.Time, uses func(gen uint32) bool) {
	for _, gen := range slices.Sorted(maps.Keys(p.ues)) {
		u, a := p.find(gen)
		switch {
		case u == nil || uses(gen):
		case u.leaving && !slices.ContainsFunc(slices.Collect(maps.Keys(u.sets)), uses):
			p.step(now, u, secagree.Released{})
		case a.failed:
			p.step(now, u, secagree.Abandoned{Gen: gen})
		case a.watched:
			p.step(now, u, secagree.Quiet{Gen: gen})
		}
	}
}

// tick lets the sets end whose time is up.
func (p *PCSCF) tick(now time.Time) {
	for _, gen := range slices.Sorted(maps.Keys(p.ues)) {
		if u := p.ues[gen]; u != nil {
			p.step(now, u, secagree.TableTick{})
		}
	}
}

// next gives the time at which tick wants to be called; zero is never.
func (p *PCSCF) next() time.Time {
	var next time.Time
	for _, u := range p.ues {
		if t := u.table.Next(); next.IsZero() || t.Before(next) {
			next = t
		}
	}
	return next
}

func (p *PCSCF) step(now time.Time, u *ue, ev secagree.TableEvent) {
	fx := u.table.Step(now, ev, p.fx[:0])
	p.fx = nil
	for _, effect := range fx {
		p.perform(now, u, effect)
	}
	p.fx = fx
}

// perform does what the table of a phone's sets asks for. Which set is the
// active one, the bindings of the registrar know; that the phone's time is up,
// too.
func (p *PCSCF) perform(now time.Time, u *ue, effect secagree.TableEffect) {
	switch e := effect.(type) {
	case secagree.Create:
		p.emit(Install{Gen: e.Gen, Set: e.Set, Lifetime: e.Lifetime})
		p.step(now, u, secagree.Installed{Gen: e.Gen})
	case secagree.Extend:
		p.emit(Extend{Gen: e.Gen, Lifetime: e.Lifetime})
	case secagree.Watch:
		u.sets[e.Gen].watched = true
	case secagree.Delete:
		p.forget(u, e.Gen)
		p.emit(Remove{Gen: e.Gen})
	}
}

// forget gives the SPIs and ports of a set back, the server port with the last
// set that has it.
func (p *PCSCF) forget(u *ue, gen uint32) {
	end := u.sets[gen].set.PCSCF
	delete(u.sets, gen)
	delete(p.ues, gen)
	last := true
	for _, a := range u.sets {
		last = last && a.set.PCSCF.ServerPort != end.ServerPort
	}
	p.ends.Release(end, last)
}
