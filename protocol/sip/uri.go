package sip

import (
	"errors"
	"strings"
)

var (
	errURI     = errors.New("sip: not a URI")
	errURIUser = errors.New("sip: bad user part in URI")
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

// indexOr gives the index of c in s, or len(s).
func indexOr(s string, c byte) int {
	if i := strings.IndexByte(s, c); i >= 0 {
		return i
	}
	return len(s)
}

// HostPort gives "host:port", or the host alone where there is no port.
func (u URI) HostPort() string { return string(appendHostPort(nil, u.Host, u.Port)) }

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
