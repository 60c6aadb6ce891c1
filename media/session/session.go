// Package session is one audio stream of a call: it turns frames of the
// microphone into RTP packets, and the packets of the negotiated peer into
// frames for the speaker, with telephone events, concealment, comfort noise,
// RTCP and quality figures (RFC 3550, RFC 3551, RFC 4733, RFC 3389).
//
// A Session is a pure value without a lock: its user calls it from one
// goroutine at a time and tells it the time. A frame in either direction does
// not allocate.
package session

import (
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/media/codec"
	"github.com/imsphone/imsphone/media/dtmf"
	"github.com/imsphone/imsphone/media/jitter"
	"github.com/imsphone/imsphone/media/plc"
	"github.com/imsphone/imsphone/media/rtcp"
)

// Config is what offer and answer have agreed on, and the stream's own
// beginnings.
type Config struct {
	// SSRC, SeqStart and TSStart are random (RFC 3550 §5.1); they count at New
	// only, so that a re-negotiation goes on with the same source.
	SSRC     uint32
	SeqStart uint16
	TSStart  uint32
	// CNAME is the canonical name of our RTCP (RFC 7022).
	CNAME string
	// Random gives numbers in [0, 1), for the intervals of RTCP.
	Random func() float64

	// Codec with the payload types to send and to receive it with.
	Codec       codec.Spec
	PayloadType uint8
	// ReceiveType is the payload type that the peer sends the codec with; it
	// may differ from ours (RFC 3264 §5.1).
	ReceiveType uint8
	// Ptime is the length of a packet: what one Capture takes, and what one
	// Playout gives.
	Ptime time.Duration
	// EventType is the payload type of telephone events in both directions
	// where EventClock, in Hz, is not 0.
	EventType, EventReceiveType uint8
	EventClock                  int
	// Remote and RemoteRTCP are the negotiated peer; invalid ones get nothing.
	Remote, RemoteRTCP netip.AddrPort
	// Send and Receive are the direction.
	Send, Receive bool
	// JitterMax bounds the jitter buffer's delay; 0 is 200 ms.
	JitterMax time.Duration
}

// Session is one stream. Make it with New.
type Session struct {
	cfg Config

	// Sending.
	sequence  uint16
	timestamp uint32
	talking   bool // the last frame was sent: no marker is due
	encoder   codec.Encoder
	keys      *dtmf.Sender
	payload   []byte // scratch
	sent      counted

	// Receiving.
	latch     latch
	source    source
	buffer    *jitter.Buffer
	decoder   codec.Decoder
	concealer *plc.Concealer
	pcm       []int16 // decoded and not played yet
	quiet     bool    // what was played last
	noise     codec.Noise
	noiseOn   bool // the peer sends comfort noise
	noiseAt   uint8
	pressed   dtmf.Receiver
	events    []dtmf.Event

	// RTCP.
	reports    rtcp.Sent
	nextReport time.Time
	reported   bool
	size       float64 // mean of compounds
	peer       peerView

	stats Stats
}

// counted is what our sender reports tell.
type counted struct {
	packets, octets uint32
	last            time.Time // when the last packet was made
}

// noisePayloadType is CN's static payload type (RFC 3551 table 4).
const noisePayloadType = 13

// New begins a stream.
func New(now time.Time, cfg Config) *Session {
	s := &Session{sequence: cfg.SeqStart, timestamp: cfg.TSStart}
	s.start(now, cfg)
	s.scheduleReport(now)
	return s
}

// Reconfigure goes on as newly negotiated: same source, and the codec's state
// only anew where the codec changes.
func (s *Session) Reconfigure(now time.Time, cfg Config) {
	cfg.SSRC, cfg.CNAME = s.cfg.SSRC, s.cfg.CNAME
	same := cfg.Codec.Name == s.cfg.Codec.Name && cfg.ReceiveType == s.cfg.ReceiveType && cfg.Ptime == s.cfg.Ptime
	moved := cfg.Remote != s.cfg.Remote
	if !same {
		s.start(now, cfg)
		return
	}
	s.cfg = cfg
	if moved {
		s.latch = newLatch(now, cfg.Remote)
	}
}

func (s *Session) start(now time.Time, cfg Config) {
	s.cfg = cfg
	s.encoder, s.decoder = cfg.Codec.NewEncoder(), cfg.Codec.NewDecoder()
	s.buffer = jitter.New(jitter.Config{ClockRate: cfg.Codec.ClockRate, Frame: cfg.Ptime, Max: cfg.JitterMax})
	s.concealer = plc.New(cfg.Codec.SampleRate)
	s.latch = newLatch(now, cfg.Remote)
	s.source = source{}
	s.pcm = make([]int16, 0, 4*s.samples()+jitter.MaxPayload*2)
	s.payload = make([]byte, 0, jitter.MaxPayload)
	s.keys = nil
	if cfg.EventClock != 0 {
		s.keys = dtmf.NewSender(cfg.EventClock, cfg.Ptime)
	}
	s.noiseOn = false
}

// samples is the length of a frame.
func (s *Session) samples() int {
	return int(int64(s.cfg.Ptime) * int64(s.cfg.Codec.SampleRate) / int64(time.Second))
}

// ticks is the length of a frame in units of the RTP clock.
func (s *Session) ticks() uint32 {
	return uint32(int64(s.cfg.Ptime) * int64(s.cfg.Codec.ClockRate) / int64(time.Second))
}

// SampleRate is that of Capture's and Playout's frames, in Hz.
func (s *Session) SampleRate() int { return s.cfg.Codec.SampleRate }

// Remote is where RTP goes now: the negotiated address, or what was latched.
func (s *Session) Remote() netip.AddrPort { return s.latch.rtp }

// RemoteRTCP is where RTCP goes.
func (s *Session) RemoteRTCP() netip.AddrPort {
	if s.latch.rtp != s.cfg.Remote && s.latch.rtp.IsValid() {
		return netip.AddrPortFrom(s.latch.rtp.Addr(), s.latch.rtp.Port()+1)
	}
	return s.cfg.RemoteRTCP
}
