package rtpend

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/pion/rtp"

	"github.com/imsphone/imsphone/media/rtcp"
)

// End is our end of a stream. It is not safe for concurrent use. Make it with
// New.
type End struct {
	cfg Config

	sent     sent
	gate     gate
	source   source
	reporter reporter
	packet   rtp.Packet // of the last Parse, kept for its memory

	verdicts [verdicts]uint64
	octets   uint64    // of payload, accepted
	heard    time.Time // when the peer was heard last, or asked to speak
	packetAt time.Time // when its last RTP packet came
}

// sent is the outgoing direction.
type sent struct {
	ssrc    uint32
	seq     uint16 // of the next packet
	packets uint64
	octets  uint64 // of payload
}

// New begins a stream. now is the time of negotiation: from it on the window of
// latching counts, and the first report.
func New(now time.Time, cfg Config) *End {
	cfg = cfg.filled()
	e := &End{
		gate:     gate{window: cfg.LatchWindow, any: cfg.LatchAnyHost},
		sent:     sent{ssrc: cfg.SSRC, seq: cfg.SeqStart},
		reporter: reporter{average: typicalCompound},
	}
	e.apply(now, cfg)
	e.reporter.due = now.Add(e.interval(true))
	return e
}

// Reconfigure goes on as newly negotiated. SSRC and sequence numbers go on, and
// so does whatever else has not changed.
func (e *End) Reconfigure(now time.Time, cfg Config) {
	e.apply(now, cfg.renegotiated(e.cfg).filled())
}

func (e *End) apply(now time.Time, cfg Config) {
	if cfg.Remote != e.cfg.Remote {
		e.gate.negotiate(now, cfg.Remote)
		e.source = source{}
	}
	e.cfg, e.heard = cfg, now
}

// Config gives what is in force.
func (e *End) Config() *Config { return &e.cfg }

// HeaderSize is that of the RTP packets that we send.
const HeaderSize = 12

// Header appends room for an RTP header to out.
func Header(out []byte) []byte {
	var room [HeaderSize]byte
	return append(out, room[:]...)
}

// Seal fills in the header of the packet that begins where out ends (RFC 3550
// §5.1).
func (e *End) Seal(out []byte, payloadType uint8, stamp uint32, marker bool, packet []byte) []byte {
	h, s := packet[len(out):], &e.sent
	h[0], h[1] = 2<<6, payloadType
	if marker {
		h[1] |= 0x80
	}
	binary.BigEndian.PutUint16(h[2:], s.seq)
	binary.BigEndian.PutUint32(h[4:], stamp)
	binary.BigEndian.PutUint32(h[8:], s.ssrc)
	s.seq++
	s.packets++
	s.octets += uint64(len(h) - HeaderSize)
	return packet
}

// Parse reads an RTP packet that came from an address. Any other verdict than
// Accepted is the packet's end; else Admit comes next. The packet is the End's,
// until the next Parse.
func (e *End) Parse(now time.Time, b []byte, from netip.AddrPort) (*rtp.Packet, Verdict) {
	// The cheapest test first: a flood of strangers costs little.
	if from = Unmapped(from); !e.gate.known(from) && !e.gate.mayLatch(now, from) {
		return nil, Stranger
	}
	if err := e.packet.Unmarshal(b); err != nil || e.packet.Version != 2 {
		return nil, Malformed
	}
	return &e.packet, Accepted
}

// Admit applies the rules for addresses and sources to the packet of the last
// Parse, whose payload type was agreed on. fresh tells that another source than
// before is heard with it.
func (e *End) Admit(now time.Time, from netip.AddrPort) (fresh bool, v Verdict) {
	p := &e.packet
	switch e.gate.pass(now, Unmapped(from), p.SSRC, p.SequenceNumber) {
	case shut:
		return false, Stranger
	case onTrial:
		return false, OnTrial
	}
	if p.SSRC == e.sent.ssrc {
		e.collide()
	}
	claimed := e.source.claim(now, p.SSRC, p.SequenceNumber)
	if claimed == foreign {
		return false, Foreign
	}
	e.heard, e.packetAt = now, now
	e.octets += uint64(len(p.Payload))
	return claimed == replaced, Accepted
}

// collide takes another SSRC, as the peer uses ours (RFC 3550 §8.2); the old
// one says goodbye in the next report. Where that happens again the peer
// reflects what we send, as test numbers do: then its packets are played like
// any others.
func (e *End) collide() {
	e.reporter.collisions++
	if e.reporter.collisions > 1 {
		return
	}
	e.reporter.goodbye, e.reporter.farewell = true, e.sent.ssrc
	e.sent.ssrc ^= uint32(e.cfg.Random()*(1<<32)) | 1
}

// Count does the statistics of an admitted packet for reports. timed tells that
// its timestamp says when it was sent.
func (e *End) Count(now time.Time, timed bool) {
	p, r := &e.packet, &e.source.reception
	order := r.Receive(p.SequenceNumber)
	if order != rtcp.Jumped && timed {
		r.Add(p.Timestamp, e.reporter.clock(&e.cfg, now))
	}
}

// Tally counts what became of a packet.
func (e *End) Tally(v Verdict) Verdict {
	e.verdicts[v]++
	return v
}

// Remote is the address to send RTP to: the negotiated one, or where the peer
// turned out to be.
func (e *End) Remote() netip.AddrPort { return e.gate.peer }

// Known tells that a source of the peer is heard.
func (e *End) Known() bool { return e.source.known }

// Next is the sequence number of the next packet, and SSRC our source.
func (e *End) Next() (seq uint16, ssrc uint32) { return e.sent.seq, e.sent.ssrc }

// Wall gives the time on the peer's own clock at which it sampled what has that
// RTP timestamp, by its last sender report (RFC 3550 §6.4.1): comparable among
// the streams of one CNAME. False before there was one.
func (e *End) Wall(stamp uint32) (time.Time, bool) {
	c := &e.source.clock
	return rtcp.FromNTP(c.NTP).Add(e.cfg.Duration(int64(int32(stamp - c.RTP)))), e.source.told
}

// Stalled tells that the peer should be heard and neither media nor a report
// has come for Config.StallAfter.
func (e *End) Stalled(now time.Time) bool {
	return e.cfg.Receive && now.Sub(e.heard) > e.cfg.StallAfter
}
