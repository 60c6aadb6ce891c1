package session

import (
	"net/netip"
	"time"

	"github.com/pion/rtp"

	"github.com/imsphone/imsphone/media/codec"
	"github.com/imsphone/imsphone/media/dtmf"
	"github.com/imsphone/imsphone/media/jitter"
	"github.com/imsphone/imsphone/media/rtcp"
)

// source is the SSRC that is heard. Another one takes its place only by two
// packets in a row, so that a forged packet alone changes nothing (RFC 3550
// A.1).
type source struct {
	ssrc      uint32
	known     bool
	candidate uint32
	next      uint16 // the candidate's next sequence number
	tried     bool
	reception rtcp.Reception
}

// accepts tells whether a packet belongs to the source that is heard.
func (s *source) accepts(h *rtp.Header) bool {
	if s.known && h.SSRC == s.ssrc {
		return true
	}
	if !s.known || s.tried && h.SSRC == s.candidate && h.SequenceNumber == s.next {
		*s = source{ssrc: h.SSRC, known: true}
		return true
	}
	s.candidate, s.next, s.tried = h.SSRC, h.SequenceNumber+1, true
	return false
}

// Receive takes a datagram that came to the RTP port. What is not the
// negotiated peer's, or no RTP, is dropped and counted.
func (s *Session) Receive(now time.Time, packet []byte, from netip.AddrPort) {
	if rtcp.IsRTCP(packet) {
		s.ReceiveRTCP(now, packet, from)
		return
	}
	var p rtp.Packet
	if err := p.Unmarshal(packet); err != nil || p.Version != 2 || len(p.Payload) > jitter.MaxPayload {
		s.stats.Malformed++
		return
	}
	if !s.latch.accepts(now, from) {
		s.stats.Strangers++
		return
	}
	if !s.source.accepts(&p.Header) {
		s.stats.Strangers++
		return
	}
	s.stats.ReceivedPackets++
	s.stats.LastPacket = now
	s.source.reception.Receive(p.SequenceNumber)
	if s.cfg.Receive {
		s.take(now, &p)
	}
}

func (s *Session) take(now time.Time, p *rtp.Packet) {
	held := jitter.Packet{SSRC: p.SSRC, Timestamp: p.Timestamp, Sequence: p.SequenceNumber, PayloadType: p.PayloadType}
	switch p.PayloadType {
	case s.cfg.ReceiveType:
		s.source.reception.Add(p.Timestamp, s.clock(now))
		held.Payload = p.Payload
	case noisePayloadType:
		if level, err := codec.NoiseLevel(p.Payload); err == nil {
			s.noiseOn, s.noiseAt = true, level
		}
	case s.cfg.EventReceiveType:
		s.key(p)
	default:
		s.stats.Malformed++
		return
	}
	s.buffer.Push(now, held)
}

// clock is now on the RTP clock, for the interarrival jitter.
func (s *Session) clock(now time.Time) uint32 {
	return uint32(now.UnixMicro() * int64(s.cfg.Codec.ClockRate) / 1e6)
}

func (s *Session) key(p *rtp.Packet) {
	if s.cfg.EventClock == 0 {
		return
	}
	event, err := dtmf.ParsePayload(p.Payload)
	if err != nil {
		s.stats.Malformed++
		return
	}
	if e, ok := s.pressed.Receive(event, p.Timestamp); ok && len(s.events) < cap(s.events)+maxEvents {
		s.events = append(s.events, e)
	}
}

// maxEvents bounds the keys that nobody has taken yet.
const maxEvents = 64

// Events gives the keys that the peer has pressed since the last call.
func (s *Session) Events() []dtmf.Event {
	events := s.events
	s.events = nil
	return events
}

// Playout fills one frame for the speaker at now.
func (s *Session) Playout(now time.Time, pcm []int16) {
	for turns := 0; len(s.pcm) < len(pcm) && turns < maxTurns; turns++ {
		s.next(now)
	}
	n := copy(pcm, s.pcm)
	clear(pcm[n:])
	s.pcm = s.pcm[:copy(s.pcm, s.pcm[n:])]
	s.quiet = isQuiet(pcm)
}

// maxTurns bounds the frames that one Playout looks at.
const maxTurns = 16

// next appends one frame of the jitter buffer to what will be played.
func (s *Session) next(now time.Time) {
	start := len(s.pcm)
	frame := s.buffer.Pop(now, s.quiet)
	switch frame.Kind {
	case jitter.Audio, jitter.Skip:
		decoded, err := s.decoder.Decode(s.pcm, frame.Payload)
		if err != nil {
			s.stats.Malformed++
			s.conceal(frame)
			return
		}
		if frame.Kind == jitter.Skip {
			return // decoded for the decoder's sake
		}
		s.noiseOn = false
		s.pcm = decoded
		s.concealer.Good(s.pcm[start:])
		s.advance(len(s.pcm) - start)
	case jitter.Lost, jitter.Stretch:
		s.conceal(frame)
	default:
		s.pause()
	}
}

// advance tells the buffer how long a packet really was.
func (s *Session) advance(samples int) {
	if ticks := samples * s.cfg.Codec.ClockRate / s.cfg.Codec.SampleRate; ticks != int(s.ticks()) {
		s.buffer.Advance(ticks)
	}
}

func (s *Session) conceal(frame jitter.Frame) {
	samples := frame.Ticks * s.cfg.Codec.SampleRate / s.cfg.Codec.ClockRate
	if samples <= 0 || len(s.pcm)+samples > cap(s.pcm) {
		samples = s.samples()
	}
	start := len(s.pcm)
	s.pcm = s.pcm[:start+samples]
	s.concealer.Conceal(s.pcm[start:])
	s.stats.Concealed++
}

// pause is a frame in which the peer sends nothing: comfort noise where it has
// asked for it, else the fading end of what was heard.
func (s *Session) pause() {
	start := len(s.pcm)
	s.pcm = s.pcm[:start+s.samples()]
	if s.noiseOn {
		s.noise.Fill(s.pcm[start:], s.noiseAt)
		return
	}
	s.concealer.Conceal(s.pcm[start:])
}

// isQuiet tells whether a frame is hardly heard: below −50 dBov.
func isQuiet(pcm []int16) bool {
	var sum int64
	for _, v := range pcm {
		sum += int64(v) * int64(v)
	}
	return sum < int64(len(pcm))*100*100
}
