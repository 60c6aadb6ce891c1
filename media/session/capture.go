package session

import (
	"errors"
	"time"

	"github.com/pion/rtp"

	"github.com/imsphone/imsphone/media/dtmf"
)

// ErrNoEvents says that the peer takes no telephone events.
var ErrNoEvents = errors.New("the other side takes no telephone events")

// ErrKeysFull says that too many keys wait to be sent.
var ErrKeysFull = errors.New("too many keys are waiting: send them later")

// SendDTMF queues a key for duration. Audio pauses while it is sent.
func (s *Session) SendDTMF(e dtmf.Event, duration time.Duration) error {
	if s.keys == nil {
		return ErrNoEvents
	}
	if !s.keys.Press(e, duration) {
		return ErrKeysFull
	}
	return nil
}

// Capture takes one frame of the microphone at now and appends the packet to
// send to out; false where nothing is to be sent. The RTP clock goes on in
// either case, so that a pause is one for the peer, too.
func (s *Session) Capture(now time.Time, pcm []int16, out []byte) ([]byte, bool) {
	stamp := s.timestamp
	s.timestamp += s.ticks()
	if !s.cfg.Send || !s.latch.rtp.IsValid() {
		s.talking = false
		return out, false
	}
	header := rtp.Header{Version: 2, SSRC: s.cfg.SSRC, SequenceNumber: s.sequence, Timestamp: stamp,
		PayloadType: s.cfg.PayloadType, Marker: !s.talking}
	s.payload = s.payload[:0]
	if s.keys != nil && s.keys.Busy() {
		event, begun, first, ok := s.keys.Next(stamp)
		s.talking = false
		if !ok {
			return out, false
		}
		header.PayloadType, header.Timestamp, header.Marker = s.cfg.EventType, begun, first
		s.payload = event.Append(s.payload)
	} else {
		s.payload = s.encoder.Encode(s.payload, pcm)
		s.talking = true
	}
	s.sequence++
	s.sent.packets++
	s.sent.octets += uint32(len(s.payload))
	s.sent.last = now
	s.stats.SentPackets++
	return appendPacket(out, &header, s.payload), true
}

// appendPacket writes a packet without extension or contributors to out.
func appendPacket(out []byte, h *rtp.Header, payload []byte) []byte {
	n := len(out)
	out = append(out, make([]byte, h.MarshalSize())...)
	if _, err := h.MarshalTo(out[n:]); err != nil {
		return out[:n] // a header of twelve bytes always fits
	}
	return append(out, payload...)
}
