package sip

import (
	"errors"
	"iter"
	"strings"
)

var errMultipart = errors.New("sip: multipart body without a closing boundary")

// Part is one part of a multipart body (RFC 2046 §5.1, RFC 5621). Its headers
// and body are cut out of the message's string.
type Part struct {
	Headers string // the header lines as received
	Body    string
}

// Get gives the value of the part's first header of that name, trimmed and
// unfolded, or "".
func (p Part) Get(id HeaderID) string {
	for s := p.Headers; s != ""; {
		var line string
		line, s = cutFolded(s)
		name, value, ok := strings.Cut(line, ":")
		if ok && LookupHeader(trim(name)) == id {
			return unfold(trim(value))
		}
	}
	return ""
}

// cutFolded takes a header line with its folds off the front.
func cutFolded(s string) (line, rest string) {
	for i := range len(s) {
		if s[i] == '\n' && (i+1 == len(s) || !isBlank(s[i+1])) {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// ContentType gives type/subtype in lower case without parameters; a part
// without the header is text/plain (RFC 2046 §5.1).
func (p Part) ContentType() string {
	if t := mediaType(p.Get(HContentType)); t != "" {
		return t
	}
	return "text/plain"
}

// Disposition gives the disposition type in lower case without parameters, ""
// if the part has none (RFC 5621 §8).
func (p Part) Disposition() string { return mediaType(p.Get(HContentDisposition)) }

// ContentID gives the part's Content-ID without its angle brackets
// (RFC 2392 §2), "" if it has none.
func (p Part) ContentID() string {
	return strings.TrimSuffix(strings.TrimPrefix(p.Get(HContentID), "<"), ">")
}

// Parts gives the parts of a multipart body in order. A body of another type
// has no parts. If the closing boundary is missing, the last part comes with
// an error.
func (m *Message) Parts() iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) { eachPart(m.Get(HContentType), m.body, yield) }
}

func eachPart(contentType, body string, yield func(Part, error) bool) {
	if !strings.HasPrefix(mediaType(contentType), "multipart/") {
		return
	}
	boundary, _ := Params(contentType[indexOr(contentType, ';'):]).Get("boundary")
	if boundary == "" {
		yield(Part{}, errMultipart)
		return
	}
	_, rest, closed := cutBoundary(body, boundary)
	for !closed {
		if rest == "" {
			yield(Part{}, errMultipart)
			return
		}
		var content string
		content, rest, closed = cutBoundary(rest, boundary)
		var err error
		if rest == "" && !closed {
			err, closed = errMultipart, true
		}
		if !yield(splitPart(content), err) {
			return
		}
	}
}

// cutBoundary cuts s at the next delimiter line; closed tells that it was the
// closing one. The line end before the delimiter belongs to it.
func cutBoundary(s, boundary string) (content, rest string, closed bool) {
	for from := 0; ; {
		i := strings.Index(s[from:], "--"+boundary)
		if i < 0 {
			return s, "", false
		}
		i += from
		from = i + 2 + len(boundary)
		if i > 0 && s[i-1] != '\n' {
			continue
		}
		rest = s[from:]
		if closed = strings.HasPrefix(rest, "--"); closed {
			rest = rest[2:]
		}
		eol := indexOr(rest, '\n')
		if trim(rest[:eol]) != "" {
			continue
		}
		return trimLineEnd(s[:i]), rest[min(eol+1, len(rest)):], closed
	}
}

func trimLineEnd(s string) string {
	s = strings.TrimSuffix(s, "\n")
	return strings.TrimSuffix(s, "\r")
}

// splitPart separates a part's header lines from its body.
func splitPart(s string) Part {
	for pos := 0; pos < len(s); {
		eol := pos + indexOr(s[pos:], '\n')
		if trim(s[pos:eol]) == "" {
			return Part{Headers: s[:pos], Body: s[min(eol+1, len(s)):]}
		}
		pos = eol + 1
	}
	return Part{Headers: s}
}

// BodyOf gives the body of that type/subtype: the message's own, or the first
// part of that type in a multipart body, also one nested in another.
func (m *Message) BodyOf(contentType string) (string, bool) {
	if EqualFold(m.ContentType(), contentType) {
		return m.body, true
	}
	return partOf(m.Get(HContentType), m.body, contentType, 0)
}

// maxNesting bounds how deep partOf follows multipart bodies.
const maxNesting = 4

func partOf(outer, body, want string, depth int) (found string, ok bool) {
	if depth == maxNesting {
		return "", false
	}
	eachPart(outer, body, func(p Part, _ error) bool {
		if EqualFold(p.ContentType(), want) {
			found, ok = p.Body, true
		} else {
			found, ok = partOf(p.Get(HContentType), p.Body, want, depth+1)
		}
		return !ok
	})
	return found, ok
}
