package screen

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/imsphone/imsphone/protocol/sip"
)

func itoa(n int) string { return strconv.Itoa(n) }

func two(n int) string {
	if n < 10 {
		return "0" + itoa(n)
	}
	return itoa(n)
}

// party names the other end: by the name that it gives itself, with its number
// under it, or by its number alone.
func party(uri, name string) (title, sub string) {
	number := printable(numberOf(uri))
	if name = printable(name); name == "" || name == number {
		return group(number), ""
	}
	return name, group(number)
}

// numberOf is what a URI calls: a telephone number, the user, or the host.
func numberOf(uri string) string {
	u, err := sip.ParseURI(uri)
	switch {
	case err != nil:
		return uri
	case u.Scheme == "tel":
		return u.Opaque
	case u.User == "":
		return u.Host
	case isNumber(u.User):
		return u.User
	}
	return u.User + "@" + u.Host
}

// isNumber tells a telephone number from a name.
func isNumber(s string) bool {
	rest := strings.TrimPrefix(s, "+")
	return rest != "" && strings.Trim(rest, "0123456789*#") == ""
}

// group sets spaces between the digits of a telephone number: behind the
// country code, then behind each third; the last group has two to four.
func group(s string) string {
	if !isNumber(s) || len(s) < 6 || strings.ContainsAny(s, "*#") {
		return s
	}
	var b strings.Builder
	rest := s
	if s[0] == '+' {
		n := 1 + countryCode(s[1:])
		b.WriteString(s[:n])
		rest = s[n:]
	}
	for len(rest) > 4 {
		appendGroup(&b, rest[:3])
		rest = rest[3:]
	}
	appendGroup(&b, rest)
	return b.String()
}

func appendGroup(b *strings.Builder, digits string) {
	if b.Len() > 0 && digits != "" {
		b.WriteByte(' ')
	}
	b.WriteString(digits)
}

// countryCode is the length of an E.164 number's country code, in digits
// (ITU-T E.164, list of assigned codes).
func countryCode(digits string) int {
	const twoDigits = " 20 27 28 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 " +
		"60 61 62 63 64 65 66 81 82 83 84 86 89 90 91 92 93 94 95 98 "
	switch {
	case digits[0] == '1' || digits[0] == '7':
		return 1
	case strings.Contains(twoDigits, " "+digits[:2]+" "):
		return 2
	}
	return 3
}

// printable is a text of a stranger without what a screen or a terminal would
// obey, and without marks that turn the direction of writing around.
func printable(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		case !unicode.IsPrint(r) && r != ' ':
			return unicode.ReplacementChar
		}
		return r
	}, s))
}
