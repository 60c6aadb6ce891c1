package sdp

import (
	"strconv"
	"strings"
)

// section is the lines of the session level, or of one m= line.
type section struct {
	lines []line
	// kind, proto and number are of the m= line.
	kind, proto string
	number      int
}

// first gives the first line of that kind; a second one that says something
// else is refused.
func (s *section) first(kind byte) (line, bool, error) {
	var found line
	for _, l := range s.lines {
		switch {
		case l.kind != kind:
		case found.number == 0:
			found = l
		case found.value != l.value:
			return found, true, refuse(l.number, "this %c= line contradicts line %d", kind, found.number)
		}
	}
	return found, found.number != 0, nil
}

// split cuts the lines into the session level and the media.
func split(lines []line) ([]section, error) {
	if len(lines) == 0 || lines[0].kind != 'v' {
		return nil, refuse(1, "a description starts with v=0")
	}
	sections := make([]section, 1, 4)
	start := 0
	for i, l := range lines {
		switch {
		case l.kind == 'm':
			sections[len(sections)-1].lines = lines[start:i]
			if len(sections) > MaxMedia {
				return nil, refuse(l.number, "more than %d m= lines", MaxMedia)
			}
			sections = append(sections, section{number: l.number})
			start = i
		case (l.kind == 'v' || l.kind == 'o') && len(sections) > 1:
			return nil, refuse(l.number, "a second description starts here")
		}
	}
	sections[len(sections)-1].lines = lines[start:]
	return sections, nil
}

// canonical writes what pion/sdp reads: the lines that this package has a use
// for, in the order of the grammar, repaired where the meaning is clear.
func canonical(sections []section) (string, error) {
	var b strings.Builder
	b.Grow(1024)
	if err := canonicalSession(&b, &sections[0]); err != nil {
		return "", err
	}
	for i := range sections[1:] {
		s := &sections[1+i]
		if err := canonicalMediaName(&b, s); err != nil {
			return "", err
		}
		if err := canonicalConnection(&b, s); err != nil {
			return "", err
		}
		canonicalBandwidth(&b, s)
		canonicalAttributes(&b, s)
	}
	return b.String(), nil
}

func canonicalSession(b *strings.Builder, s *section) error {
	if v, _, err := s.first('v'); err != nil || v.value != "0" {
		return refuse(s.lines[0].number, "version %s; only v=0 exists", short(v.value))
	}
	b.WriteString("v=0\r\n")
	if err := canonicalOrigin(b, s); err != nil {
		return err
	}
	name, _, err := s.first('s')
	if err != nil {
		return err
	}
	if name.value == "" {
		name.value = "-"
	}
	writeLine(b, 's', name.value)
	if err := canonicalConnection(b, s); err != nil {
		return err
	}
	canonicalBandwidth(b, s)
	if err := canonicalTime(b, s); err != nil {
		return err
	}
	canonicalAttributes(b, s)
	return nil
}

// canonicalOrigin repairs a user name that is missing or has blanks in it.
func canonicalOrigin(b *strings.Builder, s *section) error {
	const most = 16
	l, ok, err := s.first('o')
	if err != nil {
		return err
	}
	if !ok {
		return refuse(0, "the o= line is missing")
	}
	words, ok := fields(l.value, most)
	if !ok || len(words) < 5 {
		return refuse(l.number, "o= needs user, id, version, IN, IP4 or IP6, address")
	}
	user, rest := words[:len(words)-5], words[len(words)-5:]
	for _, n := range rest[:2] {
		if _, ok := number(n, 64); !ok {
			return refuse(l.number, "o= has %s where a number below 2^64 must be", short(n))
		}
	}
	name := strings.Join(user, "_")
	if name == "" {
		name = "-"
	}
	where, err := connection(rest[2:], l.number)
	if err != nil {
		return err
	}
	writeLine(b, 'o', name+" "+rest[0]+" "+rest[1]+" "+where)
	return nil
}

// canonicalTime writes the first t= line; further ones and repeats mean
// nothing in a call (RFC 3264 §5).
func canonicalTime(b *strings.Builder, s *section) error {
	for _, l := range s.lines {
		if l.kind != 't' {
			continue
		}
		start, rest := field(l.value)
		stop, rest := field(rest)
		_, ok1 := number(start, 64)
		_, ok2 := number(stop, 64)
		if !ok1 || !ok2 || rest != "" {
			return refuse(l.number, "t= needs two numbers below 2^64")
		}
		writeLine(b, 't', start+" "+stop)
		return nil
	}
	writeLine(b, 't', "0 0")
	return nil
}

func canonicalConnection(b *strings.Builder, s *section) error {
	l, ok, err := s.first('c')
	if err != nil || !ok {
		return err
	}
	words, ok := fields(l.value, 3)
	if !ok || len(words) != 3 {
		return refuse(l.number, "c= needs IN, IP4 or IP6, address")
	}
	where, err := connection(words, l.number)
	if err != nil {
		return err
	}
	writeLine(b, 'c', where)
	return nil
}

// connection checks net type, address type and address. A multicast scope
// ("/127") is cut off.
func connection(words []string, number int) (string, error) {
	family := strings.ToUpper(words[1])
	if !strings.EqualFold(words[0], "IN") || family != "IP4" && family != "IP6" {
		return "", refuse(number, "network %s %s is none of IN IP4 and IN IP6", short(words[0]), short(words[1]))
	}
	where, _, _ := strings.Cut(words[2], "/")
	if _, _, ok := host(where); !ok {
		return "", refuse(number, "%s is neither an IP address nor a host name", short(where))
	}
	return "IN " + family + " " + where, nil
}

// canonicalBandwidth leaves lines out that are not understood, as RFC 8866
// §5.8 asks.
func canonicalBandwidth(b *strings.Builder, s *section) {
	for _, l := range s.lines {
		if l.kind != 'b' {
			continue
		}
		name, value, _ := strings.Cut(l.value, ":")
		if _, ok := number(value, 64); ok && isBandwidth(name) {
			writeLine(b, 'b', l.value)
		}
	}
}

func isBandwidth(name string) bool {
	switch name {
	case "CT", "AS", "TIAS", "RS", "RR":
		return true
	}
	return strings.HasPrefix(name, "X-") && isToken(name, maxToken)
}

func canonicalAttributes(b *strings.Builder, s *section) {
	for _, l := range s.lines {
		if l.isAttribute() {
			writeLine(b, 'a', l.value)
		}
	}
}

// isAttribute tells whether the line reaches pion/sdp as an attribute.
func (l line) isAttribute() bool { return l.kind == 'a' && l.value != "" }

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

func writeLine(b *strings.Builder, kind byte, value string) {
	b.WriteByte(kind)
	b.WriteByte('=')
	b.WriteString(value)
	b.WriteString("\r\n")
}
