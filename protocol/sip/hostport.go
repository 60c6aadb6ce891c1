package sip

import (
	"errors"
	"strconv"
)

var (
	errHost = errors.New("sip: bad host")
	errPort = errors.New("sip: bad port")
)

// parseHostPort reads host[:port], the host a name, an IPv4 address or an IPv6
// reference (RFC 3261 §25.1).
func parseHostPort(s string) (host string, port uint16, err error) {
	end := indexOr(s, ':')
	if s != "" && s[0] == '[' {
		end = indexOr(s, ']') + 1
		if end > len(s) || !isIPv6(s[1:end-1]) {
			return "", 0, errHost
		}
		host = s[:end]
	} else if host = s[:end]; !all(host, classHost) {
		return "", 0, errHost
	}
	if end == len(s) {
		return host, 0, nil
	}
	n, ok := parseNumber(s[min(end+1, len(s)):])
	if s[end] != ':' || !ok || n == 0 || n > 65535 {
		return "", 0, errPort
	}
	return host, uint16(n), nil
}

// isIPv6 only looks at the characters: which address it is matters to whoever
// sends there, and RFC 3261's grammar writes some with a colon too many
// (RFC 5118 §4.10).
func isIPv6(s string) bool {
	colons := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == ':':
			colons++
		case c == '%': // a zone
			return colons >= 2 && i > 0
		case c != '.' && classes[c]&classHex == 0:
			return false
		}
	}
	return colons >= 2
}

func appendHostPort(dst []byte, host string, port uint16) []byte {
	dst = append(dst, host...)
	if port != 0 {
		dst = append(dst, ':')
		dst = strconv.AppendUint(dst, uint64(port), 10)
	}
	return dst
}
