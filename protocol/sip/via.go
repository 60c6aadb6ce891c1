package sip

import (
	"errors"
	"strings"
)

var errVia = errors.New("sip: bad Via")

// Via is one element of a Via header (RFC 3261 §20.42).
type Via struct {
	Version   string // "SIP/2.0"
	Transport string // "UDP", "TCP", "TLS", …
	Host      string // of sent-by; an IPv6 reference has its brackets
	Port      uint16 // of sent-by, 0: none
	Params    Params
}

// ParseVia reads one element of a Via header. Blanks may stand around the
// slashes and the colon.
func ParseVia(s string) (Via, error) {
	s = trim(s)
	semi := indexOr(s, ';')
	v := Via{Params: Params(s[semi:])}
	protocol, sentBy, ok := cutProtocol(s[:semi])
	if !ok {
		return Via{}, errVia
	}
	slash := strings.LastIndexByte(protocol, '/')
	v.Version, v.Transport = trim(protocol[:slash]), trim(protocol[slash+1:])
	name, version, _ := strings.Cut(v.Version, "/")
	if len(trim(name))+len(trim(version))+1 < len(v.Version) {
		name, version = trim(name), trim(version)
		v.Version = name + "/" + version
	}
	if !isToken(name) || !isToken(version) || !isToken(v.Transport) {
		return Via{}, errVia
	}
	return v, v.parseSentBy(sentBy)
}

// cutProtocol takes "SIP / 2.0 / UDP" off the front: it ends at the first
// blank after the token that follows the second slash.
func cutProtocol(s string) (protocol, rest string, ok bool) {
	slashes, inToken := 0, false
	for i := range len(s) {
		switch {
		case s[i] == '/':
			slashes++
			inToken = false
		case !isSpace(s[i]):
			inToken = true
		case slashes == 2 && inToken:
			return s[:i], s[i:], true
		}
	}
	return "", "", false
}

// parseSentBy reads host[:port], with blanks allowed around the colon.
func (v *Via) parseSentBy(s string) (err error) {
	s = trim(s)
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		host, port := s[:i], trim(s[i:])
		if !strings.HasSuffix(host, ":") && !strings.HasPrefix(port, ":") {
			return errVia
		}
		if port[0] == ':' {
			port = ":" + trim(port[1:])
		}
		s = host + port
	}
	v.Host, v.Port, err = parseHostPort(s)
	return err
}

// Branch gives the branch parameter, "" if there is none.
func (v Via) Branch() string {
	branch, _ := v.Params.Get("branch")
	return branch
}

// Received gives the received parameter, "" if there is none. An IPv6 address
// comes without brackets, though some senders write them (RFC 5118 §4.5).
func (v Via) Received() string {
	r, _ := v.Params.Get("received")
	if len(r) > 2 && r[0] == '[' && r[len(r)-1] == ']' {
		return r[1 : len(r)-1]
	}
	return r
}

// RPort gives the rport parameter (RFC 3581): whether it is there, and its
// value, 0 where it has none yet.
func (v Via) RPort() (port uint16, present bool) {
	s, present := v.Params.Get("rport")
	n, _ := parseNumber(s)
	if n > 65535 {
		n = 0
	}
	return uint16(n), present
}

// SentBy gives "host:port", or the host alone where there is no port.
func (v Via) SentBy() string { return string(appendHostPort(nil, v.Host, v.Port)) }

// Append writes the element. Line ends become spaces.
func (v Via) Append(dst []byte) []byte {
	start := len(dst)
	if v.Version == "" {
		dst = append(dst, "SIP/2.0"...)
	}
	dst = append(append(dst, v.Version...), '/')
	dst = append(append(dst, v.Transport...), ' ')
	dst = appendHostPort(dst, v.Host, v.Port)
	return spaceOut(append(dst, v.Params...), start)
}

// String gives the element as Append writes it.
func (v Via) String() string { return string(v.Append(nil)) }
