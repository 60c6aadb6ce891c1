package sdp

import "testing"

func TestPaper(t *testing.T) {
	s, err := Parse("v = 0\no = SIPClient 0 0 IN IP4 135.5.6.7\ns = Our conversation\nc = IN IP4 135.5.163.227\nt = 0 0\nm = audio 7078 RTP/AVP 4 18 98 0 8\na = sendrecv")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.String(); got == "" || len(s.Media[0].Codecs) != 5 {
		t.Fatal(got)
	}
	var n Negotiation
	if err := n.Offered(s.String()); err != nil {
		t.Fatal(err)
	}
	_, a, err := n.Answer(Local{Addr: s.Media[0].Addr, SessionID: 1, Streams: []Stream{{
		Kind: "audio", Port: 4000,
		Codecs: []Codec{{8, "PCMA", 8000, 1, ""}, {0, "PCMU", 8000, 1, ""}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := a.Streams[0].Codec(); !ok || c.Name != "PCMU" {
		t.Errorf("the codec is %v", c)
	}
}
