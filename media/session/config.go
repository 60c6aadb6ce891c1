package session

import (
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/media/codec"
	"github.com/imsphone/imsphone/media/rtpend"
)

// Config is what offer and answer have agreed on, and the stream's own
// beginnings.
type Config struct {
	// SSRC, SeqStart and TSStart are random (RFC 3550 §5.1). They and the other
	// fields of this group count at New only: a re-negotiation goes on with the
	// same source.
	SSRC     uint32
	SeqStart uint16
	TSStart  uint32
	// CNAME is the canonical name in our reports, the same in all streams of a
	// call; it should tell neither who nor where we are (RFC 7022).
	CNAME string
	// Random gives numbers in [0, 1): for the intervals of reports, and for
	// another SSRC after a collision. nil always gives 0.5.
	Random func() float64
	// JitterMin and JitterMax bound the target delay of the jitter buffer; 0
	// is 20 ms and 200 ms.
	JitterMin, JitterMax time.Duration
	// ReportInterval is the mean time between reports; 0 is RFC 3550's 5 s.
	ReportInterval time.Duration
	// StallAfter is how long nothing may come before Stalled says so; 0 is
	// 10 s.
	StallAfter time.Duration
	// LatchWindow is how long after a negotiation the peer may turn out to
	// send from another address than it said; 0 is 5 s, negative is never.
	LatchWindow time.Duration
	// LatchAnyHost allows that for other hosts, too, as behind an address
	// translator that the peer knows nothing of. Without it only the port may
	// differ.
	LatchAnyHost bool

	// Codec comes from the codec catalogue; PayloadType is the type to send it
	// with, ReceiveType the one that the peer sends it with, which may differ
	// (RFC 3264 §5.1).
	Codec                    codec.Spec
	PayloadType, ReceiveType uint8
	// Also are further codecs that the peer may send. One whose clock or sample
	// rate is not that of Codec is left out.
	Also []Payload
	// NoiseType is the payload type to send comfort noise with, 0 for none.
	// The static type 13 is always understood (RFC 3389).
	NoiseType uint8
	// EventType and EventReceiveType are the payload types of telephone
	// events, to send and to receive, where EventClock in Hz is not 0 (RFC
	// 4733).
	EventType, EventReceiveType uint8
	EventClock                  int
	// Ptime is the length of a packet: what one Capture takes, and what one
	// Playout gives; 0 is 20 ms.
	Ptime time.Duration
	// Send and Receive are the direction.
	Send, Receive bool
	// Remote is where the peer receives RTP, and so where it has to send from
	// (RFC 4961). RemoteRTCP is the same for reports; the same address as
	// Remote stands for RFC 5761, an invalid one for the port above Remote's.
	Remote, RemoteRTCP netip.AddrPort
}

// Payload is a codec under the payload type that the peer sends it with.
type Payload struct {
	Type  uint8
	Codec codec.Spec
}

const defaultPtime = 20 * time.Millisecond

// filled gives the configuration with defaults in the place of zeros.
func (c Config) filled() Config {
	if c.Ptime <= 0 {
		c.Ptime = defaultPtime
	}
	return c
}

// renegotiated gives c as what was negotiated anew, with the beginnings of old.
func (c Config) renegotiated(old Config) Config {
	c.SSRC, c.SeqStart, c.TSStart, c.CNAME, c.Random = old.SSRC, old.SeqStart, old.TSStart, old.CNAME, old.Random
	c.JitterMin, c.JitterMax = old.JitterMin, old.JitterMax
	c.ReportInterval, c.StallAfter = old.ReportInterval, old.StallAfter
	c.LatchWindow, c.LatchAnyHost = old.LatchWindow, old.LatchAnyHost
	return c
}

// payloads are all codecs that the peer may send.
func (c *Config) payloads() []Payload {
	all := []Payload{{c.ReceiveType, c.Codec}}
	for _, p := range c.Also {
		if sameRates(p.Codec, c.Codec) {
			all = append(all, p)
		}
	}
	return all
}

func sameRates(a, b codec.Spec) bool {
	return a.ClockRate == b.ClockRate && a.SampleRate == b.SampleRate
}

// sameCodec tells whether the state of one codec serves for the other.
func sameCodec(a, b codec.Spec) bool { return a.Name == b.Name && sameRates(a, b) }

// controlBandwidth is RTCP's share, 5 % of the 80 kbit/s that a codec of 64
// kbit/s takes with its headers, in bytes a second (RFC 3550 §6.2).
const controlBandwidth = 500

// end is the part of the configuration that is every stream's.
func (c *Config) end() rtpend.Config {
	return rtpend.Config{SSRC: c.SSRC, SeqStart: c.SeqStart, CNAME: c.CNAME, Random: c.Random,
		ReportInterval: c.ReportInterval, StallAfter: c.StallAfter, LatchWindow: c.LatchWindow, LatchAnyHost: c.LatchAnyHost,
		ClockRate: c.Codec.ClockRate, Bandwidth: controlBandwidth, Receive: c.Receive,
		Remote: c.Remote, RemoteRTCP: c.RemoteRTCP}
}
