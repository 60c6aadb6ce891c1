package rtpend

import (
	"time"

	"github.com/imsphone/imsphone/media/rtcp"
)

// Stats is what every kind of stream has to tell since it began.
type Stats struct {
	SSRC     uint32 // ours
	PeerSSRC uint32 // 0 while nothing was heard

	SentPackets    uint64
	SentOctets     uint64 // of payload
	ReceivedOctets uint64 // of payload
	Verdicts       [verdicts]uint64
	Collisions     uint64 // packets with our own SSRC
	Latched        bool   // the peer is elsewhere than it said
	PeerLeft       bool   // the peer has said goodbye
	// Lost and Jitter are the peer's stream as our reports tell of it (RFC
	// 3550 §6.4.1).
	Lost   int32
	Jitter time.Duration
	// RoundTrip is the network's, 0 while not known.
	RoundTrip time.Duration
	// LastPacket is when the peer's last RTP packet came; zero for never.
	LastPacket time.Time
	// About is the peer's last report about us, where Told.
	About rtcp.Block
	Told  bool
}

// Stats gives the figures as of now.
func (e *End) Stats() Stats {
	return Stats{
		SSRC: e.sent.ssrc, PeerSSRC: e.source.ssrc,
		SentPackets: e.sent.packets, SentOctets: e.sent.octets, ReceivedOctets: e.octets,
		Verdicts: e.verdicts, Collisions: e.reporter.collisions,
		Latched: e.gate.latched, PeerLeft: e.source.left,
		Lost: e.source.reception.Lost(), Jitter: e.cfg.Duration(int64(e.source.reception.Jitter())),
		RoundTrip: e.reporter.roundTrip, LastPacket: e.packetAt,
		About: e.reporter.about, Told: e.reporter.told,
	}
}
