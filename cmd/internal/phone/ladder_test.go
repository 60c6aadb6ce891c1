package phone

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/protocol/transport"
)

var begin = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// traced makes a message of the trace, at so many milliseconds.
func traced(ms int, out bool, raw string) actors.TraceRecord {
	return actors.TraceRecord{
		Time: begin.Add(time.Duration(ms) * time.Millisecond), Account: "alice", Out: out,
		Flow: transport.Flow{Local: netip.MustParseAddrPort("192.0.2.1:5060"), Remote: netip.MustParseAddrPort("192.0.2.9:5060"), Proto: transport.UDP},
		Raw:  strings.ReplaceAll(raw, "\n", "\r\n"),
	}
}

const common = `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1
From: <sip:alice@example.org>;tag=a
To: <sip:alice@example.org>
Call-ID: %
CSeq: 1 REGISTER
Max-Forwards: 70
Content-Length: 0

`

func trace() []actors.TraceRecord {
	fields := func(id string) string { return strings.ReplaceAll(common, "%", id) }
	return []actors.TraceRecord{
		traced(0, true, "REGISTER sip:example.org SIP/2.0\nAuthorization: Digest username=\"alice\", response=\"0123\", qop=auth\n"+fields("one")),
		traced(10, false, "\n\n"), // a keep-alive is no message
		traced(20, false, "SIP/2.0 200 OK\nAuthentication-Info: rspauth=\"4567\"\n"+fields("one")),
		traced(30, true, "OPTIONS sip:example.org SIP/2.0\n"+strings.ReplaceAll(fields("two"), "REGISTER", "OPTIONS")),
	}
}

func TestRecords(t *testing.T) {
	got := Records(trace())
	for i := range got {
		if strings.Contains(got[i].Raw, "0123") || strings.Contains(got[i].Raw, "4567") {
			t.Errorf("a proof is shown: %s", got[i].Raw)
		}
		got[i].Raw = ""
	}
	record := func(ms int, out bool, id, cseq, label string, response bool) Record {
		return Record{Time: begin.Add(time.Duration(ms) * time.Millisecond), Account: "alice", Out: out, Proto: "UDP",
			Local: "192.0.2.1:5060", Remote: "192.0.2.9:5060", CallID: id, CSeq: cseq, Label: label, Response: response}
	}
	want := []Record{record(0, true, "one", "1 REGISTER", "REGISTER", false), record(20, false, "one", "1 REGISTER", "200 OK", true), record(30, true, "two", "1 OPTIONS", "OPTIONS", false)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRedact(t *testing.T) {
	for raw, want := range map[string]string{
		"":                                                  "",
		"INVITE sip:a SIP/2.0\r\n":                          "INVITE sip:a SIP/2.0\r\n",
		`Digest a="b", response="0123", nc=1`:               `Digest a="b", response="…", nc=1`,
		`response="01",x response="23"`:                     `response="…",x response="…"`,
		`Response = "0123",uri="sip:a"`:                     `Response = "…",uri="sip:a"`,
		`response=0123,nc=1`:                                `response="…",nc=1`,
		"response=\r\n \"0123\",nc=1":                       "response=\r\n \"…\",nc=1",
		"response=\"0123\r\nTo: <sip:a>\r\n":                "response=\"…\"\r\nTo: <sip:a>\r\n",
		`Authentication-Info: rspauth="0123",cnonce="c"`:    `Authentication-Info: rspauth="…",cnonce="c"`,
		`Digest response="",nonce="n"`:                      `Digest response="…",nonce="n"`,
		"a=x-response-time:5 is no proof, nor myresponse=7": "a=x-response-time:5 is no proof, nor myresponse=7",
	} {
		if got := redact(raw); got != want {
			t.Errorf("%q\n got %q\nwant %q", raw, got, want)
		}
	}
}

func TestOfCall(t *testing.T) {
	all := Records(trace())
	for id, want := range map[string]int{"": 3, "one": 2, "two": 1, "three": 0} {
		if got := len(OfCall(all, id)); got != want {
			t.Errorf("%q: %d records", id, got)
		}
	}
}

func TestLadder(t *testing.T) {
	chart := Ladder(Records(trace()))
	if diff := cmp.Diff([]string{"alice"}, chart.Parties); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, m := range chart.Messages {
		got = append(got, m.At.String()+" "+m.From+"→"+m.To+" "+m.Label)
	}
	want := []string{"0s alice→192.0.2.9:5060 REGISTER", "20ms 192.0.2.9:5060→alice 200 OK", "30ms alice→192.0.2.9:5060 OPTIONS"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if empty := Ladder(nil); len(empty.Parties)+len(empty.Messages) != 0 {
		t.Errorf("of nothing: %+v", empty)
	}
}

// TestLadderOfProtected: a P-CSCF is one party, at whichever port.
func TestLadderOfProtected(t *testing.T) {
	chart := Ladder([]Record{
		{Account: "alice", Out: true, Remote: "192.0.2.9:5060", Label: "REGISTER"},
		{Account: "alice", Out: true, Remote: "192.0.2.9:6100", Label: "REGISTER", Protected: true},
	})
	if chart.Messages[0].To != "192.0.2.9" || chart.Messages[1].To != "192.0.2.9" || chart.Messages[0].Protected || !chart.Messages[1].Protected {
		t.Errorf("%+v", chart.Messages)
	}
}
