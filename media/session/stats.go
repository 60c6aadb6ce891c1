package session

import (
	"time"

	"github.com/imsphone/imsphone/media/jitter"
	"github.com/imsphone/imsphone/media/quality"
	"github.com/imsphone/imsphone/media/rtpend"
)

// Stats is what a stream has to tell since it began.
type Stats struct {
	SSRC     uint32 // ours
	PeerSSRC uint32 // 0 while nothing was heard

	SentPackets     uint64
	SentOctets      uint64 // of payload
	ReceivedPackets uint64 // RTP of the peer
	ReceivedOctets  uint64 // of payload

	Lost       int64  // packets that never came
	Late       uint64 // packets that came after their turn
	Duplicates uint64
	Discarded  uint64 // packets that the jitter buffer dropped
	Skipped    uint64 // frames left out to shorten the delay
	Stretched  uint64 // frames inserted to lengthen it
	Resyncs    uint64 // times that the peer's stream began anew

	Strangers    uint64 // packets from elsewhere than the peer
	Foreign      uint64 // packets of another source at the peer's address
	Malformed    uint64
	Unnegotiated uint64 // packets of a payload type that was not agreed on
	Implausible  uint64 // reports that can't be true, packets that continue nothing
	Reports      uint64 // valid ones of the peer
	Collisions   uint64 // packets with our own SSRC
	Latched      bool   // the peer is elsewhere than it said
	PeerLeft     bool   // the peer has said goodbye

	Jitter       time.Duration // interarrival jitter (RFC 3550 §6.4.1)
	BufferDelay  time.Duration // what the jitter buffer adds now
	BufferTarget time.Duration // what it aims at
	RoundTrip    time.Duration // of the network, 0 while not known
	// OneWay estimates the delay from the peer's mouth to our ear: half the
	// round trip, the jitter buffer, and a packet at each end.
	OneWay time.Duration
	// Lag is the time from the peer's clock when it captured what is heard to
	// ours now, where LagKnown: with the clocks' difference in it, so that it
	// only serves to show the peer's pictures at the same lag.
	Lag      time.Duration
	LagKnown bool
	// LastPacket is when the peer's last RTP packet came; zero for never.
	LastPacket time.Time

	// Quality is how the peer sounds here (ITU-T G.107).
	quality.Quality
	// Peer is how we sound there by the peer's reports, where PeerKnown. Its
	// jitter buffer is taken for twice its jitter.
	Peer      quality.Quality
	PeerKnown bool
}

// Stats gives the figures as of now.
func (s *Session) Stats(now time.Time) Stats {
	held, e := s.buffer.Stats(now), s.end.Stats()
	v := &e.Verdicts
	st := Stats{
		SSRC: e.SSRC, PeerSSRC: e.PeerSSRC,
		SentPackets: e.SentPackets, SentOctets: e.SentOctets,
		ReceivedPackets: v[Accepted] + v[Key] + v[Unheard] + v[Duplicate] + v[Late], ReceivedOctets: e.ReceivedOctets,
		Lost: max(int64(held.Lost)-int64(held.Late), 0), Late: held.Late, Duplicates: held.Duplicates, Discarded: held.Discarded,
		Skipped: held.Skipped, Stretched: held.Stretched, Resyncs: held.Resyncs,
		Strangers: v[Stranger], Foreign: v[Foreign], Malformed: v[Malformed], Unnegotiated: v[Unnegotiated],
		Implausible: v[Implausible], Reports: v[Control], Collisions: e.Collisions,
		Latched: e.Latched, PeerLeft: e.PeerLeft,
		Jitter: held.Jitter, BufferDelay: max(held.Delay, 0), BufferTarget: held.Target,
		RoundTrip: e.RoundTrip, LastPacket: e.LastPacket,
		PeerKnown: e.Told,
	}
	st.OneWay = st.RoundTrip/2 + st.BufferDelay + 2*s.cfg.Ptime
	st.Lag, st.LagKnown = s.lag(now)
	st.Quality = s.ourView(held, &st)
	if e.Told {
		st.Peer = s.peerView(&e)
	}
	return st
}

// lag looks at what was played last, unless that is long ago.
func (s *Session) lag(now time.Time) (time.Duration, bool) {
	p := &s.player
	wall, ok := s.end.Wall(p.stamp)
	return p.played.Sub(wall), ok && !p.played.IsZero() && now.Sub(p.played) < time.Second
}

func (s *Session) ourView(held jitter.Stats, st *Stats) quality.Quality {
	in := quality.Input{Codec: quality.Codec(s.cfg.Codec.Name), Jitter: st.Jitter, RoundTrip: st.RoundTrip, OneWay: st.OneWay}
	if due := held.Lost + held.Played; due > 0 {
		in.Lost = float64(held.Lost) / float64(due)
	}
	if held.Bursts > 0 {
		// At random, bursts have a mean length of 1/(1−p).
		in.BurstRatio = float64(held.Lost) / float64(held.Bursts) * (1 - in.Lost)
	}
	return quality.Estimate(in)
}

func (s *Session) peerView(e *rtpend.Stats) quality.Quality {
	in := quality.Input{Codec: quality.Codec(s.cfg.Codec.Name), RoundTrip: e.RoundTrip}
	in.Jitter = s.end.Config().Duration(int64(e.About.Jitter))
	in.OneWay = e.RoundTrip/2 + 2*in.Jitter + 2*s.cfg.Ptime
	if e.SentPackets > 0 {
		in.Lost = max(0, float64(e.About.Lost)/float64(e.SentPackets))
	}
	return quality.Estimate(in)
}
