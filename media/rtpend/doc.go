// Package rtpend is one end of an RTP stream, whatever it carries (RFC 3550):
// who the peer is and where, sequence numbers, sources, and the reports.
//
//	Parse, Admit  packet ─▶ gate ─▶ source ─▶ whoever knows the payload
//	Seal          payload ─▶ packet
//	Report, ReceiveRTCP                        (both ways)
//
// An End has no clock, socket or lock of its own; the caller hands in the time,
// carries the packets, and sees to it that only one goroutine at a time uses it.
//
// What comes from elsewhere than the negotiated peer is dropped: gate.go has
// the rules for addresses, source.go those for synchronisation sources.
package rtpend
