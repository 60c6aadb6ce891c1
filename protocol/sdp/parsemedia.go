package sdp

import (
	"net/netip"
	"strings"
	"time"

	pion "github.com/pion/sdp/v3"
)

// mediaReader checks one media section.
type mediaReader struct {
	m         *Media
	section   *section
	direction oneDirection
	// mapped are the payload types that an a=rtpmap line has named.
	mapped [128]bool
	// fmtps counts the a=fmtp lines that were joined.
	fmtps int
}

func (r *mediaReader) read(d *pion.MediaDescription, session *pion.ConnectionInformation) error {
	// Copies, so that a Session doesn't keep the whole message alive.
	r.m.Kind, r.m.Proto = strings.Clone(r.section.kind), strings.Clone(r.section.proto)
	r.m.Port = uint16(d.MediaName.Port.Value) // the pre-pass has checked its range
	r.m.Bandwidth = bandwidths(d.Bandwidth)
	if err := r.formats(d.MediaName.Formats); err != nil {
		return err
	}
	if !r.m.Rejected() {
		r.m.Addr, r.m.Host = address(session)
		if d.ConnectionInformation != nil {
			r.m.Addr, r.m.Host = address(d.ConnectionInformation)
		}
		if !r.m.Addr.IsValid() && r.m.Host == "" {
			return refuse(r.section.number, "neither this stream nor the session has a c= line")
		}
	}
	numbers := attributeLines{r.section.lines}
	for _, a := range d.Attributes {
		if err := r.attribute(trim(a.Key), trim(a.Value), numbers.next()); err != nil {
			return err
		}
	}
	return nil
}

func (r *mediaReader) formats(list []string) error {
	if !r.m.RTP() {
		r.m.Formats = list
		return nil
	}
	r.m.Codecs = make([]Codec, 0, len(list))
	for _, f := range list {
		pt, err := payloadType(f, r.section.number)
		if err != nil {
			return err
		}
		if r.m.codec(pt) == nil {
			r.m.Codecs = append(r.m.Codecs, bare(pt))
		}
	}
	return nil
}

func payloadType(s string, line int) (uint8, error) {
	n, ok := number(s, 7)
	if !ok {
		return 0, refuse(line, "payload type %s is not 0…127", short(s))
	}
	return uint8(n), nil
}

// attribute interprets one a= line or keeps it.
func (r *mediaReader) attribute(name, value string, line int) error {
	if d, ok := parseDirection(name); ok {
		if err := r.direction.set(d, line); err != nil {
			return err
		}
		r.m.Direction = d
		return nil
	}
	taken, err := false, error(nil)
	switch name {
	case "rtpmap":
		taken, err = r.rtpmap(value, line)
	case "fmtp":
		taken, err = r.fmtp(value, line)
	case "rtcp":
		taken, err = r.rtcp(value, line)
	case "rtcp-mux":
		taken = r.m.RTP()
		r.m.RTCPMux = r.m.RTCPMux || taken
	case "ptime":
		taken = setPtime(&r.m.Ptime, value)
	case "maxptime":
		taken = setPtime(&r.m.MaxPtime, value)
	}
	if err != nil || taken {
		return err
	}
	r.m.Attributes = append(r.m.Attributes, Attribute{name, value})
	return nil
}

// listed finds the codec that "<payload type> <rest>" speaks of; nil when the
// m= line doesn't have it.
func (r *mediaReader) listed(value string, line int) (c *Codec, rest string, err error) {
	word, rest := field(value)
	pt, err := payloadType(word, line)
	if err != nil {
		return nil, "", err
	}
	return r.m.codec(pt), rest, nil
}

// rtpmap reads "<payload type> <name>/<clock>[/<channels>]" (RFC 8866 §6.6).
func (r *mediaReader) rtpmap(value string, line int) (bool, error) {
	if !r.m.RTP() {
		return false, nil
	}
	listed, rest, err := r.listed(value, line)
	if err != nil {
		return false, err
	}
	c, err := encoding(rest, line)
	if err != nil || listed == nil {
		return false, err
	}
	c.PayloadType, c.Fmtp = listed.PayloadType, listed.Fmtp
	if std, ok := static[c.PayloadType]; ok && strings.EqualFold(std.Name, c.Name) {
		// Some write G722/16000 for payload type 9; the fixed types have one
		// clock whatever is written.
		c.ClockRate, c.Channels = std.ClockRate, std.Channels
	}
	if r.mapped[c.PayloadType] && !c.sameEncoding(*listed) {
		return false, refuse(line, "payload type %d is %s/%d already", c.PayloadType, listed.Name, listed.ClockRate)
	}
	r.mapped[c.PayloadType] = true
	*listed = c
	return true, nil
}

// encoding reads "<name>/<clock>[/<channels>]".
func encoding(s string, line int) (Codec, error) {
	name, rest, _ := strings.Cut(s, "/")
	clock, channels, hasChannels := strings.Cut(rest, "/")
	if !isToken(name, maxToken) {
		return Codec{}, refuse(line, "codec name %s is not a token", short(name))
	}
	rate, ok := number(clock, 31)
	if !ok || rate == 0 {
		return Codec{}, refuse(line, "clock rate %s is not 1…2147483647", short(clock))
	}
	count := uint64(1)
	if hasChannels {
		if count, ok = number(channels, 8); !ok || count == 0 {
			return Codec{}, refuse(line, "number of channels %s is not 1…255", short(channels))
		}
	}
	return Codec{Name: name, ClockRate: int(rate), Channels: int(count)}, nil
}

// fmtp reads "<payload type> <parameters>" (RFC 8866 §6.15). A second line for
// the same payload type adds to the first.
func (r *mediaReader) fmtp(value string, line int) (bool, error) {
	if !r.m.RTP() {
		return false, nil
	}
	c, params, err := r.listed(value, line)
	if err != nil || c == nil {
		return false, err
	}
	switch {
	case params == "" || params == c.Fmtp:
		return true, nil
	case c.Fmtp != "":
		params = c.Fmtp + ";" + params
		r.fmtps++
	}
	if r.fmtps > maxJoined {
		return false, refuse(line, "more than %d further a=fmtp lines", maxJoined)
	}
	if len(params) > maxFmtp {
		return false, refuse(line, "%d bytes of parameters; at most %d are read", len(params), maxFmtp)
	}
	c.Fmtp = params
	return true, nil
}

// rtcp reads "<port> [IN IP4|IP6 <address>]" (RFC 3605 §2.1). One with a host
// name is kept as it is.
func (r *mediaReader) rtcp(value string, line int) (bool, error) {
	if !r.m.RTP() || r.m.RTCP.Port() != 0 {
		return false, nil
	}
	words, ok := fields(value, 4)
	if !ok || len(words) != 1 && len(words) != 4 {
		return false, refuse(line, "a=rtcp needs a port, or port, IN, IP4 or IP6, address")
	}
	port, ok := number(words[0], 16)
	if !ok || port == 0 {
		return false, refuse(line, "RTCP port %s is not 1…65535", short(words[0]))
	}
	addr := r.m.Addr
	if len(words) == 4 {
		if _, err := connection(words[1:], line); err != nil {
			return false, err
		}
		if addr, _, _ = host(words[3]); !addr.IsValid() {
			return false, nil
		}
	}
	r.m.RTCP = netip.AddrPortFrom(addr, uint16(port))
	return true, nil
}

// setPtime reads whole milliseconds. It is a wish (RFC 8866 §6.4): one that is
// out of reason is left among the other attributes.
func setPtime(d *time.Duration, value string) bool {
	const most = 1000
	ms, ok := number(value, 16)
	if !ok || ms == 0 || ms > most || *d != 0 {
		return false
	}
	*d = time.Duration(ms) * time.Millisecond
	return true
}
