package sdp

import (
	"fmt"
	"slices"
)

// Offer makes our offer. Streams of former m= lines keep their position; those
// that local no longer has are disabled with port 0, new ones follow (RFC 3264
// §8.1, §8.2).
func (n *Negotiation) Offer(local Local) (string, error) {
	if n.state != Idle {
		return "", ErrPending
	}
	if err := local.check(); err != nil {
		return "", err
	}
	order, err := n.order(local.Streams)
	if err != nil {
		return "", err
	}
	s := &Session{Name: "-", Media: make([]Media, len(order))}
	for i, at := range order {
		if at < 0 {
			s.Media[i] = disabled(&n.mine.Media[i])
			continue
		}
		stream := &local.Streams[at]
		s.Media[i] = stream.media(local.Addr, n.number(i, stream.Codecs))
	}
	body := n.publish(local, s)
	n.state, n.pending = OfferSent, s
	return body, nil
}

// order gives for each m= line the position of its stream, -1 for none. Lines
// in use choose before those that are disabled, so that a stream stays where
// it is.
func (n *Negotiation) order(streams []Stream) ([]int, error) {
	used := make([]bool, len(streams))
	var order []int
	if n.mine != nil {
		order = make([]int, len(n.mine.Media))
		for _, i := range n.activeFirst(len(order)) {
			order[i] = take(streams, used, &n.mine.Media[i], !n.agreed.Streams[i].Rejected)
		}
	}
	for i := range streams {
		if !used[i] && !streams[i].AnswerOnly {
			order = append(order, i)
		}
	}
	if len(order) > MaxMedia {
		return nil, fmt.Errorf("%w: more than %d m= lines in one dialog", ErrMismatch, MaxMedia)
	}
	return order, nil
}

// activeFirst gives the positions 0…count-1, those of agreed streams first.
func (n *Negotiation) activeFirst(count int) []int {
	active, rest := make([]int, 0, count), []int(nil)
	for i := range count {
		if i < len(n.agreed.Streams) && !n.agreed.Streams[i].Rejected {
			active = append(active, i)
		} else {
			rest = append(rest, i)
		}
	}
	return append(active, rest...)
}

// take finds the unused stream for a former m= line and marks it: the one on
// the same port, else the first of the kind. A line that isn't in use doesn't
// get a stream that waits for an offer.
func take(streams []Stream, used []bool, former *Media, inUse bool) int {
	found := -1
	for i := range streams {
		if used[i] || streams[i].Kind != former.Kind || streams[i].AnswerOnly && !inUse {
			continue
		}
		if same := streams[i].Port == former.Port; same || found < 0 {
			found = i
			if same {
				break
			}
		}
	}
	if found >= 0 {
		used[found] = true
	}
	return found
}

// disabled is an m= line with port 0; it still needs its formats.
func disabled(m *Media) Media {
	d := Media{Kind: m.Kind, Proto: m.Proto, Direction: Inactive, Formats: m.Formats}
	for _, c := range m.Codecs {
		d.Codecs = append(d.Codecs, Codec{PayloadType: c.PayloadType})
	}
	return d
}

// number gives the codecs of m= line i their payload types: one that the codec
// had before, else the wished one, else a free dynamic one.
func (n *Negotiation) number(i int, codecs []Codec) []Codec {
	var former []Codec
	if i < len(n.numbers) {
		former = n.numbers[i]
	}
	var taken [128]bool
	for _, f := range former {
		taken[f.PayloadType&0x7f] = true
	}
	out := make([]Codec, 0, len(codecs))
	for _, c := range codecs {
		c.PayloadType, c.Channels = c.PayloadType&0x7f, max(c.Channels, 1)
		at := slices.IndexFunc(former, func(f Codec) bool { return f.Matches(c) && !listed(out, f.PayloadType) })
		switch {
		case at >= 0:
			c.PayloadType = former[at].PayloadType
		case taken[c.PayloadType]:
			free, ok := freeNumber(&taken)
			if !ok {
				continue
			}
			c.PayloadType = free
		}
		taken[c.PayloadType] = true
		out = append(out, c)
	}
	return out
}

func listed(codecs []Codec, pt uint8) bool {
	return slices.ContainsFunc(codecs, func(c Codec) bool { return c.PayloadType == pt })
}

// freeNumber looks among the dynamic payload types (RFC 3551 §6).
func freeNumber(taken *[128]bool) (uint8, bool) {
	for pt := uint8(96); pt < 128; pt++ {
		if !taken[pt] {
			return pt, true
		}
	}
	return 0, false
}

// remember notes the payload types of a description that goes out.
func (n *Negotiation) remember(s *Session) {
	numbers := make([][]Codec, len(s.Media))
	for i := range s.Media {
		if i < len(n.numbers) {
			numbers[i] = slices.Clone(n.numbers[i])
		}
		for _, c := range s.Media[i].Codecs {
			if c.Name != "" && !listed(numbers[i], c.PayloadType) {
				numbers[i] = append(numbers[i], c)
			}
		}
	}
	n.numbers = numbers
}
