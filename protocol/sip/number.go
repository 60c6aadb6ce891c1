package sip

import "math"

// parseNumber reads 1*DIGIT. A number that doesn't fit gives the largest
// uint32 and false; anything else that isn't a number gives 0 and false.
func parseNumber(s string) (uint32, bool) {
	if s == "" {
		return 0, false
	}
	n, fits := uint64(0), true
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		if n = n*10 + uint64(s[i]-'0'); n > math.MaxUint32 {
			n, fits = math.MaxUint32, false
		}
	}
	return uint32(n), fits
}

// Number gives the number that the header's first line starts with, as in
// Expires, Max-Forwards, Min-SE, RSeq, Session-Expires and Retry-After;
// parameters or a comment may follow it. A number over 2³²−1 gives that and
// false, no number gives 0 and false.
func (m *Message) Number(id HeaderID) (uint32, bool) {
	s := m.Get(id)
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if rest := trimLeft(s[n:]); rest != "" && rest[0] != ';' && rest[0] != '(' {
		return 0, false
	}
	return parseNumber(s[:n])
}
