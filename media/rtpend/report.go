package rtpend

import (
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/media/rtcp"
)

// reporter is the RTCP side of an end.
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
	return uint32(m.Ticks(now.Sub(r.epoch)))
}

const (
	// typicalCompound is the size that the first interval is drawn for.
	typicalCompound = 120
	// lowerHeaders are those of UDP and IPv4, which count, too.
	lowerHeaders = 28
)

// interval draws the time to the next report.
func (e *End) interval(initial bool) time.Duration {
	senders := 0
	if e.weSent() {
		senders++
	}
	if e.source.known {
		senders++
	}
	return rtcp.Timing{Bandwidth: e.cfg.Bandwidth, Members: 2, Senders: senders, WeSent: e.weSent(),
		AverageSize: e.reporter.average, Initial: initial, Minimum: e.cfg.ReportInterval}.Interval(e.cfg.Random())
}

// weSent tells whether we sent since the second last report (RFC 3550 §6.3.8).
func (e *End) weSent() bool { return e.sent.packets > e.reporter.before[1] }

// NextReport is when the next report is due.
func (e *End) NextReport() time.Time { return e.reporter.due }

// Report appends to out the report that is due at now; false where none is (RFC
// 3550 §6.3). stamp is now on the RTP clock of what we send. Reports go on while
// media is held.
func (e *End) Report(now time.Time, stamp uint32, out []byte) ([]byte, bool) {
	r := &e.reporter
	if now.Before(r.due) || !e.RemoteRTCP().IsValid() {
		return out, false
	}
	size := len(out)
	out = e.compose(now, stamp, false, out)
	r.average = rtcp.Average(r.average, float64(len(out)-size+lowerHeaders))
	r.before[1], r.before[0] = r.before[0], e.sent.packets
	r.due = now.Add(e.interval(false))
	return out, true
}

// Goodbye appends to out the compound that ends the stream (RFC 3550 §6.6).
func (e *End) Goodbye(now time.Time, stamp uint32, out []byte) []byte {
	return e.compose(now, stamp, true, out)
}

func (e *End) compose(now time.Time, stamp uint32, bye bool, out []byte) []byte {
	r, o := &e.reporter, &e.sent
	report := rtcp.Report{SSRC: o.ssrc, CNAME: e.cfg.CNAME, Bye: bye}
	if r.goodbye && !bye {
		r.goodbye = false
		report.SSRC, report.Bye = r.farewell, true
		return report.Append(out)
	}
	var info rtcp.SenderInfo
	if e.weSent() {
		info = rtcp.SenderInfo{NTP: rtcp.NTP(now), RTP: stamp, Packets: uint32(o.packets), Octets: uint32(o.octets)}
		r.sent.Add(info, now)
		report.Sender = &info
	}
	var block rtcp.Block
	if e.source.known && e.source.reception.Begun() {
		block = e.source.reception.Block(e.source.ssrc, now)
		report.Block = &block
	}
	return report.Append(out)
}

// ReceiveRTCP takes a report that arrived at now from an address. A report that
// is wrong in any part changes nothing, and none ever changes what is heard.
func (e *End) ReceiveRTCP(now time.Time, b []byte, from netip.AddrPort) Verdict {
	v := e.receiveReport(now, b, Unmapped(from))
	e.verdicts[v]++
	return v
}

func (e *End) receiveReport(now time.Time, b []byte, from netip.AddrPort) Verdict {
	if !e.reportsFrom(from) {
		return Stranger
	}
	d, err := rtcp.Read(b, e.sent.ssrc)
	switch {
	case err != nil:
		return Malformed
	case d.From == e.sent.ssrc, e.source.known && d.From != e.source.ssrc:
		return Foreign
	case !e.source.known && from != e.cfg.RemoteRTCP && from != e.gate.peer:
		return Stranger
	case d.HasBlock && !e.plausible(d.Block):
		return Implausible
	}
	e.heard = now
	e.reporter.control = from
	e.reporter.average = rtcp.Average(e.reporter.average, float64(len(b)+lowerHeaders))
	e.learn(now, d)
	return Control
}

// reportsFrom tells whether an address may send reports: the negotiated one, or
// any port of the host where the media comes from.
func (e *End) reportsFrom(from netip.AddrPort) bool {
	if !from.IsValid() {
		return false
	}
	return from == e.cfg.RemoteRTCP || from.Addr() == e.gate.peer.Addr()
}

// plausible tells whether a report about us can be true: it names a packet that
// was sent, and no more losses than packets.
func (e *End) plausible(b rtcp.Block) bool {
	o := &e.sent
	behind := uint64(o.seq - 1 - uint16(b.Highest))
	sent := int64(o.packets)
	return behind < uint64(sent) && int64(b.Lost) <= sent && int64(b.Lost) >= -sent &&
		e.cfg.Duration(int64(b.Jitter)) < maxJitter
}

// maxJitter is more than any path has.
const maxJitter = 10 * time.Second

func (e *End) learn(now time.Time, d rtcp.Digest) {
	r := &e.reporter
	if d.HasSender && e.source.known {
		e.source.reception.Heard(d.Sender, now)
		e.source.clock, e.source.told = d.Sender, true
	}
	if d.HasBlock {
		r.about, r.told = d.Block, true
		if trip, ok := r.sent.RoundTrip(d.Block, now); ok {
			r.roundTrip = trip
		}
	}
	if d.Bye && e.source.known {
		e.source.left = true
	}
}

// RemoteRTCP is the address to send reports to. Where the peer turned out to be
// elsewhere than it said it follows: to where its reports come from, or by
// custom to the next port.
func (e *End) RemoteRTCP() netip.AddrPort {
	switch peer := e.gate.peer; {
	case !e.gate.latched:
		return e.cfg.RemoteRTCP
	case e.cfg.RemoteRTCP == e.cfg.Remote:
		return peer
	case e.reporter.control.Addr() == peer.Addr():
		return e.reporter.control
	default:
		return above(peer)
	}
}
