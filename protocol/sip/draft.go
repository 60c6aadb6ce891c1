package sip

import (
	"iter"
	"slices"
	"strconv"
)

// Draft is a message under construction: a request if Status is 0, else a
// response. Header values are kept on one line: every CR and LF in what is
// added becomes a space, so no value can start a header of its own.
// Content-Length is never kept; Append writes the right one.
type Draft struct {
	Method Method
	URI    string
	Status int
	Reason string
	Body   string
	fields []Field
}

// NewRequest starts a request with no header at all.
func NewRequest(method Method, uri string) *Draft {
	return &Draft{Method: method, URI: uri, fields: make([]Field, 0, 24)}
}

// DraftOf starts from a received message: the same start line, header lines
// and body, as a proxy passes them on. Header names stay as they were written.
func DraftOf(m *Message) *Draft {
	d := &Draft{Method: m.method, URI: m.uri, Status: m.status, Reason: m.reason, Body: m.body}
	d.fields = make([]Field, 0, m.n+4)
	for f := range m.Fields() {
		d.insert(len(d.fields), f)
	}
	return d
}

// IsRequest tells requests from responses.
func (d *Draft) IsRequest() bool { return d.Status == 0 }

// insert puts a field at index i, made safe.
func (d *Draft) insert(i int, f Field) {
	if f.ID == HContentLength || f.Name == "" {
		return
	}
	f.Value = oneLine(f.Value)
	if i == len(d.fields) {
		d.fields = append(d.fields, f)
		return
	}
	d.fields = slices.Insert(d.fields, i, f)
}

// Add puts a header line after all others. HOther has no name and adds nothing:
// see AddOther.
func (d *Draft) Add(id HeaderID, value string) {
	d.insert(len(d.fields), Field{ID: id, Name: id.String(), Value: value})
}

// AddOther puts a header line after all others, by name; known names become
// their HeaderID. A name that isn't a token is refused: nothing is added.
func (d *Draft) AddOther(name, value string) {
	if isToken(name) {
		d.insert(len(d.fields), Field{ID: LookupHeader(name), Name: name, Value: value})
	}
}

// Prepend puts a header line before all others, as a Via or Record-Route goes.
func (d *Draft) Prepend(id HeaderID, value string) {
	d.insert(0, Field{ID: id, Name: id.String(), Value: value})
}

// Set replaces all lines of that header by one, in the place of the first, or
// at the end.
func (d *Draft) Set(id HeaderID, value string) {
	i := d.index(id)
	if i < 0 {
		d.Add(id, value)
		return
	}
	d.fields[i].Value = oneLine(value)
	tail := slices.DeleteFunc(d.fields[i+1:], func(f Field) bool { return f.ID == id })
	d.fields = d.fields[:i+1+len(tail)]
}

// Del removes all lines of that header.
func (d *Draft) Del(id HeaderID) {
	d.fields = slices.DeleteFunc(d.fields, func(f Field) bool { return f.ID == id })
}

// DelOther removes all lines of the header of that name.
func (d *Draft) DelOther(name string) {
	d.fields = slices.DeleteFunc(d.fields, func(f Field) bool { return EqualFold(f.Name, name) })
}

// DelFirst removes the first element of that header, as a proxy pops its Via
// or Route: of a line that holds several, the others stay. Headers that are no
// lists lose their first line.
func (d *Draft) DelFirst(id HeaderID) {
	i := d.index(id)
	if i < 0 {
		return
	}
	rest := list{rest: d.fields[i].Value}
	if _, ok := rest.next(); ok && id.isList() && trim(rest.rest) != "" {
		d.fields[i].Value = trim(rest.rest)
		return
	}
	d.fields = slices.Delete(d.fields, i, i+1)
}

func (d *Draft) index(id HeaderID) int {
	return slices.IndexFunc(d.fields, func(f Field) bool { return f.ID == id })
}

// Get gives the value of the first line of that header, or "".
func (d *Draft) Get(id HeaderID) string {
	if i := d.index(id); i >= 0 {
		return d.fields[i].Value
	}
	return ""
}

// Has tells whether the draft has that header.
func (d *Draft) Has(id HeaderID) bool { return d.index(id) >= 0 }

// Values gives the elements of that header as Message.Values does.
func (d *Draft) Values(id HeaderID) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, f := range d.fields {
			if f.ID == id && !eachElement(id, f.Value, yield) {
				return
			}
		}
	}
}

// Fields gives all header lines in order, without Content-Length.
func (d *Draft) Fields() iter.Seq[Field] { return slices.Values(d.fields) }

// SetBody sets the body and its type; an empty type leaves no Content-Type.
func (d *Draft) SetBody(contentType, body string) {
	d.Body = body
	if contentType == "" {
		d.Del(HContentType)
		return
	}
	d.Set(HContentType, contentType)
}

// Clone gives a copy that can be changed without changing d.
func (d *Draft) Clone() *Draft {
	c := *d
	c.fields = slices.Clone(d.fields)
	return &c
}

// Bytes gives the message as Append writes it.
func (d *Draft) Bytes() []byte {
	n := 64 + len(d.Method) + len(d.URI) + len(d.Reason) + len(d.Body)
	for i := range d.fields {
		n += len(d.fields[i].Name) + len(d.fields[i].Value) + 4
	}
	return d.Append(make([]byte, 0, n))
}

// Append writes the message to dst, with a Content-Length at the end of the
// header lines. CR and LF in the start line become spaces.
func (d *Draft) Append(dst []byte) []byte {
	dst = d.appendStartLine(dst)
	for i := range d.fields {
		f := &d.fields[i]
		dst = append(dst, f.Name...)
		dst = append(dst, ": "...)
		dst = append(dst, f.Value...)
		dst = append(dst, "\r\n"...)
	}
	dst = append(dst, "Content-Length: "...)
	dst = strconv.AppendUint(dst, uint64(len(d.Body)), 10)
	dst = append(dst, "\r\n\r\n"...)
	return append(dst, d.Body...)
}

func (d *Draft) appendStartLine(dst []byte) []byte {
	start := len(dst)
	if d.Status == 0 {
		dst = append(append(dst, d.Method...), ' ')
		dst = append(dst, d.URI...)
		dst = append(dst, " SIP/2.0"...)
	} else {
		dst = append(dst, "SIP/2.0 "...)
		dst = strconv.AppendInt(dst, int64(d.Status), 10)
		dst = append(append(dst, ' '), d.Reason...)
	}
	return append(spaceOut(dst, start), "\r\n"...)
}
