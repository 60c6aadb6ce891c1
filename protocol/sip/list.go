package sip

import "strings"

// eachElement gives the elements of one header line, and tells whether to go on.
func eachElement(id HeaderID, line string, yield func(string) bool) bool {
	if !id.isList() {
		return yield(line)
	}
	for line != "" {
		var element string
		element, line = cutElement(line)
		if element != "" && !yield(element) {
			return false
		}
	}
	return true
}

// cutElement takes the first element off a comma-separated list; commas within
// quotes, angle brackets and comments don't separate (RFC 3261 §7.3.1). The
// element comes trimmed and may be empty.
func cutElement(s string) (element, rest string) {
	comma := strings.IndexByte(s, ',')
	if comma < 0 {
		return trim(s), ""
	}
	if strings.IndexByte(s[:comma], '"') < 0 && strings.IndexByte(s[:comma], '<') < 0 &&
		strings.IndexByte(s[:comma], '(') < 0 {
		return trim(s[:comma]), s[comma+1:]
	}
	end := scanTo(s, ',')
	if end == len(s) {
		return trim(s), ""
	}
	return trim(s[:end]), s[end+1:]
}

// scanTo gives the index of the first stop outside quotes, angle brackets and
// comments, or len(s). A quote or bracket that never closes is taken for an
// ordinary character, so that a careless value doesn't swallow the others.
func scanTo(s string, stop byte) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case stop:
			return i
		case '"':
			if n := quotedEnd(s[i:]); n > 0 {
				i += n - 1
			}
		case '<':
			if n := strings.IndexByte(s[i:], '>'); n > 0 {
				i += n
			}
		case '(':
			if n := commentEnd(s[i:]); n > 0 {
				i += n - 1
			}
		}
	}
	return len(s)
}

// commentEnd gives the length of the comment at the front of s, with the
// comments nested in it, or -1 if it never closes (RFC 3261 §25.1).
func commentEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}
