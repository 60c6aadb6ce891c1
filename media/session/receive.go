package session

import (
	"net/netip"
	"time"

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
	v := s.receive(now, packet, unmapped(from))
	s.verdicts[v]++
	return v
}

func (s *Session) receive(now time.Time, packet []byte, from netip.AddrPort) Verdict {
	// The cheapest test first: a flood of strangers costs little.
	if !s.gate.known(from) && !s.gate.mayLatch(now, from) {
		return Stranger
	}
	p := &s.packet
	if err := p.Unmarshal(packet); err != nil || p.Version != 2 {
		return Malformed
	}
	if !s.negotiated(now, p.PayloadType) {
		return Unnegotiated
	}
	if v, ok := s.admit(now, from); !ok {
		return v
	}
	s.heard, s.packetAt = now, now
	s.octets += uint64(len(p.Payload))
	s.count(now)
	if s.isEvent(p.PayloadType) {
		return s.takeKey(now)
	}
	return s.enqueue(now, p.Payload)
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

// admit applies the rules for addresses and sources to the packet.
func (s *Session) admit(now time.Time, from netip.AddrPort) (Verdict, bool) {
	p := &s.packet
	switch s.gate.pass(now, from, p.SSRC, p.SequenceNumber) {
	case shut:
		return Stranger, false
	case onTrial:
		return OnTrial, false
	}
	if p.SSRC == s.sender.ssrc {
		s.collide()
	}
	switch s.source.claim(now, p.SSRC, p.SequenceNumber) {
	case foreign:
		return Foreign, false
	case replaced:
		s.keys.Reset()
	}
	return Accepted, true
}

// collide takes another SSRC, as the peer uses ours (RFC 3550 §8.2); the old
// one says goodbye in the next report. Where that happens again the peer
// reflects what we send, as test numbers do: then its packets are played like
// any others.
func (s *Session) collide() {
	s.reporter.collisions++
	if s.reporter.collisions > 1 {
		return
	}
	s.reporter.goodbye, s.reporter.farewell = true, s.sender.ssrc
	s.sender.ssrc ^= uint32(s.cfg.Random()*(1<<32)) | 1
}

// count does the statistics of a packet for reports.
func (s *Session) count(now time.Time) {
	p, r := &s.packet, &s.source.reception
	order := r.Receive(p.SequenceNumber)
	if order != rtcp.Jumped && !s.isEvent(p.PayloadType) {
		r.Add(p.Timestamp, s.reporter.clock(&s.cfg, now))
	}
}

// takeKey reads a telephone event. The jitter buffer is told that the packet
// holds no audio.
func (s *Session) takeKey(now time.Time) Verdict {
	p, err := dtmf.ParsePayload(s.packet.Payload)
	if err != nil {
		return Malformed
	}
	if key, ok := s.keys.Receive(p, s.packet.Timestamp); ok && len(s.pressed) < maxPressed {
		s.pressed = append(s.pressed, key)
	}
	if v := s.enqueue(now, nil); v == Implausible {
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
func (s *Session) enqueue(now time.Time, payload []byte) Verdict {
	if !s.cfg.Receive {
		return Unheard
	}
	p := &s.packet
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
