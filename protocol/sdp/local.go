package sdp

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Local is what this side can do and where it receives.
type Local struct {
	// Addr is where media come in.
	Addr netip.Addr
	// SessionID is the id of the o= line, below 2^62 (RFC 3264 §5). The first
	// description of a Negotiation fixes user name, id and address of all
	// later ones (RFC 3264 §8).
	SessionID uint64
	Username  string
	// Streams in the order of the m= lines of a first offer.
	Streams []Stream
}

// Stream is one RTP stream of a Local.
type Stream struct {
	// Kind is "audio" or "video".
	Kind string
	// Port for RTP; RTCP is on the next one, or on the same with RTCPMux. 0
	// disables the stream.
	Port uint16
	// Codecs in order of preference, telephone-event and CN among them. In an
	// answer the payload types of the offer take the place of these.
	Codecs    []Codec
	Direction Direction
	// Ptime is the packet length that this side would like, 0 for no wish.
	Ptime   time.Duration
	RTCPMux bool
	// Bandwidth is what this side would receive at most, in kbit/s with all
	// headers (b=AS, RFC 8866 §5.8); 0 says nothing.
	Bandwidth int
	// AnswerOnly keeps the stream out of our offers until the peer has offered
	// it.
	AnswerOnly bool
	// Attributes are written after everything else.
	Attributes []Attribute
}

// check finds what would mean something else on the wire: 0.0.0.0 is hold, and
// an m= line needs a format.
func (l *Local) check() error {
	if !unicast(l.Addr) {
		return fmt.Errorf("sdp: %v is no address to receive media at; set Local.Addr", l.Addr)
	}
	for i, s := range l.Streams {
		if s.Port != 0 && len(s.Codecs) == 0 {
			return fmt.Errorf("sdp: stream %d has no codec; set Stream.Codecs, or Port to 0", i+1)
		}
	}
	return nil
}

// Held gives l with every stream on hold: this side no longer listens (RFC
// 3264 §8.4), and what isn't audio rests both ways, because whoever is put on
// hold should not go on being watched.
func (l Local) Held() Local {
	l.Streams = slices.Clone(l.Streams)
	for i := range l.Streams {
		s := &l.Streams[i]
		s.Direction = direction(s.Direction.Sends() && s.Kind == "audio", false)
	}
	return l
}

// media writes the stream as an m= line with these codecs.
func (s *Stream) media(addr netip.Addr, codecs []Codec) Media {
	return Media{
		Kind: s.Kind, Port: s.Port, Proto: "RTP/AVP", Addr: addr,
		RTCPMux: s.RTCPMux, Direction: s.Direction, Codecs: codecs,
		Ptime: s.Ptime, Bandwidth: s.bandwidth(), Attributes: s.Attributes,
	}
}

func (s *Stream) bandwidth() []Bandwidth {
	if s.Bandwidth <= 0 {
		return nil
	}
	return []Bandwidth{{Type: "AS", Value: uint64(s.Bandwidth)}}
}
