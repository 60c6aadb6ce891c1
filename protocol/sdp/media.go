package sdp

import (
	"net/netip"
	"strings"
	"time"
)

// Media is one m= line with what belongs to it (RFC 8866 §5.14).
type Media struct {
	// Kind is audio, video, application, message, image, …
	Kind string
	// Port is where the describing side receives; 0 rejects or disables.
	Port uint16
	// Proto is the transport, such as RTP/AVP.
	Proto string
	// Addr is the address of the stream: its own c= line or the session's.
	// Invalid when the stream is rejected or the line has a name.
	Addr netip.Addr
	// Host is the name in the c= line when there is no address.
	Host string
	// RTCP is the a=rtcp attribute (RFC 3605): its port is 0 when there is
	// none, its address is Addr when the attribute has only a port.
	RTCP netip.AddrPort
	// RTCPMux tells that RTP and RTCP may share a port (RFC 5761).
	RTCPMux   bool
	Direction Direction
	// Codecs of an RTP stream, in order of preference, each payload type once.
	Codecs []Codec
	// Formats of a stream that isn't RTP.
	Formats []string
	// Ptime is the length of a packet that the describing side would like, 0
	// for not stated; MaxPtime is the longest that it takes.
	Ptime, MaxPtime time.Duration
	Bandwidth       []Bandwidth
	// Attributes are all others, in order.
	Attributes []Attribute
}

// Rejected tells that the stream is rejected or disabled (RFC 3264 §6, §8.2).
func (m *Media) Rejected() bool { return m.Port == 0 }

// OnHold tells that the describing side doesn't want to hear the other one:
// sendonly or inactive (RFC 3264 §8.4), or the older c=0.0.0.0.
func (m *Media) OnHold() bool {
	return !m.Rejected() && (!m.Direction.Receives() || m.Addr.IsUnspecified())
}

// offers is what the describing side is ready for, as the other one sees it.
func (m *Media) offers() Direction {
	if m.Rejected() {
		return Inactive
	}
	return m.Direction.Reverse()
}

// most is what the describing side receives at most, in kbit/s with all headers;
// 0 when it doesn't say.
func (m *Media) most() int {
	const limit = 1 << 30
	for _, b := range m.Bandwidth {
		switch b.Type {
		case "AS":
			return int(min(b.Value, limit))
		case "TIAS":
			return int(min(b.Value/1000, limit))
		}
	}
	return 0
}

// RTP tells whether the formats are RTP payload types.
func (m *Media) RTP() bool { return isRTP(m.Proto) }

func isRTP(proto string) bool {
	for part := range strings.SplitSeq(proto, "/") {
		if strings.EqualFold(part, "RTP") {
			return true
		}
	}
	return false
}

// codec gives the codec of that payload type, nil for none.
func (m *Media) codec(pt uint8) *Codec {
	for i := range m.Codecs {
		if m.Codecs[i].PayloadType == pt {
			return &m.Codecs[i]
		}
	}
	return nil
}
