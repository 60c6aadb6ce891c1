package sip

import "iter"

// inlineHeaders is how many header lines a Message indexes without asking the
// heap for more; an INVITE behind three proxies has about thirty.
const inlineHeaders = 40

// maxHeaders bounds the index that one message can make us build.
const maxHeaders = 1000

// entry is one header line in the index.
type entry struct {
	name   uint32 // where the name starts
	value  uint32 // where the trimmed value starts
	end    uint32 // where the trimmed value ends
	length uint16 // of the name
	id     HeaderID
	folded bool // the value runs over several lines
}

// Message is a received SIP message: one string and an index of its header
// lines. It doesn't change once parsed, so it may be shared between readers.
type Message struct {
	raw    string
	method Method // of a request
	uri    string // request-URI
	reason string
	status int // 0 in a request
	body   string
	n      int // header lines
	inline [inlineHeaders]entry
	spill  []entry
	first  [numHeaders]uint16 // 1 + index of the first line of each header
}

// Field is one header line: Name as it was written, Value trimmed and unfolded.
type Field struct {
	ID    HeaderID
	Name  string
	Value string
}

// IsRequest tells requests from responses.
func (m *Message) IsRequest() bool { return m.status == 0 }

// Method gives the method of a request; of a response, the one in its CSeq
// ("" if that can't be read).
func (m *Message) Method() Method {
	if m.status != 0 {
		c, _ := m.CSeq()
		return c.Method
	}
	return m.method
}

// RequestURI gives the request-URI as received, "" in a response.
func (m *Message) RequestURI() string { return m.uri }

// URI parses the request-URI.
func (m *Message) URI() (URI, error) { return ParseURI(m.uri) }

// Status gives a response's status code, 100 to 699; 0 in a request.
func (m *Message) Status() int { return m.status }

// Reason gives a response's reason phrase, which may be empty.
func (m *Message) Reason() string { return m.reason }

// Body gives the body, cut to Content-Length where there is one
// (RFC 3261 §18.3).
func (m *Message) Body() string { return m.body }

// String gives the message as received.
func (m *Message) String() string { return m.raw }

func (m *Message) at(i int) *entry {
	if i < inlineHeaders {
		return &m.inline[i]
	}
	return &m.spill[i-inlineHeaders]
}

func (m *Message) text(e *entry) string {
	s := m.raw[e.value:e.end]
	if e.folded {
		return unfold(s)
	}
	return s
}

// Get gives the value of the first line of that header, trimmed and unfolded,
// or "".
func (m *Message) Get(id HeaderID) string {
	if i := m.first[id]; i != 0 && id != HOther {
		return m.text(m.at(int(i) - 1))
	}
	return ""
}

// Has tells whether the message has that header.
func (m *Message) Has(id HeaderID) bool { return m.first[id] != 0 }

// Count gives how many lines of that header there are.
func (m *Message) Count(id HeaderID) int {
	n := 0
	for range m.Lines(id) {
		n++
	}
	return n
}

// GetOther gives the value of the first line of the header of that name, in
// any case, or "".
func (m *Message) GetOther(name string) string {
	if id := LookupHeader(name); id != HOther {
		return m.Get(id)
	}
	for f := range m.Fields() {
		if f.ID == HOther && EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Lines gives the values of all lines of that header in order, each trimmed
// and unfolded.
func (m *Message) Lines(id HeaderID) iter.Seq[string] {
	return func(yield func(string) bool) { m.lines(id, yield) }
}

func (m *Message) lines(id HeaderID, yield func(string) bool) {
	if m.first[id] == 0 {
		return
	}
	for i := int(m.first[id]) - 1; i < m.n; i++ {
		if e := m.at(i); e.id == id && !yield(m.text(e)) {
			return
		}
	}
}

// Values gives the elements of that header over all its lines in order. Lines
// of list headers (RFC 3261 §7.3.1) are split at the commas that stand outside
// quotes, angle brackets and comments; empty elements are left out. Lines of
// other headers are one element each.
func (m *Message) Values(id HeaderID) iter.Seq[string] {
	return func(yield func(string) bool) { m.values(id, yield) }
}

func (m *Message) values(id HeaderID, yield func(string) bool) {
	m.lines(id, func(line string) bool { return eachElement(id, line, yield) })
}

// Fields gives all header lines in order.
func (m *Message) Fields() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for i := range m.n {
			e := m.at(i)
			if !yield(Field{ID: e.id, Name: m.raw[e.name : e.name+uint32(e.length)], Value: m.text(e)}) {
				return
			}
		}
	}
}
