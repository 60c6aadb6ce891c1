package session

import (
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/media/quality"
	"github.com/imsphone/imsphone/media/rtcp"
)

// peerView is what the peer's reports say of our stream.
type peerView struct {
	known     bool
	lost      float64 // share of the last interval
	jitter    time.Duration
	roundTrip time.Duration
}

// overhead is the UDP and IPv4 headers of a packet, in bytes.
const overhead = 28

// bandwidth is RTCP's 5 % of a G.711 stream, in bytes a second.
const bandwidth = 0.05 * 10000

func (s *Session) scheduleReport(now time.Time) {
	random := 0.5
	if s.cfg.Random != nil {
		random = s.cfg.Random()
	}
	s.nextReport = now.Add(rtcp.Timing{Bandwidth: bandwidth, Members: 2, Senders: 2, WeSent: s.sent.packets > 0,
		AverageSize: max(s.size, 100), Initial: !s.reported}.Interval(random))
}

// Report appends the RTCP compound that is due at now; false where none is.
func (s *Session) Report(now time.Time, out []byte) ([]byte, bool) {
	if now.Before(s.nextReport) || !s.RemoteRTCP().IsValid() {
		return out, false
	}
	start := len(out)
	out = s.report(now, false).Append(out)
	s.reported = true
	s.size = rtcp.Average(max(s.size, 100), float64(len(out)-start+overhead))
	s.scheduleReport(now)
	return out, true
}

// Goodbye appends the compound that ends the stream (RFC 3550 §6.6).
func (s *Session) Goodbye(now time.Time, out []byte) []byte {
	return s.report(now, true).Append(out)
}

func (s *Session) report(now time.Time, bye bool) rtcp.Report {
	r := rtcp.Report{SSRC: s.cfg.SSRC, CNAME: s.cfg.CNAME, Bye: bye}
	if s.sent.packets > 0 {
		info := rtcp.SenderInfo{NTP: rtcp.NTP(now), RTP: s.timestamp, Packets: s.sent.packets, Octets: s.sent.octets}
		s.reports.Add(info, now)
		r.Sender = &info
	}
	if s.source.known {
		block := s.source.reception.Block(s.source.ssrc, now)
		r.Block = &block
	}
	return r
}

// ReceiveRTCP takes a datagram that came to the RTCP port.
func (s *Session) ReceiveRTCP(now time.Time, b []byte, from netip.AddrPort) {
	if !s.latch.acceptsRTCP(from, s.cfg.RemoteRTCP) {
		s.stats.Strangers++
		return
	}
	d, err := rtcp.Read(b, s.cfg.SSRC)
	if err != nil {
		s.stats.Malformed++
		return
	}
	if d.HasSender && s.source.known && d.From == s.source.ssrc {
		s.source.reception.Heard(d.Sender, now)
	}
	if !d.HasBlock {
		return
	}
	s.peer.known = true
	s.peer.lost = float64(d.Block.Fraction) / 256
	s.peer.jitter = time.Duration(d.Block.Jitter) * time.Second / time.Duration(s.cfg.Codec.ClockRate)
	if rtt, ok := s.reports.RoundTrip(d.Block, now); ok {
		s.peer.roundTrip = rtt
	}
}

// Stats is what a stream has to tell.
type Stats struct {
	SentPackets, ReceivedPackets uint64
	// Lost is by sequence numbers; Late came after its turn; Concealed counts
	// the frames that were made up for either.
	Lost      int64
	Late      uint64
	Concealed uint64
	// Strangers are packets that were not the negotiated peer's, Malformed
	// those that were nothing we know; both were dropped.
	Strangers, Malformed uint64
	// LossPercent is the share of the packets that could not be played.
	LossPercent float64
	Jitter      time.Duration
	// RoundTrip is the network's, 0 where not known yet; OneWay estimates the
	// delay from mouth to ear: half of it, the jitter buffer, and a packet at
	// each end.
	RoundTrip, OneWay time.Duration
	// R and MOS rate what is heard here (ITU-T G.107).
	R, MOS float64
	// PeerLossPercent and PeerJitter are what the peer reports of our stream.
	PeerLossPercent float64
	PeerJitter      time.Duration
	// LastPacket is when the peer was heard last; zero for never.
	LastPacket time.Time
}

// Stats gives the figures as of now.
func (s *Session) Stats(now time.Time) Stats {
	out := s.stats
	held := s.buffer.Stats(now)
	out.Late = held.Late
	out.Lost = int64(s.source.reception.Lost())
	if expected := s.source.reception.Expected(); expected > 0 {
		out.LossPercent = min(max(100*(float64(out.Lost)+float64(out.Late))/float64(expected), 0), 100)
	}
	out.Jitter = time.Duration(s.source.reception.Jitter()) * time.Second / time.Duration(s.cfg.Codec.ClockRate)
	out.RoundTrip = s.peer.roundTrip
	out.OneWay = s.peer.roundTrip/2 + held.Delay + 2*s.cfg.Ptime
	out.PeerLossPercent, out.PeerJitter = 100*s.peer.lost, s.peer.jitter
	q := quality.Estimate(quality.Input{Codec: quality.Codec(s.cfg.Codec.Name), Lost: out.LossPercent / 100, Jitter: out.Jitter,
		RoundTrip: out.RoundTrip, OneWay: out.OneWay})
	out.R, out.MOS = q.R, q.MOS
	return out
}

// Stalled tells that the peer should be heard and isn't, for 5 s.
func (s *Session) Stalled(now time.Time) bool {
	return s.cfg.Receive && !s.stats.LastPacket.IsZero() && now.Sub(s.stats.LastPacket) > 5*time.Second
}
