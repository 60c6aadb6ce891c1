package sip

import "strings"

// Classes of characters (RFC 3261 §25.1).
const (
	classToken = 1 << iota // token
	classHost              // hostname, and '_' which the world uses
	classUser              // user and password, without '%'
	classParam             // a parameter's value that needs no quotes
	classDigit
	classHex
	classURI // may stand in a URI: no blanks, controls, quotes and angle brackets
)

var classes = buildClasses()

func buildClasses() (table [256]uint8) {
	for c := range 256 {
		b := byte(c)
		switch {
		case b >= '0' && b <= '9':
			table[c] |= classDigit | classHex | classToken | classHost | classUser | classParam
		case b|0x20 >= 'a' && b|0x20 <= 'z':
			table[c] |= classToken | classHost | classUser | classParam
			if b|0x20 <= 'f' {
				table[c] |= classHex
			}
		}
	}
	mark := func(set string, class uint8) {
		for i := range len(set) {
			table[set[i]] |= class
		}
	}
	for c := '!'; c < 256; c++ {
		if c != '"' && c != '<' && c != '>' && c != 0x7f {
			table[c] |= classURI
		}
	}
	mark("-.!%*_+`'~", classToken|classParam)
	mark("-._", classHost)
	mark("-_.!~*'()&=+$,;?/:", classUser)
	mark("[]:/$&()", classParam)
	return table
}

// all tells whether s is not empty and of that class only.
func all(s string, class uint8) bool {
	for i := range len(s) {
		if classes[s[i]]&class == 0 {
			return false
		}
	}
	return s != ""
}

// isToken tells whether s is a token (RFC 3261 §25.1).
func isToken(s string) bool { return all(s, classToken) }

// EqualFold compares two ASCII strings without case, as tokens are compared
// (RFC 3261 §7.3.1). Bytes beyond ASCII must be the same.
func EqualFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// toLower gives s in lower case, s itself when it is so already.
func toLower(s string) string {
	for i := range len(s) {
		if lower(s[i]) != s[i] {
			b := []byte(s)
			for j := range b {
				b[j] = lower(b[j])
			}
			return string(b)
		}
	}
	return s
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// isSpace also takes the line ends of a folded value for blanks.
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func trim(s string) string { return trimRight(trimLeft(s)) }

func trimLeft(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	return s
}

func trimRight(s string) string {
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// unfold replaces each line fold, with the blanks around it, by one space
// (RFC 3261 §7.3.1).
func unfold(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\n' {
			b = append(b, s[i])
			continue
		}
		for len(b) > 0 && isSpace(b[len(b)-1]) {
			b = b[:len(b)-1]
		}
		for i+1 < len(s) && isSpace(s[i+1]) {
			i++
		}
		b = append(b, ' ')
	}
	return string(b)
}

// oneLine gives s with every CR and LF turned into a space, so that no value
// can end its header line and start another.
func oneLine(s string) string {
	if strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, '\r') < 0 {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if c == '\r' || c == '\n' {
			b[i] = ' '
		}
	}
	return string(b)
}

// unquote gives the text of a quoted-string without its quotes and
// quoted-pairs; anything else comes back as it is (RFC 3261 §25.1).
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}

// appendQuoted writes s as a quoted-string.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '\r', '\n':
			dst = append(dst, ' ')
		case '"', '\\':
			dst = append(dst, '\\', c)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// quotedEnd gives the length of the quoted-string at the front of s, closing
// quote included, or -1 if it never closes.
func quotedEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}
