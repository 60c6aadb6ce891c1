package sip

import "testing"

const invite = "INVITE sip:bob@b.example SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP p.example:5060;branch=z9hG4bK1, SIP/2.0/TCP a.example;branch=z9hG4bK2\r\n" +
	"f: \"Alice, \\\"A\\\"\" <sip:alice@a.example>;tag=1\r\n" +
	"To: <sip:bob@b.example>\r\n" +
	"Call-ID: x@a\r\n" +
	"CSeq: 1\r\n INVITE\r\n" +
	"Contact: <sip:a@1.2.3.4>, \"x, y\" <sip:b@1.2.3.4>\r\n" +
	"Content-Length: 2\r\n\r\nhithere"

func TestParse(t *testing.T) {
	m, err := Parse([]byte(invite))
	if err != nil {
		t.Fatal(err)
	}
	v, err := m.Via()
	if err != nil || v.Branch() != "z9hG4bK1" || v.SentBy() != "p.example:5060" || v.Transport != "UDP" {
		t.Errorf("Via = %+v, %v", v, err)
	}
	from, err := m.From()
	if err != nil || from.Display != `Alice, "A"` || from.Tag() != "1" || from.URI.String() != "sip:alice@a.example" {
		t.Errorf("From = %+v, %v", from, err)
	}
	if c, err := m.CSeq(); err != nil || c != (CSeq{1, INVITE}) {
		t.Errorf("CSeq = %v, %v", c, err)
	}
	n := 0
	for _, err := range m.Contacts() {
		if n++; err != nil {
			t.Error(err)
		}
	}
	if n != 2 || m.Body() != "hi" || Check(m, nil).Action != Accept {
		t.Errorf("%d contacts, body %q, %v", n, m.Body(), Check(m, nil))
	}
}
