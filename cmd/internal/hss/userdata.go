package hss

import "encoding/xml"

// The XML document of User-Data (TS 29.228 Annex E). Booleans go as 0 and 1:
// not every S-CSCF reads true and false.
type (
	xmlSubscription struct {
		XMLName   xml.Name   `xml:"IMSSubscription"`
		PrivateID string     `xml:"PrivateID"`
		Profile   xmlProfile `xml:"ServiceProfile"`
	}
	xmlProfile struct {
		Identities []xmlIdentity `xml:"PublicIdentity"`
		Filters    []xmlFilter   `xml:"InitialFilterCriteria"`
	}
	xmlIdentity struct {
		Barred   int    `xml:"BarringIndication"`
		Identity string `xml:"Identity"`
	}
	xmlFilter struct {
		Priority int         `xml:"Priority"`
		Trigger  *xmlTrigger `xml:"TriggerPoint,omitempty"`
		Server   xmlServer   `xml:"ApplicationServer"`
	}
	xmlTrigger struct {
		CNF    int        `xml:"ConditionTypeCNF"`
		Points []xmlPoint `xml:"SPT"`
	}
	xmlPoint struct {
		Negated    int        `xml:"ConditionNegated"`
		Group      int        `xml:"Group"`
		RequestURI string     `xml:"RequestURI,omitempty"`
		Method     string     `xml:"Method,omitempty"`
		Header     *xmlHeader `xml:"SIPHeader,omitempty"`
		Session    *int       `xml:"SessionCase,omitempty"`
	}
	xmlHeader struct {
		Header  string `xml:"Header"`
		Content string `xml:"Content,omitempty"`
	}
	xmlServer struct {
		Name     string `xml:"ServerName"`
		Handling int    `xml:"DefaultHandling"`
	}
)

// UserData gives the subscriber's profile as the XML document that an S-CSCF
// gets (TS 29.228 Annex E).
func (s Subscriber) UserData() ([]byte, error) {
	doc := xmlSubscription{PrivateID: s.IMPI}
	for _, i := range s.IMPUs {
		doc.Profile.Identities = append(doc.Profile.Identities, xmlIdentity{Barred: bit(i.Barred), Identity: i.URI})
	}
	for _, f := range s.Filters {
		doc.Profile.Filters = append(doc.Profile.Filters, f.xml())
	}
	b, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), b...), nil
}

func (f Filter) xml() xmlFilter {
	x := xmlFilter{Priority: f.Priority, Server: xmlServer{Name: f.Server, Handling: bit(f.TerminateOnFailure)}}
	if len(f.Triggers) > 0 {
		x.Trigger = &xmlTrigger{CNF: bit(f.CNF)}
	}
	for _, t := range f.Triggers {
		x.Trigger.Points = append(x.Trigger.Points, t.xml())
	}
	return x
}

func (t Trigger) xml() xmlPoint {
	x := xmlPoint{Negated: bit(t.Negated), Group: t.Group, RequestURI: t.RequestURI, Method: t.Method}
	if t.Header != "" {
		x.Header = &xmlHeader{Header: t.Header, Content: t.HeaderContent}
	}
	if t.Session != nil {
		session := int(*t.Session)
		x.Session = &session
	}
	return x
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
