package sdp

import "strings"

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
