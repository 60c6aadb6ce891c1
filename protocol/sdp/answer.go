package sdp

import (
	"fmt"
	"strings"
	"time"
)

// Answer makes our answer to the peer's offer (RFC 3264 §6). Each m= line of
// the offer gets the first stream of its kind that shares a codec with it;
// the others are rejected with port 0. When none is left of an offer that had
// streams the error is ErrNoCommonCodec, and the offer is still outstanding.
func (n *Negotiation) Answer(local Local) (string, Agreement, error) {
	if n.state != OfferReceived {
		return "", Agreement{}, ErrNoOffer
	}
	offer := n.pending
	s := &Session{Name: "-", Start: offer.Start, Stop: offer.Stop, Media: make([]Media, len(offer.Media))}
	wanted, accepted := 0, 0
	used := make([]bool, len(local.Streams))
	for _, i := range n.answerOrder(offer) {
		m := &offer.Media[i]
		if !m.Rejected() {
			wanted++
		}
		at, codecs := choose(m, local.Streams, used)
		if at < 0 {
			s.Media[i] = disabled(m)
			continue
		}
		accepted++
		s.Media[i] = answerMedia(m, &local.Streams[at], local, codecs)
	}
	if wanted > 0 && accepted == 0 {
		return "", Agreement{}, fmt.Errorf("%w: none of the %d offered streams can be used", ErrNoCommonCodec, wanted)
	}
	agreed := agreement(s, offer)
	body := n.publish(local, s)
	n.settle(s, offer, agreed)
	return body, agreed, nil
}

// answerOrder puts the m= lines that are in use first, so that a stream stays
// where it is when the offer has a choice of places.
func (n *Negotiation) answerOrder(offer *Session) []int {
	var active, rest []int
	for i := range offer.Media {
		if i < len(n.agreed.Streams) && !n.agreed.Streams[i].Rejected {
			active = append(active, i)
		} else {
			rest = append(rest, i)
		}
	}
	return append(active, rest...)
}

// choose finds the first unused stream that fits to an offered m= line, and
// marks it.
func choose(m *Media, streams []Stream, used []bool) (int, []Codec) {
	if m.Rejected() || m.Addr.IsMulticast() || !plainRTP(m.Proto) {
		return -1, nil
	}
	for i := range streams {
		if used[i] || streams[i].Kind != m.Kind || streams[i].Port == 0 {
			continue
		}
		if codecs := common(m.Codecs, streams[i].Codecs); carryMedia(codecs) {
			used[i] = true
			return i, codecs
		}
	}
	return -1, nil
}

// plainRTP: an answer repeats the transport of the offer, and AVPF only allows
// more feedback than AVP has (RFC 4585 §3).
func plainRTP(proto string) bool {
	return strings.EqualFold(proto, "RTP/AVP") || strings.EqualFold(proto, "RTP/AVPF")
}

// common gives the offered codecs that we have too, in the order and with the
// payload types of the offer, as RFC 3264 §6.1 recommends.
func common(offered, local []Codec) []Codec {
	used := make([]bool, len(local))
	var out []Codec
	for _, o := range offered {
		for i, l := range local {
			if !used[i] && l.Matches(o) {
				used[i] = true
				out = append(out, answerCodec(o, l))
				break
			}
		}
	}
	return out
}

// answerCodec takes our parameters, but an AMR mode set of the offer binds
// both directions (RFC 4867 §8.3.1).
func answerCodec(offered, local Codec) Codec {
	c := Codec{offered.PayloadType, offered.Name, offered.ClockRate, offered.Channels, local.Fmtp}
	if strings.HasPrefix(strings.ToUpper(c.Name), "AMR") && offered.Param("mode-set") != "" {
		c.Fmtp = offered.Fmtp
	}
	return c
}

func answerMedia(offered *Media, stream *Stream, local Local, codecs []Codec) Media {
	m := stream.media(local.Addr, codecs)
	m.Proto = offered.Proto
	m.RTCPMux = stream.RTCPMux && offered.RTCPMux
	m.Direction = answerDirection(offered, stream.Direction)
	m.Ptime = answerPtime(offered, stream.Ptime)
	return m
}

// answerDirection limits ours by the offer's. An offer with c=0.0.0.0 can't
// receive, whatever its direction says (RFC 3264 §8.4).
func answerDirection(offered *Media, ours Direction) Direction {
	d := offered.Direction.Reverse().And(ours)
	if offered.Addr.IsUnspecified() {
		d = direction(false, d.Receives())
	}
	return d
}

// answerPtime repeats the offer's wish where it is usual: many peers can only
// do the same packet length both ways.
func answerPtime(offered *Media, ours time.Duration) time.Duration {
	const shortest, longest = 10 * time.Millisecond, 120 * time.Millisecond
	if offered.Ptime >= shortest && offered.Ptime <= longest {
		return offered.Ptime
	}
	return ours
}
