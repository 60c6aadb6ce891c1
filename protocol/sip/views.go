package sip

import (
	"errors"
	"iter"
)

var errMissing = errors.New("sip: header is missing")

// Via gives the topmost Via.
func (m *Message) Via() (Via, error) {
	for element := range m.Values(HVia) {
		return ParseVia(element)
	}
	return Via{}, errMissing
}

// Vias gives all Vias from the top.
func (m *Message) Vias() iter.Seq2[Via, error] {
	return func(yield func(Via, error) bool) {
		m.values(HVia, func(s string) bool { return yield(ParseVia(s)) })
	}
}

// From gives the From header.
func (m *Message) From() (Address, error) { return m.address(HFrom) }

// To gives the To header.
func (m *Message) To() (Address, error) { return m.address(HTo) }

func (m *Message) address(id HeaderID) (Address, error) {
	if !m.Has(id) {
		return Address{}, errMissing
	}
	return ParseAddress(m.Get(id))
}

// FromTag gives From's tag, "" if there is none.
func (m *Message) FromTag() string {
	a, _ := m.From()
	return a.Tag()
}

// ToTag gives To's tag, "" if there is none.
func (m *Message) ToTag() string {
	a, _ := m.To()
	return a.Tag()
}

// CSeq gives the CSeq header.
func (m *Message) CSeq() (CSeq, error) {
	if !m.Has(HCSeq) {
		return CSeq{}, errMissing
	}
	return ParseCSeq(m.Get(HCSeq))
}

// CallID gives the Call-ID, which is compared with case.
func (m *Message) CallID() string { return m.Get(HCallID) }

// Contacts gives every Contact over all lines in order.
func (m *Message) Contacts() iter.Seq2[Address, error] { return m.Addresses(HContact) }

// Addresses gives every element of that header as an address, in order: for
// Contact, Route, Record-Route, Path, Service-Route, P-Associated-URI and so on.
func (m *Message) Addresses(id HeaderID) iter.Seq2[Address, error] {
	return func(yield func(Address, error) bool) {
		m.values(id, func(s string) bool { return yield(ParseAddress(s)) })
	}
}

// Contact gives the first Contact.
func (m *Message) Contact() (Address, error) {
	for element := range m.Values(HContact) {
		return ParseAddress(element)
	}
	return Address{}, errMissing
}

// ContentType gives the body's type/subtype in lower case and without
// parameters, "" if there is none.
func (m *Message) ContentType() string { return mediaType(m.Get(HContentType)) }

func mediaType(value string) string {
	return toLower(trim(value[:indexOr(value, ';')]))
}

// HasOption tells whether the header lists that token, in any case, as
// Require, Supported, Allow and the like do.
func (m *Message) HasOption(id HeaderID, option string) bool {
	for element := range m.Values(id) {
		if EqualFold(element, option) {
			return true
		}
	}
	return false
}
