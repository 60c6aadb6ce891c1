package session

import (
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/media/rtcp"
)

// reporter is the RTCP side of a session.
type reporter struct {
	epoch   time.Time // where arrival times begin
	due     time.Time // of the next report
	average float64   // size of compounds, bytes
	before  [2]uint64 // packets sent at the last reports
	sent    rtcp.Sent

	collisions uint64
	goodbye    bool   // the next report ends the stream of SSRC farewell
	farewell   uint32 // our SSRC before a collision

	control   netip.AddrPort // where the peer's last report came from
	about     rtcp.Block     // the peer's last report about us
	told      bool           // about is given
	roundTrip time.Duration
}

// clock gives an arrival on the RTP clock, from an origin of no meaning.
func (r *reporter) clock(m *Config, now time.Time) uint32 {
	if r.epoch.IsZero() {
		r.epoch = now
	}
	return uint32(m.ticks(now.Sub(r.epoch)))
}

const (
	// controlBandwidth is RTCP's share, 5 % of the 80 kbit/s that a codec of
	// 64 kbit/s takes with its headers, in bytes a second (RFC 3550 §6.2).
	controlBandwidth = 500
	// typicalCompound is the size that the first interval is drawn for.
	typicalCompound = 120
	// lowerHeaders are those of UDP and IPv4, which count, too.
	lowerHeaders = 28
)

// interval draws the time to the next report.
func (s *Session) interval(initial bool) time.Duration {
	senders := 0
	if s.weSent() {
		senders++
	}
	if s.source.known {
		senders++
	}
	return rtcp.Timing{Bandwidth: controlBandwidth, Members: 2, Senders: senders, WeSent: s.weSent(),
		AverageSize: s.reporter.average, Initial: initial, Minimum: s.cfg.ReportInterval}.Interval(s.cfg.Random())
}

// weSent tells whether we sent since the second last report (RFC 3550 §6.3.8).
func (s *Session) weSent() bool { return s.sender.packets > s.reporter.before[1] }

// NextReport is when the next report is due.
func (s *Session) NextReport() time.Time { return s.reporter.due }

// Report appends to out the report that is due at now; false where none is (RFC
// 3550 §6.3). Reports go on while media is held.
func (s *Session) Report(now time.Time, out []byte) ([]byte, bool) {
	r := &s.reporter
	if now.Before(r.due) || !s.RemoteRTCP().IsValid() {
		return out, false
	}
	size := len(out)
	out = s.compose(now, false, out)
	r.average = rtcp.Average(r.average, float64(len(out)-size+lowerHeaders))
	r.before[1], r.before[0] = r.before[0], s.sender.packets
	r.due = now.Add(s.interval(false))
	return out, true
}

// Goodbye appends to out the compound that ends the stream (RFC 3550 §6.6).
func (s *Session) Goodbye(now time.Time, out []byte) []byte { return s.compose(now, true, out) }

func (s *Session) compose(now time.Time, bye bool, out []byte) []byte {
	r, o := &s.reporter, &s.sender
	report := rtcp.Report{SSRC: o.ssrc, CNAME: s.cfg.CNAME, Bye: bye}
	if r.goodbye && !bye {
		r.goodbye = false
		report.SSRC, report.Bye = r.farewell, true
		return report.Append(out)
	}
	var info rtcp.SenderInfo
	if s.weSent() {
		// The next frame begins where the last one ended, when it was captured.
		stamp := o.stamp + uint32(s.cfg.ticks(now.Sub(o.last)))
		info = rtcp.SenderInfo{NTP: rtcp.NTP(now), RTP: stamp, Packets: uint32(o.packets), Octets: uint32(o.octets)}
		r.sent.Add(info, now)
		report.Sender = &info
	}
	var block rtcp.Block
	if s.source.known && s.source.reception.Begun() {
		block = s.source.reception.Block(s.source.ssrc, now)
		report.Block = &block
	}
	return report.Append(out)
}

// ReceiveRTCP takes a report that arrived at now from an address. A report that
// is wrong in any part changes nothing, and none ever changes what is heard.
func (s *Session) ReceiveRTCP(now time.Time, b []byte, from netip.AddrPort) Verdict {
	v := s.receiveReport(now, b, unmapped(from))
	s.verdicts[v]++
	return v
}

func (s *Session) receiveReport(now time.Time, b []byte, from netip.AddrPort) Verdict {
	if !s.reportsFrom(from) {
		return Stranger
	}
	d, err := rtcp.Read(b, s.sender.ssrc)
	switch {
	case err != nil:
		return Malformed
	case d.From == s.sender.ssrc, s.source.known && d.From != s.source.ssrc:
		return Foreign
	case !s.source.known && from != s.cfg.RemoteRTCP && from != s.gate.peer:
		return Stranger
	case d.HasBlock && !s.plausible(d.Block):
		return Implausible
	}
	s.heard = now
	s.reporter.control = from
	s.reporter.average = rtcp.Average(s.reporter.average, float64(len(b)+lowerHeaders))
	s.learn(now, d)
	return Control
}

// reportsFrom tells whether an address may send reports: the negotiated one, or
// any port of the host where the media comes from.
func (s *Session) reportsFrom(from netip.AddrPort) bool {
	if !from.IsValid() {
		return false
	}
	return from == s.cfg.RemoteRTCP || from.Addr() == s.gate.peer.Addr()
}

// plausible tells whether a report about us can be true: it names a packet that
// was sent, and no more losses than packets.
func (s *Session) plausible(b rtcp.Block) bool {
	o := &s.sender
	behind := uint64(o.seq - 1 - uint16(b.Highest))
	sent := int64(o.packets)
	return behind < uint64(sent) && int64(b.Lost) <= sent && int64(b.Lost) >= -sent &&
		s.cfg.duration(int64(b.Jitter)) < maxJitter
}

// maxJitter is more than any path has.
const maxJitter = 10 * time.Second

func (s *Session) learn(now time.Time, d rtcp.Digest) {
	r := &s.reporter
	if d.HasSender && s.source.known {
		s.source.reception.Heard(d.Sender, now)
	}
	if d.HasBlock {
		r.about, r.told = d.Block, true
		if trip, ok := r.sent.RoundTrip(d.Block, now); ok {
			r.roundTrip = trip
		}
	}
	if d.Bye && s.source.known {
		s.source.left = true
	}
}

// RemoteRTCP is the address to send reports to. Where the peer turned out to be
// elsewhere than it said it follows: to where its reports come from, or by
// custom to the next port.
func (s *Session) RemoteRTCP() netip.AddrPort {
	switch peer := s.gate.peer; {
	case !s.gate.latched:
		return s.cfg.RemoteRTCP
	case s.cfg.RemoteRTCP == s.cfg.Remote:
		return peer
	case s.reporter.control.Addr() == peer.Addr():
		return s.reporter.control
	default:
		return above(peer)
	}
}
