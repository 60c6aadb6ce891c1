package link

import (
	"iter"
	"strconv"
	"strings"
)

// token is a word, a sign ({ } ;) or a quoted string of dhclient's files.
type token struct {
	text   string // of a string what it stands for
	quoted bool
}

// tokens splits a file. Commas and comments separate as spaces do; a string that
// isn't closed ends the file.
func tokens(text string) iter.Seq[token] {
	return func(yield func(token) bool) {
		for {
			text = strings.TrimLeft(text, " \t\r\n,")
			if text == "" {
				return
			}
			var t token
			ok := true
			switch text[0] {
			case '#':
				_, text, _ = strings.Cut(text, "\n")
				continue
			case '{', '}', ';':
				t, text = token{text: text[:1]}, text[1:]
			case '"':
				t, text, ok = quoted(text[1:])
			default:
				n := strings.IndexAny(text+" ", " \t\r\n,;{}#\"")
				t, text = token{text: text[:n]}, text[n:]
			}
			if !ok || !yield(t) {
				return
			}
		}
	}
}

// quoted reads a string up to its closing quote. What isn't printable is written
// as a backslash and three octal digits; a quote or a backslash has one before it.
func quoted(text string) (t token, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			return token{text: b.String(), quoted: true}, text[i+1:], true
		case '\\':
			n, v := escape(text[i+1:])
			if n == 0 {
				return token{}, "", false
			}
			b.WriteByte(v)
			i += n
		default:
			b.WriteByte(c)
		}
	}
	return token{}, "", false
}

// escape reads what follows a backslash: n characters that stand for v.
func escape(s string) (n int, v byte) {
	if s == "" {
		return 0, 0
	}
	if len(s) >= 3 {
		if v, err := strconv.ParseUint(s[:3], 8, 8); err == nil {
			return 3, byte(v)
		}
	}
	return 1, s[0]
}
