package sdp

import (
	"net/netip"
	"strconv"
	"strings"
)

// trim takes the blanks of SDP away; Unicode's blanks are text.
func trim(s string) string { return strings.Trim(s, " \t") }

// field cuts the first word off.
func field(s string) (word, rest string) {
	s = strings.TrimLeft(s, " \t")
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], strings.TrimLeft(s[i:], " \t")
	}
	return s, ""
}

// fields splits into at most most words; ok is false when there are more.
func fields(s string, most int) (words []string, ok bool) {
	for word, rest := field(s); word != ""; word, rest = field(rest) {
		if len(words) == most {
			return words, false
		}
		words = append(words, word)
	}
	return words, true
}

// isToken checks the token of RFC 8866 §9.
func isToken(s string, most int) bool {
	for i := 0; i < len(s); i++ {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != "" && len(s) <= most
}

func isTokenByte(b byte) bool {
	return b > ' ' && b < 0x7f && !strings.ContainsRune(`"(),/:;<=>?@[\]`, rune(b))
}

// number reads a decimal number of at most bits bits: digits only.
func number(s string, bits int) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, bits)
	return n, err == nil
}

// host reads the address of an o= or c= line: an IP address, or a name that
// the caller has to resolve.
func host(s string) (addr netip.Addr, name string, ok bool) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return addr.Unmap(), "", addr.Zone() == ""
	}
	return netip.Addr{}, s, isName(s)
}

// isName checks a host name (RFC 1123 §2.1): its last label isn't a number,
// so that a wrong IPv4 address is no name.
func isName(s string) bool {
	const most = 255
	for i := 0; i < len(s); i++ {
		if b := s[i]; !isAlnum(b) && b != '-' && b != '.' && b != '_' {
			return false
		}
	}
	last := s[strings.LastIndexByte(s, '.')+1:]
	return last != "" && len(s) <= most && strings.Trim(last, "0123456789") != ""
}

func isAlnum(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'z'
}
