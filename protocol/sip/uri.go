package sip

import (
	"errors"
	"strconv"
	"strings"
)

var (
	errURI     = errors.New("sip: not a URI")
	errURIHost = errors.New("sip: bad host in URI")
	errURIUser = errors.New("sip: bad user part in URI")
	errPort    = errors.New("sip: bad port")
)

// URI is a sip, sips, tel or any other URI (RFC 3261 §19.1, RFC 3966). All
// parts are as written: escapes stay, Unescape undoes them.
//
// sip and sips fill User to Headers. Of tel, Opaque is the number and Params
// follow it. Of any other scheme, Opaque is all that follows the colon.
type URI struct {
	Scheme   string // in lower case
	User     string
	Password string
	Host     string // an IPv6 reference has its brackets
	Port     uint16 // 0: none
	Params   Params // ";transport=tcp;lr"
	Headers  string // what follows the question mark
	Opaque   string
}

// ParseURI reads a whole URI. Unknown schemes are not an error; a bad host,
// port or user part of a sip URI is.
func ParseURI(s string) (URI, error) {
	colon := strings.IndexByte(s, ':')
	if colon <= 0 || !isScheme(s[:colon]) {
		return URI{}, errURI
	}
	u := URI{Scheme: toLower(s[:colon])}
	rest := s[colon+1:]
	if !all(rest, classURI) {
		return URI{}, errURI
	}
	switch u.Scheme {
	case "sip", "sips":
		return u, u.parseSIP(rest)
	case "tel":
		semi := indexOr(rest, ';')
		u.Opaque, u.Params = rest[:semi], Params(rest[semi:])
	default:
		u.Opaque = rest
	}
	return u, nil
}

// isScheme follows RFC 3986 §3.1.
func isScheme(s string) bool {
	if c := s[0] | 0x20; c < 'a' || c > 'z' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if classes[c]&classToken == 0 && c != '+' || c == '%' || c == '!' || c == '*' || c == '_' || c == '`' || c == '\'' || c == '~' {
			return false
		}
	}
	return true
}

func (u *URI) parseSIP(s string) error {
	if at := strings.IndexByte(s, '@'); at >= 0 {
		user := s[:at]
		s = s[at+1:]
		colon := indexOr(user, ':')
		u.User = user[:colon]
		if colon < len(user) {
			u.Password = user[colon+1:]
		}
		if u.User == "" || !escapedOK(user) {
			return errURIUser
		}
	}
	if q := strings.IndexByte(s, '?'); q >= 0 {
		u.Headers = s[q+1:]
		s = s[:q]
	}
	semi := indexOr(s, ';')
	u.Params = Params(s[semi:])
	var err error
	if u.Host, u.Port, err = parseHostPort(s[:semi]); err != nil {
		return err
	}
	return nil
}

// escapedOK tells whether a user part holds allowed characters and whole
// escapes; bytes beyond ASCII, which some phones send bare, are let through.
func escapedOK(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case classes[c]&classUser != 0 || c >= 0x80:
		case c == '%' && i+2 < len(s) && classes[s[i+1]]&classes[s[i+2]]&classHex != 0:
			i += 2
		case c == '#' || c == '[' || c == ']' || c == '^' || c == '`' || c == '{' || c == '|' || c == '}' || c == '\\':
			// Not allowed by the grammar, but dialled strings carry them.
		default:
			return false
		}
	}
	return true
}

// parseHostPort reads host[:port], the host a name, an IPv4 address or an IPv6
// reference (RFC 3261 §25.1).
func parseHostPort(s string) (host string, port uint16, err error) {
	end := indexOr(s, ':')
	if s != "" && s[0] == '[' {
		end = indexOr(s, ']') + 1
		if end > len(s) || !isIPv6(s[1:end-1]) {
			return "", 0, errURIHost
		}
		host = s[:end]
	} else if host = s[:end]; !all(host, classHost) {
		return "", 0, errURIHost
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

// indexOr gives the index of c in s, or len(s).
func indexOr(s string, c byte) int {
	if i := strings.IndexByte(s, c); i >= 0 {
		return i
	}
	return len(s)
}

// HostPort gives "host:port", or the host alone where there is no port.
func (u URI) HostPort() string { return string(appendHostPort(nil, u.Host, u.Port)) }

func appendHostPort(dst []byte, host string, port uint16) []byte {
	dst = append(dst, host...)
	if port != 0 {
		dst = append(dst, ':')
		dst = strconv.AppendUint(dst, uint64(port), 10)
	}
	return dst
}

// Append writes the URI as ParseURI reads it. Line ends in its parts become
// escapes, so a URI never breaks its header line.
func (u URI) Append(dst []byte) []byte {
	start := len(dst)
	if u.Scheme != "" {
		dst = append(append(dst, u.Scheme...), ':')
	}
	dst = append(dst, u.Opaque...)
	if u.Host != "" {
		if u.User != "" {
			dst = append(dst, u.User...)
			if u.Password != "" {
				dst = append(append(dst, ':'), u.Password...)
			}
			dst = append(dst, '@')
		}
		dst = appendHostPort(dst, u.Host, u.Port)
	}
	dst = append(dst, u.Params...)
	if u.Headers != "" {
		dst = append(append(dst, '?'), u.Headers...)
	}
	return spaceOut(dst, start)
}

// spaceOut turns line ends in what was written from start on into spaces.
func spaceOut(dst []byte, start int) []byte {
	for i := start; i < len(dst); i++ {
		if dst[i] == '\r' || dst[i] == '\n' {
			dst[i] = ' '
		}
	}
	return dst
}

// String gives the URI as Append writes it.
func (u URI) String() string { return string(u.Append(nil)) }

// Param gives the value of a URI parameter with the escapes of its name and
// value undone (RFC 3261 §19.1.4: an escape means the character it stands for).
func (u URI) Param(name string) (value string, ok bool) {
	for n, v := range u.Params.All() {
		if EqualFold(Unescape(n), name) {
			return Unescape(v), true
		}
	}
	return "", false
}

// Unescape undoes the %HH escapes of a URI part (RFC 3986 §2.1). What looks
// like a broken escape stays.
func Unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && classes[s[i+1]]&classes[s[i+2]]&classHex != 0 {
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		b = append(b, s[i])
	}
	return string(b)
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&0xf + 9
}

// EscapeUser gives s fit to be a URI's user part (RFC 3261 §19.1.2).
func EscapeUser(s string) string {
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if c := s[i]; classes[c]&classUser != 0 && c != ':' {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}
