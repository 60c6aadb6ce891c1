package sdp

import (
	"net/netip"
	"slices"
	"time"
)

// Agreement is what an offer and its answer mean for this side. Its slices
// must not be changed.
type Agreement struct {
	// Streams by position of the m= line.
	Streams []Agreed
	// RemoteURI is the u= line of the peer.
	RemoteURI string
}

// First gives the first stream of a kind that isn't rejected.
func (a Agreement) First(kind string) (Agreed, bool) {
	for _, s := range a.Streams {
		if s.Kind == kind && !s.Rejected {
			return s, true
		}
	}
	return Agreed{}, false
}

// Agreed is one stream of an Agreement.
type Agreed struct {
	Kind string
	// Local is where we receive RTP: it tells which Stream of the Local this
	// one is.
	Local netip.AddrPort
	// Remote is where we send RTP: invalid when the stream is rejected, when
	// the peer holds with c=0.0.0.0, or when it named a host.
	Remote netip.AddrPort
	// RemoteHost is the host name of the peer when it gave no address; its
	// ports are RemotePort and RemotePort+1.
	RemoteHost string
	RemotePort uint16
	// RemoteRTCP is where we send RTCP; invalid when Remote is.
	RemoteRTCP netip.AddrPort
	// RTCPMux tells that RTP and RTCP share a port, here and there.
	RTCPMux bool
	// Send are the codecs that we may send, most preferred first, with the
	// payload types and parameters of the peer; Recv are the same codecs with
	// the payload types and parameters that we receive.
	Send, Recv []Codec
	// Direction is ours.
	Direction Direction
	// Offered is what the peer is ready for, as seen from here: SendRecv where
	// it would take our stream, too. Of a stream that we have rejected it tells
	// what the peer wanted.
	Offered Direction
	// Bandwidth is what the peer would receive at most, in kbit/s with all
	// headers; 0 when it didn't say.
	Bandwidth int
	// Ptime is the packet length to send, 0 when nobody has asked for one.
	Ptime time.Duration
	// Held tells that the peer doesn't listen, of its own will.
	Held bool
	// Rejected tells that there is no such stream; beside it only Kind and
	// Offered are set, and Direction to Inactive.
	Rejected bool
}

// Codec gives the codec to send: the first that is more than events and noise.
func (a *Agreed) Codec() (Codec, bool) {
	for _, c := range a.Send {
		if c.carriesMedia() {
			return c, true
		}
	}
	return Codec{}, false
}

// TelephoneEvent gives the payload type to send key presses with and its clock
// in Hz. Where several were agreed on it is the one with the clock of Codec,
// because the events share its timestamps (RFC 4733 §2.1).
func (a *Agreed) TelephoneEvent() (payloadType uint8, clockRate int, ok bool) {
	chosen, _ := a.Codec()
	for _, c := range a.Send {
		if !c.IsEvent() {
			continue
		}
		if c.ClockRate == chosen.ClockRate {
			return c.PayloadType, c.ClockRate, true
		}
		if !ok {
			payloadType, clockRate, ok = c.PayloadType, c.ClockRate, true
		}
	}
	return payloadType, clockRate, ok
}

// agree works out what one m= line of ours and the peer's mean together.
func agree(mine, theirs *Media) Agreed {
	if mine.Rejected() || theirs.Rejected() {
		return Agreed{Kind: mine.Kind, Direction: Inactive, Offered: theirs.offers(), Rejected: true}
	}
	a := Agreed{
		Kind:       mine.Kind,
		Local:      netip.AddrPortFrom(mine.Addr, mine.Port),
		RemoteHost: theirs.Host, RemotePort: theirs.Port,
		RTCPMux: mine.RTCPMux && theirs.RTCPMux,
		Held:    theirs.OnHold(),
		Offered: theirs.offers(), Bandwidth: theirs.most(),
	}
	a.Send, a.Recv = pair(mine.Codecs, theirs.Codecs)
	a.Direction = mine.Direction.And(theirs.Direction.Reverse())
	a.Ptime = packetTime(mine, theirs)
	switch {
	case theirs.Addr.IsUnspecified():
		a.Direction = direction(false, a.Direction.Receives())
	case theirs.Addr.IsValid():
		a.Remote = netip.AddrPortFrom(theirs.Addr, theirs.Port)
		a.RemoteRTCP = remoteRTCP(theirs, a.RTCPMux)
	}
	return a
}

// packetTime is what the peer would like, within what it can take.
func packetTime(mine, theirs *Media) time.Duration {
	d := theirs.Ptime
	if d == 0 {
		d = mine.Ptime
	}
	if theirs.MaxPtime != 0 {
		d = min(d, theirs.MaxPtime)
	}
	return d
}

// remoteRTCP follows a=rtcp (RFC 3605), else the next port (RFC 3550 §11).
func remoteRTCP(theirs *Media, mux bool) netip.AddrPort {
	switch {
	case mux:
		return netip.AddrPortFrom(theirs.Addr, theirs.Port)
	case theirs.RTCP.Port() != 0 && unicast(theirs.RTCP.Addr()):
		return theirs.RTCP
	case theirs.Port == 65535:
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(theirs.Addr, theirs.Port+1)
}

// unicast tells whether one host can be reached there.
func unicast(addr netip.Addr) bool {
	return addr.IsValid() && !addr.IsUnspecified() && !addr.IsMulticast()
}

// pair gives the codecs that both sides listed, in the peer's order: once with
// its payload types, once with ours.
func pair(mine, theirs []Codec) (send, recv []Codec) {
	var used [128]bool
	for _, t := range theirs {
		m, ok := counterpart(mine, t, &used)
		if !ok {
			continue
		}
		if t.Name == "" {
			t.Name, t.ClockRate, t.Channels = m.Name, m.ClockRate, m.Channels
		}
		used[m.PayloadType&0x7f] = true
		send, recv = append(send, t), append(recv, m)
	}
	return send, recv
}

// counterpart finds our entry for a codec of the peer. The same number with
// the same name is the same codec, even where an answer leaves its parameters
// or the a=rtpmap line out.
func counterpart(mine []Codec, t Codec, used *[128]bool) (Codec, bool) {
	for _, m := range mine {
		if m.PayloadType == t.PayloadType && m.Name != "" && !used[m.PayloadType&0x7f] &&
			(t.Name == "" || m.sameEncoding(t)) {
			return m, true
		}
	}
	for _, m := range mine {
		if m.Matches(t) && !used[m.PayloadType&0x7f] {
			return m, true
		}
	}
	return Codec{}, false
}

// useful tells whether a stream of these codecs, which are left of what one
// side wanted, makes sense for it: events and noise alone only do where it
// wanted nothing else (RFC 4317 §2.4 has a stream of events).
func useful(left, wanted []Codec) bool {
	return slices.ContainsFunc(left, Codec.carriesMedia) ||
		len(left) > 0 && !slices.ContainsFunc(wanted, Codec.carriesMedia)
}
