package session

import (
	"net/netip"
	"time"

	"github.com/pion/rtp"

	"github.com/imsphone/imsphone/media/dtmf"
	"github.com/imsphone/imsphone/media/jitter"
)

// Session is one audio stream between us and a peer. It is not safe for
// concurrent use. Make it with New.
type Session struct {
	cfg Config

	sender   sender
	gate     gate
	source   source
	packet   rtp.Packet // of the last Receive, kept for its memory
	keys     dtmf.Receiver
	pressed  []dtmf.Event // not fetched yet
	buffer   *jitter.Buffer
	player   player
	reporter reporter

	verdicts [verdicts]uint64
	octets   uint64    // of payload, accepted
	heard    time.Time // when the peer was heard last, or asked to speak
	packetAt time.Time // when its last RTP packet came
}

// New begins a stream. now is the time of negotiation: from it on the window of
// latching counts, and the first report.
func New(now time.Time, cfg Config) *Session {
	cfg = cfg.filled()
	s := &Session{
		gate:     gate{window: cfg.LatchWindow, any: cfg.LatchAnyHost},
		sender:   sender{ssrc: cfg.SSRC, seq: cfg.SeqStart, stamp: cfg.TSStart},
		reporter: reporter{average: typicalCompound},
		buffer:   jitter.New(jitter.Config{}),
	}
	s.apply(now, cfg)
	s.reporter.due = now.Add(s.interval(true))
	return s
}

// Reconfigure goes on as newly negotiated. SSRC, sequence numbers and
// timestamps go on, and so does whatever else has not changed.
func (s *Session) Reconfigure(now time.Time, cfg Config) {
	s.apply(now, cfg.renegotiated(s.cfg).filled())
}

// apply puts a configuration into force.
func (s *Session) apply(now time.Time, cfg Config) {
	old := s.cfg
	s.cfg = cfg
	s.heard = now
	if cfg.Remote != old.Remote {
		s.gate.negotiate(now, cfg.Remote)
		s.source = source{}
	}
	s.sender.configure(&old, &cfg)
	if !sameRates(cfg.Codec, old.Codec) {
		s.buffer.Configure(jitter.Config{ClockRate: cfg.Codec.ClockRate, Frame: cfg.Ptime, Min: cfg.JitterMin, Max: cfg.JitterMax})
		s.player = newPlayer(&cfg)
	}
	s.player.accept(now, &cfg)
	if old.Receive && !cfg.Receive {
		s.buffer.Reset()
		s.player.silence()
	}
}

// SampleRate is that of Capture's and Playout's frames, in Hz.
func (s *Session) SampleRate() int { return s.cfg.Codec.SampleRate }

// Remote is the address to send RTP to: the negotiated one, or where the peer
// turned out to be.
func (s *Session) Remote() netip.AddrPort { return s.gate.peer }

// Stalled tells that the peer should be heard and neither media nor a report
// has come for Config.StallAfter.
func (s *Session) Stalled(now time.Time) bool {
	return s.cfg.Receive && now.Sub(s.heard) > s.cfg.StallAfter
}
