package sdp

import (
	"strconv"
	"strings"
)

// canonicalMediaName keeps kind and transport aside and writes ones that
// pion/sdp knows: it has closed lists of both, the specification has not.
func canonicalMediaName(b *strings.Builder, s *section) error {
	l := s.lines[0]
	kind, rest := field(l.value)
	port, rest := field(rest)
	proto, formats := field(rest)
	if !isToken(kind, maxToken) {
		return refuse(l.number, "media type %s is not a token", short(kind))
	}
	for part := range strings.SplitSeq(proto, "/") {
		if !isToken(part, maxToken) || len(proto) > maxToken {
			return refuse(l.number, "transport %s is not tokens with / between", short(proto))
		}
	}
	s.kind, s.proto = kind, proto
	value, err := mediaPort(port, l.number)
	if err != nil {
		return err
	}
	if formats == "" {
		if value != 0 {
			return refuse(l.number, "m= has no format")
		}
		formats = "0"
	}
	if _, ok := fields(formats, maxFormats); !ok {
		return refuse(l.number, "more than %d formats", maxFormats)
	}
	writeLine(b, 'm', "audio "+strconv.Itoa(value)+" RTP/AVP "+formats)
	return nil
}

// mediaPort checks "port" and "port/count"; the count is for layered streams,
// which a phone has none of.
func mediaPort(s string, line int) (int, error) {
	port, count, layered := strings.Cut(s, "/")
	value, ok := number(port, 16)
	if !ok {
		return 0, refuse(line, "port %s is not 0…65535", short(port))
	}
	if n, ok := number(count, 16); layered && (!ok || n == 0) {
		return 0, refuse(line, "number of ports %s is not 1…65535", short(count))
	}
	return int(value), nil
}
