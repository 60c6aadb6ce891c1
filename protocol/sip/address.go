package sip

import (
	"errors"
	"strings"
)

var (
	errAddress = errors.New("sip: bad address")
	errDisplay = errors.New("sip: bad display name")
)

// Address is a name-addr or addr-spec with its header parameters, as in From,
// To, Contact, Route, Record-Route and Refer-To (RFC 3261 §20.10). The "*" of
// a Contact has only URI.Opaque, which is "*".
type Address struct {
	Display string // without quotes
	URI     URI
	Params  Params
}

// ParseAddress reads one element of such a header. Without angle brackets,
// what follows the first semicolon or question mark is no part of the URI
// (§20.10).
func ParseAddress(s string) (Address, error) {
	s = trim(s)
	if s == "*" {
		return Address{URI: URI{Opaque: "*"}}, nil
	}
	var a Address
	if s != "" && s[0] == '"' {
		n := quotedEnd(s)
		if n < 0 {
			return Address{}, errDisplay
		}
		a.Display, s = unquote(s[:n]), trimLeft(s[n:])
		if s == "" || s[0] != '<' {
			return Address{}, errDisplay
		}
	}
	open := strings.IndexByte(s, '<')
	if open < 0 {
		return parseAddrSpec(s)
	}
	if open > 0 {
		a.Display = trim(s[:open])
		if !displayOK(a.Display) {
			return Address{}, errDisplay
		}
	}
	end := strings.IndexByte(s, '>')
	if end < open {
		return Address{}, errAddress
	}
	var err error
	if a.URI, err = ParseURI(s[open+1 : end]); err != nil {
		return Address{}, err
	}
	rest := trimLeft(s[end+1:])
	if rest != "" && rest[0] != ';' {
		return Address{}, errAddress
	}
	a.Params = Params(rest)
	return a, nil
}

// displayOK tells whether an unquoted display name can be told from the rest:
// the grammar allows tokens only, phones also send apostrophes, '@' and UTF-8.
func displayOK(s string) bool { return !strings.ContainsAny(s, "\"<>,;\\:") }

// parseAddrSpec reads an address without angle brackets.
func parseAddrSpec(s string) (Address, error) {
	semi := indexOr(s, ';')
	uri := trimRight(s[:semi])
	if strings.IndexByte(uri, '?') >= 0 || strings.IndexByte(uri, ',') >= 0 {
		return Address{}, errAddress
	}
	u, err := ParseURI(uri)
	if err != nil {
		return Address{}, err
	}
	return Address{URI: u, Params: Params(s[semi:])}, nil
}

// Tag gives the tag parameter, "" if there is none.
func (a Address) Tag() string {
	tag, _ := a.Params.Get("tag")
	return tag
}

// Append writes the address, the URI always in angle brackets and the display
// name always in quotes. Line ends become spaces.
func (a Address) Append(dst []byte) []byte {
	if a.URI.Opaque == "*" && a.URI.Scheme == "" {
		return append(dst, '*')
	}
	start := len(dst)
	if a.Display != "" {
		dst = append(appendQuoted(dst, a.Display), ' ')
	}
	dst = append(dst, '<')
	dst = append(a.URI.Append(dst), '>')
	return spaceOut(append(dst, a.Params...), start)
}

// String gives the address as Append writes it.
func (a Address) String() string { return string(a.Append(nil)) }
