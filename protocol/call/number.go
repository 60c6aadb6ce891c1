package call

import (
	"net/netip"
	"strings"
)

// separators are what people write into numbers to read them: RFC 3966 §5.1.1's
// visual separators, and what else is found on paper and in what is pasted.
const separators = "-.() /\u00a0\u202f\u2011\u2013"

// Number gives the telephone number that somebody dials, without its visual
// separators: digits, *, # and, in front, a +. ok is false for what is no number,
// such as a name or an IP address.
func Number(dialled string) (number string, ok bool) {
	s := unseparated(dialled)
	digits := strings.TrimPrefix(s, "+")
	if digits == "" || strings.Trim(digits, "0123456789*#") != "" || isAddress(dialled) {
		return "", false
	}
	return s, true
}

// isAddress tells whether digits and dots are an address rather than a number.
func isAddress(s string) bool {
	_, err := netip.ParseAddr(strings.TrimSpace(s))
	return err == nil
}

// unseparated drops the visual separators.
func unseparated(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(separators, r) {
			return -1
		}
		return r
	}, s)
}
