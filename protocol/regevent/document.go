package regevent

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ContentType is the type of the body of a NOTIFY of the package "reg".
const ContentType = "application/reginfo+xml"

// State is what a registration or contact is in: "init", "active" or
// "terminated" (RFC 3680 §5).
type State string

// The states. Contacts are never Init.
const (
	Init       State = "init"
	Active     State = "active"
	Terminated State = "terminated"
)

// Event is what brought a contact into its state (RFC 3680 §5.2).
type Event string

// The events, those that end a contact last.
const (
	Registered   Event = "registered"
	Created      Event = "created"
	Refreshed    Event = "refreshed"
	Shortened    Event = "shortened"
	Expired      Event = "expired"
	Deactivated  Event = "deactivated"
	Probation    Event = "probation"
	Unregistered Event = "unregistered"
	Rejected     Event = "rejected"
)

// Document is one reginfo document.
type Document struct {
	// Version counts the documents of a subscription from 0.
	Version uint32
	// Full: what isn't in it isn't registered; else it only tells what has
	// changed.
	Full          bool
	Registrations []Registration
}

// Registration is one public identity.
type Registration struct {
	// AOR is the identity's URI, ID names the element across documents.
	AOR, ID  string
	State    State
	Contacts []Contact
}

// Contact is one binding of an identity.
type Contact struct {
	ID    string
	State State
	Event Event
	URI   string
	// Expires is how long the binding still lives, RetryAfter when a contact in
	// probation may come back; 0 where it isn't told.
	Expires, RetryAfter time.Duration
	// CallID is the Call-ID of the REGISTER that made the binding, or empty.
	CallID string
}

// maxDocument bounds a document; that of a user with many devices has a few
// kilobytes.
const maxDocument = 64 << 10

// The faults of a document.
var (
	ErrTooLong = errors.New("registration information is too long")
	ErrSyntax  = errors.New("registration information can't be read")
)

// The document as XML. Names are matched without their namespace's prefix, and
// elements of other namespaces, such as GRUUs (RFC 5628), are passed over.
type (
	reginfo struct {
		XMLName       xml.Name          `xml:"reginfo"`
		Space         string            `xml:"xmlns,attr,omitempty"`
		Version       uint32            `xml:"version,attr"`
		State         string            `xml:"state,attr"`
		Registrations []registrationXML `xml:"registration"`
	}
	registrationXML struct {
		AOR      string       `xml:"aor,attr"`
		ID       string       `xml:"id,attr"`
		State    string       `xml:"state,attr"`
		Contacts []contactXML `xml:"contact"`
	}
	contactXML struct {
		ID         string  `xml:"id,attr"`
		State      string  `xml:"state,attr"`
		Event      string  `xml:"event,attr"`
		Expires    *uint32 `xml:"expires,attr,omitempty"`
		RetryAfter *uint32 `xml:"retry-after,attr,omitempty"`
		CallID     string  `xml:"callid,attr,omitempty"`
		URI        string  `xml:"uri"`
	}
)

// Parse reads a document. It is lenient with what it doesn't need: unknown
// elements, attributes and events. The error is [ErrTooLong] or wraps
// [ErrSyntax].
func Parse(body string) (Document, error) {
	if len(body) > maxDocument {
		return Document{}, ErrTooLong
	}
	var x reginfo
	d := xml.NewDecoder(strings.NewReader(body))
	d.CharsetReader = nil // UTF-8 only
	if err := d.Decode(&x); err != nil {
		return Document{}, fmt.Errorf("%w: %v", ErrSyntax, err)
	}
	doc := Document{Version: x.Version, Full: x.State != "partial"}
	for _, r := range x.Registrations {
		reg := Registration{AOR: strings.TrimSpace(r.AOR), ID: r.ID, State: State(r.State)}
		for _, c := range r.Contacts {
			reg.Contacts = append(reg.Contacts, Contact{ID: c.ID, State: State(c.State), Event: Event(c.Event),
				URI: strings.TrimSpace(c.URI), Expires: seconds(c.Expires), RetryAfter: seconds(c.RetryAfter), CallID: c.CallID})
		}
		doc.Registrations = append(doc.Registrations, reg)
	}
	return doc, nil
}

func seconds(n *uint32) time.Duration {
	if n == nil {
		return 0
	}
	return time.Duration(*n) * time.Second
}

// String writes the document.
func (d Document) String() string {
	x := reginfo{Space: "urn:ietf:params:xml:ns:reginfo", Version: d.Version, State: "partial"}
	if d.Full {
		x.State = "full"
	}
	for _, r := range d.Registrations {
		reg := registrationXML{AOR: r.AOR, ID: r.ID, State: string(r.State)}
		for _, c := range r.Contacts {
			reg.Contacts = append(reg.Contacts, contactXML{ID: c.ID, State: string(c.State), Event: string(c.Event), URI: c.URI,
				Expires: count(c.Expires), RetryAfter: count(c.RetryAfter), CallID: c.CallID})
		}
		x.Registrations = append(x.Registrations, reg)
	}
	b, err := xml.MarshalIndent(x, "", " ")
	if err != nil {
		return "" // strings and numbers can always be written
	}
	return xml.Header + string(b) + "\n"
}

func count(d time.Duration) *uint32 {
	if d <= 0 {
		return nil
	}
	n := uint32(min(d/time.Second, 1<<32-1))
	return &n
}
