package session

import (
	"net/netip"
	"time"

	"github.com/pion/rtp"

	"github.com/imsphone/imsphone/media/dtmf"
	"github.com/imsphone/imsphone/media/jitter"
	"github.com/imsphone/imsphone/media/rtcp"
)

// Receive takes a packet that arrived at now from an address, RTP or RTCP (RFC
// 5761). The bytes are the caller's again when it returns.
func (s *Session) Receive(now time.Time, packet []byte, from netip.AddrPort) Verdict {
	if rtcp.IsRTCP(packet) {
		return s.ReceiveRTCP(now, packet, from)
	}
	return s.end.Tally(s.receive(now, packet, from))
}

func (s *Session) receive(now time.Time, packet []byte, from netip.AddrPort) Verdict {
	p, v := s.end.Parse(now, packet, from)
	switch {
	case v != Accepted:
		return v
	case !s.negotiated(now, p.PayloadType):
		return Unnegotiated
	}
	fresh, v := s.end.Admit(now, from)
	if v != Accepted {
		return v
	}
	if fresh {
		s.keys.Reset()
	}
	s.end.Count(now, !s.isEvent(p.PayloadType))
	if s.isEvent(p.PayloadType) {
		return s.takeKey(now, p)
	}
	return s.enqueue(now, p, p.Payload)
}

// ReceiveRTCP takes a report that arrived at now from an address. A report that
// is wrong in any part changes nothing, and none ever changes what is heard.
func (s *Session) ReceiveRTCP(now time.Time, b []byte, from netip.AddrPort) Verdict {
	return s.end.ReceiveRTCP(now, b, from)
}

// negotiated tells whether a payload type was agreed on.
func (s *Session) negotiated(now time.Time, payloadType uint8) bool {
	return s.player.find(now, payloadType) != nil || s.isEvent(payloadType) || isNoise(payloadType, s.cfg.NoiseType)
}

func (s *Session) isEvent(payloadType uint8) bool {
	return s.cfg.EventClock != 0 && payloadType == s.cfg.EventReceiveType
}

// staticNoise is the static payload type of comfort noise (RFC 3551 table 4).
const staticNoise = 13

func isNoise(payloadType, agreed uint8) bool {
	return payloadType == staticNoise || agreed != 0 && payloadType == agreed
}

// takeKey reads a telephone event. The jitter buffer is told that the packet
// holds no audio.
func (s *Session) takeKey(now time.Time, packet *rtp.Packet) Verdict {
	p, err := dtmf.ParsePayload(packet.Payload)
	if err != nil {
		return Malformed
	}
	if key, ok := s.keys.Receive(p, packet.Timestamp); ok && len(s.pressed) < maxPressed {
		s.pressed = append(s.pressed, key)
	}
	if v := s.enqueue(now, packet, nil); v == Implausible {
		return v
	}
	return Key
}

// maxPressed is how many keys are kept for a caller that doesn't ask.
const maxPressed = 64

// Events gives the keys that the peer has pressed since the last call, 64 at
// most.
func (s *Session) Events() []dtmf.Event {
	pressed := s.pressed
	s.pressed = nil
	return pressed
}

// enqueue hands the packet to the jitter buffer.
func (s *Session) enqueue(now time.Time, p *rtp.Packet, payload []byte) Verdict {
	if !s.cfg.Receive {
		return Unheard
	}
	switch s.buffer.Push(now, jitter.Packet{SSRC: p.SSRC, Timestamp: p.Timestamp, Sequence: p.SequenceNumber,
		PayloadType: p.PayloadType, Payload: payload}) {
	case jitter.Duplicate:
		return Duplicate
	case jitter.Late:
		return Late
	case jitter.Suspect, jitter.TooLong:
		return Implausible
	}
	return Accepted
}
