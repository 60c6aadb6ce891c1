package sip

import (
	"bytes"
	"errors"
)

// MaxMessage is the longest message, in bytes, that a Framer cuts out of a
// stream.
const MaxMessage = 64 << 10

// The faults of a stream. None can be mended: the connection has to be closed,
// as nobody can tell where the next message starts.
var (
	ErrTooLong         = errors.New("sip: message on stream too long, close the connection")
	ErrNoContentLength = errors.New("sip: message on stream without Content-Length, close the connection")
	ErrContentLength   = errors.New("sip: bad Content-Length on stream, close the connection")
	ErrNotSIP          = errors.New("sip: stream does not hold SIP, close the connection")
)

// Framer cuts messages out of a byte stream (RFC 3261 §18.3) and counts the
// keep-alives between them (RFC 5626 §3.5.1). The zero value is ready.
type Framer struct {
	buf   []byte
	start int  // of what isn't used up yet in buf
	scan  int  // up to here buf holds no end of a header section
	need  int  // length of the message at start, 0 while unknown
	lone  bool // the last thing used up was a single CRLF
	pings int
	pongs int
	err   error
}

// Push adds bytes as they came off the stream; they are copied.
func (f *Framer) Push(data []byte) {
	if f.err != nil {
		return
	}
	if f.start > 0 && (f.start == len(f.buf) || len(f.buf)+len(data) > cap(f.buf)) {
		n := copy(f.buf, f.buf[f.start:])
		f.buf, f.scan, f.start = f.buf[:n], max(f.scan-f.start, 0), 0
	}
	f.buf = append(f.buf, data...)
}

// Next gives the next whole message, ok false if there is none yet. raw is
// valid until the next Push. After an error the stream is of no use any more.
func (f *Framer) Next() (raw []byte, ok bool, err error) {
	if f.err != nil {
		return nil, false, f.err
	}
	if !f.skipLineEnds() {
		return nil, false, nil
	}
	if f.need == 0 {
		if f.need, err = f.messageLength(); err != nil {
			f.err, f.buf = err, nil
			return nil, false, err
		}
	}
	if f.need == 0 || len(f.buf)-f.start < f.need {
		return nil, false, nil
	}
	end := f.start + f.need
	raw = f.buf[f.start:end:end]
	f.skip(f.need)
	f.lone = false
	return raw, true, nil
}

// Pings gives how many CRLFCRLF came since the last call: each wants one CRLF
// back (RFC 5626 §3.5.1).
func (f *Framer) Pings() int {
	n := f.pings
	f.pings = 0
	return n
}

// Pongs gives how many single CRLF came since the last call.
func (f *Framer) Pongs() int {
	n := f.pongs
	f.pongs = 0
	return n
}

// skipLineEnds takes keep-alives and stray line ends off the front and tells
// whether something else follows. A lone CRLF counts as a pong at once, since
// nothing need follow it; a second one that comes later then completes a ping
// that was split on its way.
func (f *Framer) skipLineEnds() bool {
	for f.start < len(f.buf) {
		b := f.buf[f.start:]
		switch {
		case len(b) >= 4 && string(b[:4]) == "\r\n\r\n":
			f.pings++
			f.lone = false
			f.skip(4)
		case string(b) == "\r" || string(b) == "\r\n\r":
			return false
		case len(b) >= 2 && string(b[:2]) == "\r\n":
			if f.lone {
				f.pings++
			} else {
				f.pongs++
			}
			f.lone = !f.lone
			f.skip(2)
		case b[0] == '\r' || b[0] == '\n':
			f.skip(1)
		default:
			return true
		}
	}
	return false
}

func (f *Framer) skip(n int) {
	f.start += n
	f.scan, f.need = f.start, 0
}

// messageLength gives the length of the message at the front, 0 if its header
// section isn't complete.
func (f *Framer) messageLength() (int, error) {
	b := f.buf[f.start:]
	if !looksLikeSIP(b) {
		return 0, ErrNotSIP
	}
	from := max(f.scan-f.start-3, 0)
	end := headerEnd(b, from)
	if end < 0 {
		f.scan = len(f.buf)
		if len(b) > MaxMessage {
			return 0, ErrTooLong
		}
		return 0, nil
	}
	body, err := streamBodyLength(b[:end])
	if err != nil {
		return 0, err
	}
	if end > MaxMessage || body > MaxMessage-end {
		return 0, ErrTooLong
	}
	return end + body, nil
}

// looksLikeSIP rejects what can't be the start of a start line, such as TLS
// records on a TCP port.
func looksLikeSIP(b []byte) bool {
	for _, c := range b[:min(len(b), 64)] {
		if c == ' ' || c == '/' {
			return true
		}
		if classes[c]&classToken == 0 {
			return false
		}
	}
	return len(b) < 64
}

// headerEnd gives the length of the header section with its empty line, -1 if
// that isn't there yet.
func headerEnd(b []byte, from int) int {
	for {
		n := bytes.IndexByte(b[from:], '\n')
		if n < 0 {
			return -1
		}
		from += n + 1
		switch {
		case from < len(b) && b[from] == '\n':
			return from + 1
		case from+1 < len(b) && b[from] == '\r' && b[from+1] == '\n':
			return from + 2
		}
	}
}

// streamBodyLength reads Content-Length, which a stream can't do without
// (RFC 3261 §20.14).
func streamBodyLength(header []byte) (int, error) {
	var m Message
	m.reset(string(header))
	p := parser{m: &m, raw: m.raw}
	p.line()
	p.headers()
	first := m.first[HContentLength]
	if first == 0 {
		return 0, ErrNoContentLength
	}
	for value := range m.Lines(HContentLength) {
		if value != m.Get(HContentLength) {
			return 0, ErrContentLength
		}
	}
	n, ok := parseNumber(m.Get(HContentLength))
	if !ok {
		return 0, ErrContentLength
	}
	return int(min(n, MaxMessage+1)), nil
}
