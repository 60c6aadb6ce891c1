package video

import (
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/media/mjpeg"
	"github.com/imsphone/imsphone/media/rtcp"
	"github.com/imsphone/imsphone/media/rtpend"
)

// Session is one video stream between us and a peer. It is not safe for
// concurrent use. Make it with New.
type Session struct {
	cfg       Config
	end       *rtpend.End
	sender    sender
	assembler mjpeg.Assembler
	in, out   meter
	shown     uint32 // of the last image that Receive gave
}

// New begins a stream. now is the time of negotiation.
func New(now time.Time, cfg Config) *Session {
	cfg = cfg.filled()
	s := &Session{cfg: cfg, end: rtpend.New(now, cfg.end()), in: meter{since: now}, out: meter{since: now}}
	s.sender = sender{epoch: now, quality: firstQuality}
	return s
}

// Reconfigure goes on as newly negotiated, with the same source, sequence
// numbers and timestamps.
func (s *Session) Reconfigure(now time.Time, cfg Config) {
	cfg.TSStart = s.cfg.TSStart
	s.cfg = cfg.filled()
	s.end.Reconfigure(now, s.cfg.end())
	if !s.cfg.Receive {
		s.assembler.Reset()
	}
}

// Remote and RemoteRTCP are the addresses to send to.
func (s *Session) Remote() netip.AddrPort     { return s.end.Remote() }
func (s *Session) RemoteRTCP() netip.AddrPort { return s.end.RemoteRTCP() }

// Sends and Receives are the direction in force.
func (s *Session) Sends() bool    { return s.cfg.Send }
func (s *Session) Receives() bool { return s.cfg.Receive }

// Receive takes a packet that arrived at now from an address, RTP or RTCP. It
// gives the JPEG image that this completes, nil while none is complete; its
// memory is the session's until the next Receive. The packet is the caller's
// again when it returns.
func (s *Session) Receive(now time.Time, packet []byte, from netip.AddrPort) ([]byte, rtpend.Verdict) {
	if rtcp.IsRTCP(packet) {
		return nil, s.ReceiveRTCP(now, packet, from)
	}
	jpeg, v := s.receive(now, packet, from)
	return jpeg, s.end.Tally(v)
}

func (s *Session) receive(now time.Time, packet []byte, from netip.AddrPort) ([]byte, rtpend.Verdict) {
	p, v := s.end.Parse(now, packet, from)
	switch {
	case v != rtpend.Accepted:
		return nil, v
	case p.PayloadType != s.cfg.ReceiveType:
		return nil, rtpend.Unnegotiated
	}
	fresh, v := s.end.Admit(now, from)
	if v != rtpend.Accepted {
		return nil, v
	}
	s.end.Count(now, true)
	if !s.cfg.Receive {
		return nil, rtpend.Unheard
	}
	if fresh {
		s.assembler.Reset()
	}
	jpeg, err := s.assembler.Push(p.SequenceNumber, p.Timestamp, p.Marker, p.Payload)
	if err != nil {
		return nil, rtpend.Malformed
	}
	s.in.octets += uint64(len(p.Payload))
	if jpeg != nil {
		s.in.frame(jpeg)
		s.shown = p.Timestamp
	}
	return jpeg, rtpend.Accepted
}

// Taken is when, on the peer's clock, the image was taken that Receive gave last;
// false while the peer hasn't reported.
func (s *Session) Taken() (time.Time, bool) { return s.end.Wall(s.shown) }

// ReceiveRTCP takes a report; none ever changes what is seen.
func (s *Session) ReceiveRTCP(now time.Time, b []byte, from netip.AddrPort) rtpend.Verdict {
	return s.end.ReceiveRTCP(now, b, from)
}

// Report appends to out the report that is due at now; false where none is. Its
// timestamps and the common CNAME let the peer show video in time with audio
// (RFC 3550 §6.4.1).
func (s *Session) Report(now time.Time, out []byte) ([]byte, bool) {
	return s.end.Report(now, s.stamp(now), out)
}

// Goodbye appends to out the compound that ends the stream (RFC 3550 §6.6).
func (s *Session) Goodbye(now time.Time, out []byte) []byte {
	return s.end.Goodbye(now, s.stamp(now), out)
}
