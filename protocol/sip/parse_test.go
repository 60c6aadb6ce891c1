package sip

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const rest = "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n"

// TestVerdicts goes through the faults one by one.
func TestVerdicts(t *testing.T) {
	const start = "OPTIONS sip:c@d SIP/2.0\r\n"
	without := func(name string) string {
		var kept []string
		for line := range strings.Lines(rest) {
			if !strings.HasPrefix(line, name) {
				kept = append(kept, line)
			}
		}
		return start + strings.Join(kept, "") + "\r\n"
	}
	for _, tt := range []struct {
		name, raw string
		action    Action
		status    int
	}{
		{"good", start + rest + "\r\n", Accept, 0},
		{"lower-case version", "OPTIONS sip:c@d sip/2.0\r\n" + rest + "\r\n", Accept, 0},
		{"bare line feeds", strings.ReplaceAll(start+rest+"\r\n", "\r", ""), Accept, 0},
		{"line ends before", "\r\n\r\n" + start + rest + "\r\n", Accept, 0},
		{"tel", "OPTIONS tel:+1555 SIP/2.0\r\n" + rest + "\r\n", Accept, 0},
		{"urn", "OPTIONS urn:service:sos SIP/2.0\r\n" + rest + "\r\n", Reject, 416},
		{"empty", "", Drop, 0},
		{"keep-alive", "\r\n\r\n", Drop, 0},
		{"STUN", "\x00\x01\x00\x00\x21\x12\xa4\x42", Drop, 0},
		{"noise with a line end", "noise\r\n\r\n", Drop, 0},
		{"HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", Drop, 0},
		{"half a line", "OPTIONS sip:c@d SIP/2.0", Drop, 0},
		{"no method", " sip:c@d SIP/2.0\r\n" + rest + "\r\n", Drop, 0},
		{"no URI", "OPTIONS SIP/2.0\r\n" + rest + "\r\n", Reject, 400},
		{"blank URI", "OPTIONS  SIP/2.0\r\n" + rest + "\r\n", Reject, 400},
		{"not a URI", "OPTIONS c@d SIP/2.0\r\n" + rest + "\r\n", Reject, 400},
		{"no host", "OPTIONS sip: SIP/2.0\r\n" + rest + "\r\n", Reject, 400},
		{"port 0", "OPTIONS sip:c@d:0 SIP/2.0\r\n" + rest + "\r\n", Reject, 400},
		{"port too high", "OPTIONS sip:c@d:65536 SIP/2.0\r\n" + rest + "\r\n", Reject, 400},
		{"version", "OPTIONS sip:c@d SIP/2.1\r\n" + rest + "\r\n", Reject, 505},
		{"version wins", "OPTIONS sip:c@d SIP/3.0\r\nbad line\r\n" + rest + "\r\n", Reject, 505},
		{"no empty line", start + rest, Reject, 400},
		{"line without colon", start + rest + "what is this\r\n\r\n", Reject, 400},
		{"blank in name", start + rest + "X Y: z\r\n\r\n", Reject, 400},
		{"no name", start + rest + ": z\r\n\r\n", Reject, 400},
		{"fold before the first header", start + " x: y\r\n" + rest + "\r\n", Reject, 400},
		{"long name", start + rest + strings.Repeat("x", 300) + ": y\r\n\r\n", Reject, 400},
		{"no Via", without("Via"), Drop, 0},
		{"no From", without("From"), Reject, 400},
		{"no To", without("To"), Reject, 400},
		{"no Call-ID", without("Call-ID"), Reject, 400},
		{"no CSeq", without("CSeq"), Reject, 400},
		{"empty Call-ID", without("Call-ID")[:len(without("Call-ID"))-2] + "i:\r\n\r\n", Reject, 400},
		{"two Max-Forwards", start + rest + "Max-Forwards: 1\r\nMax-Forwards: 1\r\n\r\n", Reject, 400},
		{"odd Max-Forwards", start + rest + "Max-Forwards: 300\r\n\r\n", Accept, 0},
		{"two Content-Lengths", start + rest + "l: 0\r\nContent-Length: 0\r\n\r\n", Reject, 400},
		{"Content-Length five", start + rest + "l: five\r\n\r\nabcde", Reject, 400},
		{"Content-Length +5", start + rest + "l: +5\r\n\r\nabcde", Reject, 400},
		{"Content-Length of 2^64", start + rest + "l: 18446744073709551616\r\n\r\n", Reject, 400},
		{"bad Contact", start + rest + "Contact: nonsense\r\n\r\n", Reject, 400},
		{"bad Route", start + rest + "Route: <sip:>\r\n\r\n", Reject, 400},
		{"unknown scheme in Contact", start + rest + "Contact: <http://x>\r\n\r\n", Accept, 0},
		{"bad second Via", start + rest + "Via: SIP/2.0/UDP\r\n\r\n", Reject, 400},
		{"Date in Esperanto", start + rest + "Date: hodiau\r\n\r\n", Accept, 0},
		{"bad ACK", "ACK sip:c@d SIP/7.0\r\n" + rest + "\r\n", Drop, 0},
		{"bad ACK's Route", "ACK sip:c@d SIP/2.0\r\n" + strings.Replace(rest, "OPTIONS", "ACK", 1) + "Route: x\r\n\r\n", Drop, 0},
		{"response", "SIP/2.0 200 OK\r\n" + rest + "\r\n", Accept, 0},
		{"response without reason", "SIP/2.0 200\r\n" + rest + "\r\n", Accept, 0},
		{"response with a bad Contact", "SIP/2.0 200 OK\r\n" + rest + "Contact: <sip:a@b>, nonsense\r\n\r\n", Accept, 0},
		{"response with a bad To", "SIP/2.0 200 OK\r\n" + strings.Replace(rest, "<sip:c@d>", "nonsense", 1) + "\r\n", Drop, 0},
		{"response of SIP/3.0", "SIP/3.0 200 OK\r\n" + rest + "\r\n", Drop, 0},
		{"status 99", "SIP/2.0 099 X\r\n" + rest + "\r\n", Drop, 0},
		{"status 700", "SIP/2.0 700 X\r\n" + rest + "\r\n", Drop, 0},
		{"status 20", "SIP/2.0 20 X\r\n" + rest + "\r\n", Drop, 0},
		{"no status", "SIP/2.0\r\n" + rest + "\r\n", Drop, 0},
		{"short response body", "SIP/2.0 200 OK\r\n" + rest + "l: 5\r\n\r\nabc", Drop, 0},
		{"response with two Vias", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP us, SIP/2.0/UDP them\r\n" + rest + "\r\n", Drop, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Parse([]byte(tt.raw))
			v := Check(m, err)
			if v.Action != tt.action || v.Status != tt.status {
				t.Errorf("%v %d %q (%v), want %v %d", v.Action, v.Status, v.Reason, err, tt.action, tt.status)
			}
			if v.Action != Accept && v.Reason == "" {
				t.Error("no reason given")
			}
			if v.Action == Reject {
				checkAnswer(t, m, v)
			}
		})
	}
	if v := Check(nil, nil); v.Action != Drop {
		t.Errorf("no message: %v", v)
	}
}

func TestParseErrorSaysWhere(t *testing.T) {
	raw := "OPTIONS sip:c@d SIP/2.0\r\n" + rest + "what is this\r\n\r\n"
	_, err := Parse([]byte(raw))
	e, ok := err.(*ParseError)
	if !ok || e.Offset != strings.Index(raw, "what") || !strings.Contains(e.Error(), e.Reason) {
		t.Errorf("%+v", err)
	}
}

// TestAllocations holds what a received message costs the heap: its copy and
// its index. Views of it cost nothing.
func TestAllocations(t *testing.T) {
	raw := must(os.ReadFile(filepath.Join("testdata", "rfc5118", "mult-ip-in-header.sip")))
	if n := testing.AllocsPerRun(100, func() { must(Parse(raw)) }); n > 2 {
		t.Errorf("Parse: %v allocations", n)
	}
	m, text := must(Parse(raw)), string(raw)
	if n := testing.AllocsPerRun(100, func() { _ = m.Unmarshal(text) }); n != 0 {
		t.Errorf("Unmarshal: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() {
		for _, err := range m.Vias() {
			must(0, err)
		}
		must(m.URI())
		must(m.From())
		must(m.CSeq())
		_, _, _ = m.FromTag(), m.ToTag(), m.CallID()
		_, _ = m.Number(HMaxForwards)
		_ = Check(m, nil)
	}); n != 0 {
		t.Errorf("views: %v allocations", n)
	}
	d, buf := DraftOf(m), make([]byte, 0, 2048)
	if n := testing.AllocsPerRun(100, func() { buf = d.Append(buf[:0]) }); n != 0 {
		t.Errorf("Append: %v allocations", n)
	}
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"rfc4475/wsinv", "rfc4475/longreq", "rfc4475/unreason", "rfc5118/ipv6-good"} {
		raw := must(os.ReadFile(filepath.Join("testdata", name+".sip")))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				must(Parse(raw))
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	raw := must(os.ReadFile(filepath.Join("testdata", "rfc4475", "unreason.sip")))
	d, buf := DraftOf(must(Parse(raw))), make([]byte, 0, 2048)
	b.ReportAllocs()
	for b.Loop() {
		buf = d.Append(buf[:0])
	}
}
