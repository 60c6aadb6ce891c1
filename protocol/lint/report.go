// Package lint tells how the phone reads a raw SIP message: its typed fields,
// and what the phone would do with it.
package lint

// Report is what the phone reads out of one message. Marshalled as JSON its
// keys always come in the same order. Bytes that are no UTF-8 come out as the
// replacement character there.
type Report struct {
	Kind       string    `json:"kind"`                 // "request", "response" or "garbage"
	Method     string    `json:"method,omitempty"`     // of a response, CSeq's
	Status     int       `json:"status,omitempty"`     // of a response
	Phrase     string    `json:"phrase,omitempty"`     // a response's reason phrase
	RequestURI *URI      `json:"requestURI,omitempty"` // of a request
	From       *Address  `json:"from,omitempty"`
	To         *Address  `json:"to,omitempty"`
	Via        []Via     `json:"via,omitempty"`
	Contact    []Address `json:"contact,omitempty"`
	Route      []Address `json:"route,omitempty"`
	CSeq       *CSeq     `json:"cseq,omitempty"`
	Headers    []Header  `json:"headers,omitempty"` // every other line, in order
	Body       *Body     `json:"body,omitempty"`
	Action     string    `json:"action"`           // "accept", "reject" or "drop"
	Code       int       `json:"code,omitempty"`   // of the answer, if the action is "reject": 400, 416 or 505
	Reason     string    `json:"reason,omitempty"` // why it isn't accepted; the answer's phrase
	Offset     *int      `json:"offset,omitempty"` // where a syntax fault is, in bytes
}

// URI is a URI taken apart. User and Password and the parameters have their
// escapes undone.
type URI struct {
	Text     string            `json:"text"` // as received
	Scheme   string            `json:"scheme,omitempty"`
	User     string            `json:"user,omitempty"`
	Password string            `json:"password,omitempty"`
	Host     string            `json:"host,omitempty"`
	Port     uint16            `json:"port,omitempty"`
	Opaque   string            `json:"opaque,omitempty"`
	Params   map[string]string `json:"params,omitempty"`
	Headers  string            `json:"headers,omitempty"`
	Error    string            `json:"error,omitempty"` // why it can't be read
}

// Address is an element of From, To, Contact or Route.
type Address struct {
	Text    string            `json:"text"` // as received, unfolded
	Display string            `json:"display,omitempty"`
	URI     *URI              `json:"uri,omitempty"`
	Tag     string            `json:"tag,omitempty"`
	Params  map[string]string `json:"params,omitempty"`
	Error   string            `json:"error,omitempty"` // why it can't be read
}

// Via is an element of Via.
type Via struct {
	Text      string            `json:"text"` // as received, unfolded
	Version   string            `json:"version,omitempty"`
	Transport string            `json:"transport,omitempty"`
	Host      string            `json:"host,omitempty"`
	Port      uint16            `json:"port,omitempty"`
	Branch    string            `json:"branch,omitempty"`
	Received  string            `json:"received,omitempty"`
	Params    map[string]string `json:"params,omitempty"`
	Error     string            `json:"error,omitempty"` // why it can't be read
}

// CSeq is the CSeq header.
type CSeq struct {
	Text   string `json:"text"` // as received, unfolded
	Number uint32 `json:"number"`
	Method string `json:"method,omitempty"`
	Error  string `json:"error,omitempty"` // why it can't be read
}

// Header is a header line that has no typed field: the canonical name where
// the phone knows it, and the value unfolded.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Body tells what the message carries.
type Body struct {
	Type   string   `json:"type,omitempty"` // type/subtype in lower case
	Length int      `json:"length"`         // in bytes, cut to Content-Length
	Parts  []string `json:"parts,omitempty"`
}
