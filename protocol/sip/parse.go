package sip

import "strings"

// Parse reads one message from a datagram, or from what a Framer cut out of a
// stream. The bytes are copied once. The error is a *ParseError; the message
// comes with it whenever enough could be read to answer, that is whenever its
// Status is not 0.
func Parse(datagram []byte) (*Message, error) {
	m := new(Message)
	err := m.Unmarshal(string(datagram))
	if e, ok := err.(*ParseError); ok && e.Status == 0 {
		return nil, err
	}
	return m, err
}

// Unmarshal reads raw into m and forgets what m held before. It gives a
// *ParseError for the first fault that it meets and still reads what follows.
func (m *Message) Unmarshal(raw string) error {
	p := parser{m: m, raw: raw}
	m.reset(raw)
	if p.startLine(); p.err == nil || p.err.Status != 0 {
		p.headers()
		p.body()
	}
	if p.err != nil {
		return p.err
	}
	return nil
}

func (m *Message) reset(raw string) {
	m.raw, m.method, m.uri, m.reason, m.status, m.body = raw, "", "", "", 0, ""
	m.n, m.spill = 0, m.spill[:0]
	m.first = [numHeaders]uint16{}
}

// parser walks over one message; err is the first fault.
type parser struct {
	m   *Message
	raw string
	pos int
	err *ParseError
}

func (p *parser) fail(status int, reason string, offset int) {
	if p.err == nil {
		p.err = &ParseError{Status: status, Reason: reason, Offset: offset}
	}
}

// line takes the next line off the input, without its end. Lines end with LF;
// the CR before it belongs to the line end.
func (p *parser) line() (start, end int, ok bool) {
	start = p.pos
	n := strings.IndexByte(p.raw[start:], '\n')
	if n < 0 {
		p.pos = len(p.raw)
		return start, len(p.raw), false
	}
	end = start + n
	p.pos = end + 1
	if end > start && p.raw[end-1] == '\r' {
		end--
	}
	return start, end, true
}

// startLine reads a request-line or status-line (RFC 3261 §7.1, §7.2), after
// any empty lines (§7.5).
func (p *parser) startLine() {
	for p.pos < len(p.raw) && (p.raw[p.pos] == '\r' || p.raw[p.pos] == '\n') {
		p.pos++
	}
	if p.pos == len(p.raw) {
		p.fail(0, "nothing but line ends", 0)
		return
	}
	start, end, ok := p.line()
	if !ok {
		p.fail(0, "no complete line", start)
		return
	}
	line := p.raw[start:end]
	if len(line) > 4 && EqualFold(line[:4], "SIP/") {
		p.statusLine(line, start)
		return
	}
	p.requestLine(line, start)
}

func (p *parser) statusLine(line string, offset int) {
	version, rest, _ := strings.Cut(line, " ")
	if !EqualFold(version, "SIP/2.0") {
		p.fail(0, "unknown version in status line", offset)
		return
	}
	code, reason, _ := strings.Cut(rest, " ")
	status, ok := parseNumber(code)
	if !ok || len(code) != 3 || status < 100 || status > 699 {
		p.fail(0, "bad status code", offset+len(version)+1)
		return
	}
	p.m.status, p.m.reason = int(status), trim(reason)
}

// requestLine splits at the first and last space, so that a request-URI with
// blanks in it still leaves a method and a version to answer by.
func (p *parser) requestLine(line string, offset int) {
	trimmed := trimRight(line)
	first, last := strings.IndexByte(trimmed, ' '), strings.LastIndexByte(trimmed, ' ')
	if first <= 0 || !isToken(trimmed[:first]) {
		p.fail(0, "not a SIP start line", offset)
		return
	}
	version := trimmed[last+1:]
	if len(version) < 5 || !EqualFold(version[:4], "SIP/") {
		p.fail(0, "not a SIP start line", offset)
		return
	}
	p.m.method = Method(trimmed[:first])
	uri := trimmed[first:last]
	if uri != "" {
		uri = uri[1:]
	}
	p.m.uri = trim(uri)
	switch {
	case !EqualFold(version, "SIP/2.0"):
		p.fail(505, "Version Not Supported", offset+last+1)
	case len(trimmed) != len(line):
		p.fail(400, "Blanks After SIP Version", offset+len(trimmed))
	case p.m.uri == "":
		p.fail(400, "No Request-URI", offset+first)
	case len(p.m.uri) != len(uri):
		p.fail(400, "More Than One Blank in Request Line", offset+first)
	default:
		for i := range len(uri) {
			if classes[uri[i]]&classURI == 0 {
				p.fail(400, "Bad Character in Request-URI", offset+first+1+i)
				return
			}
		}
	}
}

// headers reads header lines up to the empty line (RFC 3261 §7.3).
func (p *parser) headers() {
	for {
		start, end, ok := p.line()
		if !ok {
			p.fail(400, "Header Section Not Ended", start)
		}
		if start == end {
			return
		}
		p.header(start, end)
		if !ok {
			return
		}
	}
}

// header reads one header line and the lines folded into it.
func (p *parser) header(start, end int) {
	folded := false
	for p.pos < len(p.raw) && isBlank(p.raw[p.pos]) {
		_, end, _ = p.line()
		folded = true
	}
	raw := p.raw
	colon := start
	for colon < end && classes[raw[colon]]&classToken != 0 {
		colon++
	}
	nameEnd := colon
	for colon < end && isSpace(raw[colon]) {
		colon++
	}
	if nameEnd == start || colon == end || raw[colon] != ':' || nameEnd-start > 255 {
		p.fail(400, "Bad Header Line", start)
		return
	}
	value := colon + 1
	for value < end && isSpace(raw[value]) {
		value++
	}
	for end > value && isSpace(raw[end-1]) {
		end--
	}
	folded = folded && strings.IndexByte(raw[value:end], '\n') >= 0
	p.add(entry{
		name: uint32(start), length: uint16(nameEnd - start), value: uint32(value), end: uint32(end),
		id: LookupHeader(raw[start:nameEnd]), folded: folded,
	})
}

func (p *parser) add(e entry) {
	m := p.m
	switch {
	case m.n < inlineHeaders:
		m.inline[m.n] = e
	case m.n < maxHeaders:
		m.spill = append(m.spill, e)
	default:
		p.fail(400, "Too Many Header Lines", int(e.name))
		return
	}
	m.n++
	if m.first[e.id] == 0 {
		m.first[e.id] = uint16(m.n)
	}
}

// body takes what Content-Length says; what follows it in a datagram is
// dropped (RFC 3261 §18.3).
func (p *parser) body() {
	p.m.body = p.raw[p.pos:]
	i := p.m.first[HContentLength]
	if i == 0 {
		return
	}
	e := p.m.at(int(i) - 1)
	n, ok := parseNumber(p.m.text(e))
	switch {
	case !ok:
		p.fail(400, "Bad Content-Length", int(e.value))
	case uint64(n) > uint64(len(p.m.body)):
		p.fail(400, "Content-Length Larger Than Message", int(e.value))
	default:
		p.m.body = p.m.body[:n]
	}
}
