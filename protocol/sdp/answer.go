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
	if err := local.check(); err != nil {
		return "", Agreement{}, err
	}
	offer := n.pending
	s := &Session{Name: "-", Start: offer.Start, Stop: offer.Stop, Media: make([]Media, len(offer.Media))}
	wanted, accepted := 0, 0
	used := make([]bool, len(local.Streams))
	for _, i := range n.activeFirst(len(offer.Media)) {
		m := &offer.Media[i]
		if !m.Rejected() {
			wanted++
		}
		at, codecs := choose(m, n.formerPort(i), local.Streams, used)
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

// formerPort is where we receive the stream of m= line i so far, 0 for nowhere.
func (n *Negotiation) formerPort(i int) uint16 {
	if n.mine == nil || i >= len(n.mine.Media) {
		return 0
	}
	return n.mine.Media[i].Port
}

// choose finds the unused stream for an offered m= line and marks it: the one
// that is there already, else the first that fits.
func choose(m *Media, formerPort uint16, streams []Stream, used []bool) (int, []Codec) {
	if m.Rejected() || m.Addr.IsMulticast() || !plainRTP(m.Proto) {
		return -1, nil
	}
	found, codecs := -1, []Codec(nil)
	for i := range streams {
		s := &streams[i]
		if used[i] || s.Kind != m.Kind || s.Port == 0 || found >= 0 && s.Port != formerPort {
			continue
		}
		if c := common(m.Codecs, s.Codecs); useful(c, s.Codecs) && useful(c, m.Codecs) {
			found, codecs = i, c
		}
	}
	if found >= 0 {
		used[found] = true
	}
	return found, codecs
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

// answerMedia answers an m= line. An offer with c=0.0.0.0 is answered like any
// other, and only bars us from sending (RFC 4317 §5.2).
func answerMedia(offered *Media, stream *Stream, local Local, codecs []Codec) Media {
	m := stream.media(local.Addr, codecs)
	m.Proto = offered.Proto
	m.RTCPMux = stream.RTCPMux && offered.RTCPMux
	m.Direction = offered.Direction.Reverse().And(stream.Direction)
	m.Ptime = answerPtime(offered, stream.Ptime)
	return m
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
