package sip

import (
	"strings"
	"testing"
)

func multipart(t *testing.T, contentType, body string) *Message {
	t.Helper()
	d := NewRequest(INVITE, "sip:a@b")
	d.SetBody(contentType, strings.ReplaceAll(body, "\n", "\r\n"))
	m, err := Parse(d.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestParts(t *testing.T) {
	m := multipart(t, `Multipart/Mixed; boundary="b (1)"`, `preamble
--b (1)
Content-Type: Application/SDP;x=y
Content-ID: <one@x>
content-disposition: Session;
 handling=required

v=0
--b (1)x is not a boundary
--b (1)  

plain
--b (1)
Content-Type: multipart/alternative;boundary=in

--in
Content-Type: application/pidf+xml

<presence/>
--in--
--b (1)--
epilogue`)
	var got []string
	for p, err := range m.Parts() {
		must(0, err)
		got = append(got, p.ContentType()+" "+p.Disposition()+" "+p.ContentID())
	}
	eq(t, "parts", got, []string{"application/sdp session one@x", "text/plain  ", "multipart/alternative  "})
	for want, body := range map[string]string{"application/sdp": "v=0\r\n--b (1)x is not a boundary", "TEXT/plain": "plain", "application/pidf+xml": "<presence/>"} {
		if s, ok := m.BodyOf(want); !ok || s != body {
			t.Errorf("%s: %q, %v", want, s, ok)
		}
	}
	if _, ok := m.BodyOf("image/png"); ok {
		t.Error("found a picture")
	}
	for p := range m.Parts() {
		eq(t, "handling", p.Get(HContentDisposition), "Session; handling=required")
		break
	}
	s, ok := multipart(t, "application/sdp", "v=0").BodyOf("application/SDP")
	eq(t, "single body", s, "v=0")
	eq(t, "single body found", ok, true)
}

func TestBadParts(t *testing.T) {
	for _, tt := range []struct {
		contentType, body string
		good, bad         int
	}{
		{"multipart/mixed", "--b\n\nx\n--b--", 0, 1},
		{"multipart/mixed;boundary=b", "", 0, 1},
		{"multipart/mixed;boundary=b", "no parts here", 0, 1},
		{"multipart/mixed;boundary=b", "--b\n\nx\n--b\n\ny", 1, 1},
		{"multipart/mixed;boundary=b", "--b\n\nx", 0, 1},
		{"multipart/mixed;boundary=b", "--b\n\nx\n--b", 0, 1},
		{"multipart/mixed;boundary=b", "--b--", 0, 0},
		{"multipart/mixed;boundary=b", "--b\n--b--", 1, 0},
		{"text/plain", "--b\n\nx\n--b--", 0, 0},
	} {
		good, bad := 0, 0
		for _, err := range multipart(t, tt.contentType, tt.body).Parts() {
			if err != nil {
				bad++
			} else {
				good++
			}
		}
		if good != tt.good || bad != tt.bad {
			t.Errorf("%s %q: %d good, %d bad", tt.contentType, tt.body, good, bad)
		}
	}
	deep := strings.Repeat("--b\nContent-Type: multipart/mixed;boundary=b\n\n", 50)
	if _, ok := multipart(t, "multipart/mixed;boundary=b", deep).BodyOf("x/y"); ok {
		t.Error("found something in nothing")
	}
}
