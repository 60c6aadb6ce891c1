package lint

import (
	"errors"

	"github.com/imsphone/imsphone/protocol/sip"
)

// Read takes raw for one datagram and tells how the phone reads it. It never
// fails: what isn't SIP at all is "garbage", which the phone drops. Whether the
// phone supports a well-formed message's method, extensions or body is not
// asked here: such a message is accepted.
func Read(raw []byte) Report {
	m, err := sip.Parse(raw)
	r := Report{Kind: "garbage"}
	if m != nil {
		r.read(m)
	}
	v := sip.Check(m, err)
	r.Action, r.Code, r.Reason = v.Action.String(), v.Status, v.Reason
	if fault := (*sip.ParseError)(nil); errors.As(err, &fault) {
		r.Reason, r.Offset = fault.Reason, &fault.Offset
	}
	return r
}

func (r *Report) read(m *sip.Message) {
	r.Kind, r.Method = "request", string(m.Method())
	if !m.IsRequest() {
		r.Kind, r.Status, r.Phrase = "response", m.Status(), m.Reason()
	} else {
		uri, err := m.URI()
		u := readURI(m.RequestURI(), uri, err)
		r.RequestURI = &u
	}
	r.From, r.To = first(m, sip.HFrom), first(m, sip.HTo)
	r.Contact, r.Route = addresses(m, sip.HContact), addresses(m, sip.HRoute)
	for text := range m.Values(sip.HVia) {
		v, err := sip.ParseVia(text)
		r.Via = append(r.Via, readVia(text, v, err))
	}
	if m.Has(sip.HCSeq) {
		c, err := m.CSeq()
		r.CSeq = &CSeq{Text: m.Get(sip.HCSeq), Number: c.Seq, Method: string(c.Method), Error: text(err)}
	}
	r.readHeaders(m)
	r.readBody(m)
}

// readHeaders lists the lines that have no typed field, and the further lines
// of headers that should have only one.
func (r *Report) readHeaders(m *sip.Message) {
	seen := map[sip.HeaderID]bool{}
	for f := range m.Fields() {
		switch f.ID {
		case sip.HVia, sip.HContact, sip.HRoute:
			continue
		case sip.HFrom, sip.HTo, sip.HCSeq:
			if !seen[f.ID] {
				seen[f.ID] = true
				continue
			}
		}
		name := f.ID.String()
		if name == "" {
			name = f.Name
		}
		r.Headers = append(r.Headers, Header{Name: name, Value: f.Value})
	}
}

func (r *Report) readBody(m *sip.Message) {
	if m.Body() == "" {
		return
	}
	r.Body = &Body{Type: m.ContentType(), Length: len(m.Body())}
	for p := range m.Parts() {
		r.Body.Parts = append(r.Body.Parts, p.ContentType())
	}
}

func first(m *sip.Message, id sip.HeaderID) *Address {
	if list := addresses(m, id); len(list) > 0 {
		return &list[0]
	}
	return nil
}

func addresses(m *sip.Message, id sip.HeaderID) (list []Address) {
	for value := range m.Values(id) {
		a, err := sip.ParseAddress(value)
		list = append(list, readAddress(value, a, err))
	}
	return list
}

func readAddress(value string, a sip.Address, err error) Address {
	if err != nil {
		return Address{Text: value, Error: text(err)}
	}
	u := readURI(a.URI.String(), a.URI, nil)
	return Address{Text: value, Display: a.Display, URI: &u, Tag: a.Tag(), Params: params(a.Params, false)}
}

func readURI(value string, u sip.URI, err error) URI {
	if err != nil {
		return URI{Text: value, Error: text(err)}
	}
	return URI{
		Text: value, Scheme: u.Scheme, User: sip.Unescape(u.User), Password: sip.Unescape(u.Password),
		Host: u.Host, Port: u.Port, Opaque: u.Opaque, Params: params(u.Params, true), Headers: u.Headers,
	}
}

func readVia(value string, v sip.Via, err error) Via {
	if err != nil {
		return Via{Text: value, Error: text(err)}
	}
	return Via{
		Text: value, Version: v.Version, Transport: v.Transport, Host: v.Host, Port: v.Port,
		Branch: v.Branch(), Received: v.Received(), Params: params(v.Params, false),
	}
}

// params gives the parameters by name; of several of one name, the first, which
// is the one that the phone goes by.
func params(list sip.Params, escaped bool) map[string]string {
	var named map[string]string
	for name, value := range list.All() {
		if escaped {
			name, value = sip.Unescape(name), sip.Unescape(value)
		}
		if named == nil {
			named = map[string]string{}
		}
		if _, ok := named[name]; !ok {
			named[name] = value
		}
	}
	return named
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
