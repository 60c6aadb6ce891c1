package sip

import (
	"slices"
	"strings"
	"testing"
)

func TestLookupHeader(t *testing.T) {
	for id := HOther + 1; id < numHeaders; id++ {
		name := id.String()
		if name == "" {
			t.Fatalf("header %d has no name", id)
		}
		for _, s := range []string{name, strings.ToUpper(name), strings.ToLower(name)} {
			if got := LookupHeader(s); got != id {
				t.Errorf("LookupHeader(%q) = %v", s, got)
			}
		}
	}
	for name, want := range map[string]HeaderID{
		"v": HVia, "V": HVia, "f": HFrom, "t": HTo, "i": HCallID, "m": HContact, "l": HContentLength,
		"c": HContentType, "e": HContentEncoding, "k": HSupported, "s": HSubject, "o": HEvent, "r": HReferTo,
		"b": HReferredBy, "u": HAllowEvents, "x": HSessionExpires, "a": HAcceptContact, "j": HRejectContact,
		"d": HRequestDisposition, "y": HIdentity, "n": HIdentityInfo,
		"": HOther, "z": HOther, "1": HOther, "[": HOther, "Vias": HOther, "Froms": HOther, "X-Anything": HOther,
	} {
		if got := LookupHeader(name); got != want {
			t.Errorf("LookupHeader(%q) = %v, want %v", name, got, want)
		}
	}
	if HeaderID(255).String() != "" {
		t.Error("an unknown HeaderID has a name")
	}
}

// headers makes a request of those lines.
func headers(t *testing.T, lines ...string) *Message {
	t.Helper()
	raw := "OPTIONS sip:a@b SIP/2.0\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
	m, err := Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestValues(t *testing.T) {
	m := headers(t,
		`Contact: "a, b" <sip:a@b;x="1,2">;q=0.5 , <sip:c@d,e>,, sip:f@g`,
		`m: (x, (y,) z) <sip:h@i>`,
		`Contact: "open, <sip:j@k>`,
		`Contact: <open, sip:l@m`,
		`Contact: (open, sip:n@o`,
		`Contact:`,
		`Date: Sat, 13 Nov 2010 23:29:00 GMT`,
		`Subject:`,
		`WWW-Authenticate: Digest realm="x", nonce="y"`,
		`Reason: SIP;cause=200;text="a, b", Q.850;cause=16`,
	)
	for id, want := range map[HeaderID][]string{
		HContact: {`"a, b" <sip:a@b;x="1,2">;q=0.5`, "<sip:c@d,e>", "sip:f@g", "(x, (y,) z) <sip:h@i>",
			`"open`, "<sip:j@k>", "<open", "sip:l@m", "(open", "sip:n@o"},
		HDate:            {"Sat, 13 Nov 2010 23:29:00 GMT"},
		HSubject:         {""},
		HWWWAuthenticate: {`Digest realm="x", nonce="y"`},
		HReason:          {`SIP;cause=200;text="a, b"`, "Q.850;cause=16"},
		HRoute:           nil,
	} {
		if got := slices.Collect(m.Values(id)); !slices.Equal(got, want) {
			t.Errorf("%v = %q, want %q", id, got, want)
		}
	}
	if n := m.Count(HContact); n != 6 {
		t.Errorf("%d Contact lines", n)
	}
	for s := range m.Values(HContact) {
		if s != `"a, b" <sip:a@b;x="1,2">;q=0.5` {
			t.Errorf("went on after the break: %q", s)
		}
		break
	}
}

// TestHostileLists holds that a line made to mislead the element walk is still
// read in one pass: a million openings that never close would otherwise cost
// 10¹² steps and run into the test's deadline.
func TestHostileLists(t *testing.T) {
	for _, unit := range []string{`<,`, `(,`, `\",`, `<(,`} {
		n := 0
		for l := (list{rest: strings.Repeat(unit, 1<<20)}); ; n++ {
			if _, ok := l.next(); !ok {
				break
			}
		}
		if n != 1<<20 {
			t.Errorf("%d elements in %q…", n, unit)
		}
	}
}

func TestFolding(t *testing.T) {
	m := headers(t, "Subject: one \r\n \t two\r\n  \r\n three  ", "X-Y:\r\n folded", "To : \t<sip:a@b>")
	eq(t, "Subject", m.Get(HSubject), "one two three")
	eq(t, "X-Y", m.GetOther("x-y"), "folded")
	eq(t, "To", m.Get(HTo), "<sip:a@b>")
	eq(t, "absent", m.GetOther("Nothing"), "")
	eq(t, "by known name", m.GetOther("subject"), "one two three")
	eq(t, "HOther", m.Get(HOther), "")
}

func TestNumber(t *testing.T) {
	for value, want := range map[string]struct {
		n  uint32
		ok bool
	}{
		"0": {0, true}, "0070": {70, true}, "1800;refresher=uac": {1800, true}, "1800 ;x": {1800, true},
		"120 (in a meeting)": {120, true}, "4294967295": {4294967295, true}, "4294967296": {4294967295, false},
		"99999999999999999999999": {4294967295, false}, "": {0, false}, "-1": {0, false}, "+1": {0, false},
		"12x": {0, false}, "five": {0, false}, "1 2": {0, false},
	} {
		m := headers(t, "Expires: "+value)
		if n, ok := m.Number(HExpires); n != want.n || ok != want.ok {
			t.Errorf("Number(%q) = %d, %v", value, n, ok)
		}
	}
	if _, ok := headers(t).Number(HExpires); ok {
		t.Error("a number without a header")
	}
}

func TestManyHeaders(t *testing.T) {
	var lines []string
	for range 300 {
		lines = append(lines, "Route: <sip:a@b;lr>")
	}
	lines = append(lines, "Via: SIP/2.0/UDP last")
	m := headers(t, lines...)
	eq(t, "Routes", m.Count(HRoute), 300)
	eq(t, "Via", must(m.Via()).Host, "last")
	// A reused message forgets all of them.
	if err := m.Unmarshal("OPTIONS sip:a@b SIP/2.0\r\nTo: <sip:c@d>\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	eq(t, "Routes after reuse", m.Count(HRoute), 0)
	eq(t, "has Via after reuse", m.Has(HVia), false)

	_, err := Parse([]byte("OPTIONS sip:a@b SIP/2.0\r\n" + strings.Repeat("X:\r\n", maxHeaders+1) + "\r\n"))
	if e, ok := err.(*ParseError); !ok || e.Status != 400 {
		t.Errorf("%d header lines: %v", maxHeaders+1, err)
	}
}
