package digest

import (
	"iter"
	"strings"
)

// params walks the name=value pairs of a challenge or of credentials
// (RFC 7235 §2.1). Values come unquoted; blanks and empty list elements are
// skipped, as servers are careless with both.
func params(s string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for {
			s = strings.TrimLeft(s, " \t,")
			eq := strings.IndexByte(s, '=')
			if eq < 0 {
				return
			}
			// A list without quotes, as in qop=auth,auth-int, leaves its other
			// elements in front of the next name.
			name := strings.TrimSpace(s[strings.LastIndexByte(s[:eq], ',')+1 : eq])
			var value string
			value, s = cutValue(strings.TrimLeft(s[eq+1:], " \t"))
			if !yield(strings.ToLower(name), value) {
				return
			}
		}
	}
}

// cutValue takes one token or quoted-string off the front of s.
func cutValue(s string) (value, rest string) {
	if s == "" || s[0] != '"' {
		end := strings.IndexByte(s, ',')
		if end < 0 {
			end = len(s)
		}
		return strings.TrimSpace(s[:end]), s[end:]
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return unescape(s[1:i]), s[i+1:]
		}
	}
	return unescape(s[1:]), ""
}

// unescape undoes the quoted-pairs of a quoted-string (RFC 3261 §25.1).
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// quote writes s as a quoted-string. Line ends can't be part of one and are
// left out, so that no value can start a header of its own.
func quote(b *strings.Builder, name, s string) {
	if b.Len() > len("Digest ") {
		b.WriteString(", ")
	}
	b.WriteString(name)
	b.WriteString(`="`)
	for i := range len(s) {
		switch c := s[i]; c {
		case '\r', '\n', 0:
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
}

// bare writes name=value without quotes, as algorithm, qop and nc are written
// in credentials (RFC 7616 §3.4).
func bare(b *strings.Builder, name, s string) {
	b.WriteString(", ")
	b.WriteString(name)
	b.WriteByte('=')
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < 0x7f && c != ',' && c != '"' {
			b.WriteByte(c)
		}
	}
}
