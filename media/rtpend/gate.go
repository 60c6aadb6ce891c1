package rtpend

import (
	"net/netip"
	"time"
)

// gate decides by its address whether a packet is the peer's (RFC 7362 §4's
// advice on latching).
//
//	from                                           packet is
//	where the peer is, as negotiated or latched    accepted
//	the negotiated address, while latched          accepted, and the latch ends
//	the negotiated host, another port   ┐ in the window, nothing yet from the
//	another host, where allowed         ┘ negotiated address or a latched one:
//	                                      on probation, then latched
//	anywhere else, any time else                   a stranger's
//
// Once a packet came from the negotiated address, nothing latches any more
// until another address is negotiated.
type gate struct {
	window time.Duration
	any    bool // other hosts may latch, too

	remote   netip.AddrPort // as negotiated
	peer     netip.AddrPort // where the peer is
	deadline time.Time      // of latching
	sealed   bool           // media from the negotiated address was seen
	latched  bool
	trial    trial
}

// trial is the one address and source on probation.
type trial struct {
	from netip.AddrPort
	ssrc uint32
	next uint16
	at   time.Time // of its last packet
	set  bool
}

// trialTime is how long an address stays on probation without another packet.
const trialTime = 100 * time.Millisecond

type passage uint8

const (
	shut passage = iota
	onTrial
	open
)

// negotiate sets the peer's address. The same address again changes nothing.
func (g *gate) negotiate(now time.Time, remote netip.AddrPort) {
	if g.remote == remote {
		return
	}
	g.remote, g.peer = remote, remote
	g.deadline = now.Add(g.window)
	g.sealed, g.latched, g.trial = false, false, trial{}
}

// known tells whether an address is the peer's without more ado.
func (g *gate) known(from netip.AddrPort) bool {
	return from.IsValid() && (from == g.peer || from == g.remote)
}

// mayLatch tells whether an address could become the peer's now.
func (g *gate) mayLatch(now time.Time, from netip.AddrPort) bool {
	if g.sealed || g.latched || !g.remote.IsValid() || !from.IsValid() || !now.Before(g.deadline) {
		return false
	}
	return g.any || from.Addr() == g.remote.Addr()
}

// pass judges a valid RTP packet of a source.
func (g *gate) pass(now time.Time, from netip.AddrPort, ssrc uint32, seq uint16) passage {
	switch {
	case from == g.remote && from.IsValid():
		g.sealed, g.latched, g.peer = true, false, g.remote
		return open
	case from == g.peer && g.latched:
		return open
	case !g.mayLatch(now, from):
		return shut
	}
	was := g.trial
	same := was.set && was.from == from && was.ssrc == ssrc
	if was.set && !same && now.Sub(was.at) < trialTime {
		return shut // one at a time, or none would ever be the first
	}
	g.trial = trial{from: from, ssrc: ssrc, next: seq + 1, at: now, set: true}
	if !same || was.next != seq {
		return onTrial
	}
	g.peer, g.latched = from, true
	return open
}
