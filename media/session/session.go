package session

import (
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/media/dtmf"
	"github.com/imsphone/imsphone/media/jitter"
	"github.com/imsphone/imsphone/media/rtpend"
)

// Session is one audio stream between us and a peer. It is not safe for
// concurrent use. Make it with New.
type Session struct {
	cfg Config

	end     *rtpend.End
	sender  sender
	keys    dtmf.Receiver
	pressed []dtmf.Event // not fetched yet
	buffer  *jitter.Buffer
	player  player
}

// New begins a stream. now is the time of negotiation: from it on the window of
// latching counts, and the first report.
func New(now time.Time, cfg Config) *Session {
	cfg = cfg.filled()
	s := &Session{
		end:    rtpend.New(now, cfg.end()),
		sender: sender{stamp: cfg.TSStart},
		buffer: jitter.New(jitter.Config{}),
	}
	s.apply(now, cfg)
	return s
}

// Reconfigure goes on as newly negotiated. SSRC, sequence numbers and
// timestamps go on, and so does whatever else has not changed.
func (s *Session) Reconfigure(now time.Time, cfg Config) {
	cfg = cfg.renegotiated(s.cfg).filled()
	s.end.Reconfigure(now, cfg.end())
	s.apply(now, cfg)
}

// apply puts a configuration into force.
func (s *Session) apply(now time.Time, cfg Config) {
	old := s.cfg
	s.cfg = cfg
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
// turned out to be. RemoteRTCP is the same for reports.
func (s *Session) Remote() netip.AddrPort     { return s.end.Remote() }
func (s *Session) RemoteRTCP() netip.AddrPort { return s.end.RemoteRTCP() }

// Stalled tells that the peer should be heard and neither media nor a report
// has come for Config.StallAfter.
func (s *Session) Stalled(now time.Time) bool { return s.end.Stalled(now) }

// NextReport is when the next report is due.
func (s *Session) NextReport() time.Time { return s.end.NextReport() }

// Report appends to out the report that is due at now; false where none is (RFC
// 3550 §6.3). Reports go on while media is held.
func (s *Session) Report(now time.Time, out []byte) ([]byte, bool) {
	return s.end.Report(now, s.stamp(now), out)
}

// Goodbye appends to out the compound that ends the stream (RFC 3550 §6.6).
func (s *Session) Goodbye(now time.Time, out []byte) []byte {
	return s.end.Goodbye(now, s.stamp(now), out)
}

// stamp is now on the RTP clock: the next frame begins where the last one
// ended, when it was captured.
func (s *Session) stamp(now time.Time) uint32 {
	return s.sender.stamp + uint32(s.end.Config().Ticks(now.Sub(s.sender.last)))
}
