package sip

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// torture is one message of RFC 4475 or RFC 5118: what the phone does with it,
// and the values that it must read out of it. Where the RFC leaves a choice,
// note says which one is ours.
type torture struct {
	name   string
	action Action
	status int
	note   string
	check  func(t *testing.T, m *Message)
}

func runTorture(t *testing.T, dir string, table []torture) {
	files, err := filepath.Glob(filepath.Join("testdata", dir, "*.sip"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(table) {
		t.Errorf("%d files, %d expectations", len(files), len(table))
	}
	for _, tt := range table {
		t.Run(tt.name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("testdata", dir, tt.name+".sip"))
			if err != nil {
				t.Fatal(err)
			}
			m, err := Parse(raw)
			v := Check(m, err)
			if v.Action != tt.action || v.Status != tt.status {
				t.Errorf("verdict %v %d %q (%v), want %v %d %s", v.Action, v.Status, v.Reason, err, tt.action, tt.status, tt.note)
			}
			if tt.check != nil {
				if m == nil {
					t.Fatal("no message")
				}
				tt.check(t, m)
			}
			if v.Action == Reject {
				checkAnswer(t, m, v)
			}
			if v.Action == Accept {
				checkRoundTrip(t, m)
			}
		})
	}
}

// checkAnswer holds that the refusal can be written and read.
func checkAnswer(t *testing.T, req *Message, v Verdict) {
	t.Helper()
	d := NewResponse(req, v.Status, v.Reason)
	d.TagTo("answer")
	res, err := Parse(d.Bytes())
	if err != nil {
		t.Fatalf("answer: %v", err)
	}
	eq(t, "answer's status", res.Status(), v.Status)
	for _, id := range []HeaderID{HFrom, HTo, HCallID, HCSeq} {
		eq(t, "answer's "+id.String()+"s", res.Count(id), min(req.Count(id), 1))
		if !strings.HasPrefix(res.Get(id), req.Get(id)) {
			t.Errorf("answer's %v = %q, want %q", id, res.Get(id), req.Get(id))
		}
	}
	eq(t, "answer's Vias", slices.Collect(res.Lines(HVia)), slices.Collect(req.Lines(HVia)))
}

// checkRoundTrip holds that writing a message and reading it again changes no
// value.
func checkRoundTrip(t *testing.T, m *Message) {
	t.Helper()
	again, err := Parse(DraftOf(m).Bytes())
	if err != nil {
		t.Fatalf("written again: %v", err)
	}
	eq(t, "body", again.Body(), m.Body())
	for id := HOther + 1; id < numHeaders; id++ {
		if id != HContentLength {
			eq(t, id.String(), slices.Collect(again.Lines(id)), slices.Collect(m.Lines(id)))
		}
	}
}

func eq(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, ok := got.([]string); ok {
		if !slices.Equal(g, want.([]string)) {
			t.Errorf("%s = %q, want %q", what, got, want)
		}
		return
	}
	if got != want {
		t.Errorf("%s = %#v, want %#v", what, got, want)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// sdpLines is how many lines the RFC's stock session description has.
func sdpLines(m *Message) int { return strings.Count(m.Body(), "\r\n") }

var rfc4475 = []torture{
	// 3.1.1 Valid messages
	{name: "wsinv", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "URI", m.RequestURI(), "sip:vivekg@chair-dnrc.example.com;unknownparam")
		to := must(m.To())
		eq(t, "To", to.URI.String(), "sip:vivekg@chair-dnrc.example.com")
		eq(t, "To tag", to.Tag(), "1918181833n")
		from := must(m.From())
		eq(t, "From display", from.Display, `J Rosenberg \"`)
		eq(t, "From tag", from.Tag(), "98asjd8")
		n, ok := m.Number(HMaxForwards)
		eq(t, "Max-Forwards", n, uint32(68))
		eq(t, "Max-Forwards read", ok, true)
		eq(t, "CSeq", must(m.CSeq()), CSeq{9, INVITE})
		var vias []string
		for v, err := range m.Vias() {
			vias = append(vias, must(v, err).Transport+" "+v.SentBy()+" "+v.Branch()+" "+v.Version)
		}
		eq(t, "Vias", vias, []string{"UDP 192.0.2.2 390skdjuw SIP/2.0",
			"TCP spindle.example.com z9hG4bK9ikj8 SIP/2.0", "UDP 192.168.255.111 z9hG4bK30239 SIP/2.0"})
		eq(t, "has Subject", m.Has(HSubject), true)
		eq(t, "Subject", m.Get(HSubject), "")
		eq(t, "NewFangledHeader", m.GetOther("newfangledheader"), "newfangled value continued newfangled value")
		eq(t, "UnknownHeader", m.GetOther("UnknownHeaderWithUnusualValue"), ";;,,;;,;")
		for route, err := range m.Addresses(HRoute) {
			eq(t, "Route", must(route, err).URI.Host, "services.example.com")
			eq(t, "lr", route.URI.Params.Has("lr"), true)
			eq(t, "unknown-no-value", route.URI.Params.Has("unknown-no-value"), true)
		}
		c := must(m.Contact())
		eq(t, "Contact display", c.Display, `Quoted string ""`)
		q, _ := c.Params.Get("q")
		np, _ := c.Params.Get("newparam")
		eq(t, "q", q, "0.33")
		eq(t, "newparam", np, "newvalue")
		eq(t, "secondparam", c.Params.Has("secondparam"), true)
		eq(t, "body lines", sdpLines(m), 8)
	}},
	{name: "intmeth", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "method", m.Method(), Method("!interesting-Method0123456789_*+`.%indeed'~"))
		u := must(m.URI())
		eq(t, "user", u.User, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
		eq(t, "password", u.Password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
		eq(t, "host", u.Host, "example.com")
		to, from := must(m.To()), must(m.From())
		eq(t, "To display", to.Display, "BEL:\a NUL:\x00 DEL:\x7f")
		eq(t, "From display", from.Display, "token1~` token2'+_ token3*%!.-")
		p, ok := from.Params.Get("fromParam''~+*_!.-%")
		eq(t, "From parameter", p, "работающий")
		eq(t, "From parameter is there", ok, true)
		eq(t, "From tag", from.Tag(), "_token~1'+`*%!-.")
		eq(t, "Call-ID", m.CallID(), `intmeth.word%ZK-!.*_+'@word`+"`"+`~)(><:\/"][?}{`)
		eq(t, "extension", m.GetOther("extensionHeader-!.%*+_`'~"), "\ufeff大停電")
		eq(t, "branch", must(m.Via()).Branch(), "z9hG4bK-.!%66*_+`'~")
	}},
	{name: "esc01", action: Accept, check: func(t *testing.T, m *Message) {
		u := must(m.URI())
		eq(t, "user", Unescape(u.User), "sips:user@example.com")
		eq(t, "host", u.Host, "example.net")
		eq(t, "To", must(m.To()).URI.Equal(must(ParseURI("sip:user@example.com"))), true)
		eq(t, "From", Unescape(must(m.From()).URI.User), "I have spaces")
		c := must(m.Contact()).URI
		eq(t, "Contact user", Unescape(c.User), "caller")
		_, lr := c.Param("lr")
		name, _ := c.Param("name")
		eq(t, "lr", lr, true)
		eq(t, "name", name, "value%41")
		eq(t, "Content-Type", m.ContentType(), "application/sdp")
		eq(t, "Call-ID", m.CallID(), "esc01.239409asdfakjkn23onasd0-3234")
	}},
	{name: "escnull", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "To", Unescape(must(m.To()).URI.User), "null-\x00-null")
		var users []string
		for c, err := range m.Contacts() {
			users = append(users, Unescape(must(c, err).URI.User))
		}
		eq(t, "Contacts", users, []string{"\x00", "\x00\x00"})
	}},
	{name: "esc02", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "method", m.Method(), Method("RE%47IST%45R"))
		eq(t, "To display", must(m.To()).Display, "%Z%45")
		eq(t, "Contacts", m.Count(HContact), 2)
		eq(t, "C%6Fntact", m.GetOther("C%6Fntact"), "<sip:alias2@host2.example.com>")
	}},
	{name: "lwsdisp", action: Accept, check: func(t *testing.T, m *Message) {
		from := must(m.From())
		eq(t, "From display", from.Display, "caller")
		eq(t, "From", from.URI.String(), "sip:caller@example.com")
	}},
	{name: "longreq", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "Vias", m.Count(HVia), 34)
		eq(t, "To display", must(m.To()).Display, "I have a user name of "+strings.Repeat("extreme", 10)+" proportion")
		eq(t, "To port", must(m.To()).URI.Port, uint16(6000))
		eq(t, "From tag", m.FromTag(), "12"+strings.Repeat("982", 50)+"424")
		n := 0
		for v, err := range m.Vias() {
			if n++; n == 34 {
				eq(t, "last Via received", must(v, err).Received(), "192.0.2.5")
				eq(t, "last Via branch", v.Branch(), "very"+strings.Repeat("long", 50)+"branchvalue")
			}
		}
		eq(t, "body lines", sdpLines(m), 8)
	}},
	{name: "dblreq", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "method", m.Method(), REGISTER)
		eq(t, "body", m.Body(), "")
		eq(t, "Contact", must(m.Contact()).URI.String(), "sip:j.user@host.example.com")
	}},
	{name: "semiuri", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "user", Unescape(must(m.URI()).User), "user;par=u@example.net")
		eq(t, "host", must(m.URI()).Host, "example.com")
		eq(t, "Accept", slices.Collect(m.Values(HAccept)), []string{"application/sdp", "application/pkcs7-mime",
			"multipart/mixed", "multipart/signed", "message/sip", "message/sipfrag"})
	}},
	{name: "transports", action: Accept, check: func(t *testing.T, m *Message) {
		var list []string
		for v, err := range m.Vias() {
			list = append(list, must(v, err).Transport)
		}
		eq(t, "transports", list, []string{"UDP", "SCTP", "TLS", "UNKNOWN", "TCP"})
	}},
	{name: "mpart01", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "Content-Type", m.ContentType(), "multipart/mixed")
		var types []string
		var sizes []int
		for p, err := range m.Parts() {
			types = append(types, must(p, err).ContentType())
			sizes = append(sizes, len(p.Body))
		}
		eq(t, "parts", types, []string{"text/plain", "application/octet-stream"})
		if !slices.Equal(sizes, []int{5, 342}) {
			t.Errorf("part sizes %d", sizes)
		}
		text, ok := m.BodyOf("text/plain")
		eq(t, "text", text, "Hello")
		eq(t, "text found", ok, true)
	}},
	{name: "unreason", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "status", m.Status(), 200)
		eq(t, "reason", m.Reason(), "= 2**3 * 5**2 но сто девяносто девять - простое")
	}},
	{name: "noreason", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "status", m.Status(), 100)
		eq(t, "reason", m.Reason(), "")
	}},

	// 3.1.2 Invalid messages
	{name: "badinv01", action: Reject, status: 400},
	{name: "clerr", action: Reject, status: 400},
	{name: "ncl", action: Reject, status: 400},
	{name: "scalar02", action: Reject, status: 400, check: func(t *testing.T, m *Message) {
		n, ok := m.Number(HExpires)
		eq(t, "Expires", n, uint32(1<<32-1))
		eq(t, "Expires read", ok, false)
	}},
	{name: "scalarlg", action: Drop},
	{name: "quotbal", action: Reject, status: 400},
	{name: "ltgtruri", action: Reject, status: 400},
	{name: "lwsruri", action: Reject, status: 400},
	{name: "lwsstart", action: Reject, status: 400, note: "strict on the start line"},
	{name: "trws", action: Reject, status: 400, note: "strict on the start line"},
	{name: "escruri", action: Reject, status: 400, note: "strict on the start line"},
	{name: "baddate", action: Accept, note: "a phone has no use for Date", check: func(t *testing.T, m *Message) {
		eq(t, "Date", slices.Collect(m.Values(HDate)), []string{"Fri, 01 Jan 2010 16:00:00 EST"})
	}},
	{name: "regbadct", action: Reject, status: 400, note: "angle brackets are not guessed"},
	{name: "badaspec", action: Reject, status: 400, note: "strict on who talks to whom"},
	{name: "baddn", action: Reject, status: 400, note: "strict on who talks to whom"},
	{name: "badvers", action: Reject, status: 505},
	{name: "mismatch01", action: Reject, status: 400},
	{name: "mismatch02", action: Reject, status: 400, note: "501 would do as well"},
	{name: "bigcode", action: Drop},

	// 3.2 Transaction layer semantics
	{name: "badbranch", action: Reject, status: 400, note: "not read as RFC 2543"},

	// 3.3 Application layer semantics
	{name: "insuf", action: Reject, status: 400},
	{name: "unkscm", action: Reject, status: 416},
	{name: "novelsc", action: Reject, status: 416, check: func(t *testing.T, m *Message) {
		eq(t, "scheme", must(m.URI()).Scheme, "soap.beep")
	}},
	{name: "unksm2", action: Accept, note: "only a registrar minds", check: func(t *testing.T, m *Message) {
		eq(t, "To", must(m.To()).URI, URI{Scheme: "isbn", Opaque: "2983792873"})
		eq(t, "From", must(m.From()).URI.String(), "http://www.example.com")
		eq(t, "Contact", must(m.Contact()).URI.Opaque, "John_Smith")
	}},
	{name: "bext01", action: Accept, note: "420 is the layer above's", check: func(t *testing.T, m *Message) {
		eq(t, "Require", slices.Collect(m.Values(HRequire)), []string{"nothingSupportsThis", "nothingSupportsThisEither"})
		eq(t, "option", m.HasOption(HProxyRequire, "NODOANYPROXIESSUPPORTTHIS"), false)
		eq(t, "option", m.HasOption(HProxyRequire, "norDOANYPROXIESSUPPORTTHIS"), true)
	}},
	{name: "invut", action: Accept, note: "415 is the layer above's", check: func(t *testing.T, m *Message) {
		eq(t, "Content-Type", m.ContentType(), "application/unknownformat")
		eq(t, "body length", len(m.Body()), 40)
	}},
	{name: "regaut01", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "Authorization", m.Get(HAuthorization), "NoOneKnowsThisScheme opaque-data=here")
	}},
	{name: "multi01", action: Reject, status: 400},
	{name: "mcl01", action: Reject, status: 400},
	{name: "bcast", action: Drop, check: func(t *testing.T, m *Message) {
		eq(t, "status", m.Status(), 200)
		eq(t, "relayed", CheckRelay(m, nil).Action, Accept)
	}},
	{name: "zeromf", action: Accept, note: "a phone relays nothing", check: func(t *testing.T, m *Message) {
		n, ok := m.Number(HMaxForwards)
		eq(t, "Max-Forwards", n, uint32(0))
		eq(t, "Max-Forwards read", ok, true)
	}},
	{name: "cparam01", action: Accept, check: func(t *testing.T, m *Message) {
		c := must(m.Contact())
		eq(t, "header parameter", c.Params, Params(";unknownparam"))
		eq(t, "URI parameters", c.URI.Params, Params(""))
	}},
	{name: "cparam02", action: Accept, check: func(t *testing.T, m *Message) {
		c := must(m.Contact())
		eq(t, "header parameters", c.Params, Params(""))
		eq(t, "URI parameter", c.URI.Params, Params(";unknownparam"))
	}},
	{name: "regescrt", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "headers", must(m.Contact()).URI.Headers, "Route=%3Csip:sip.example.com%3E")
	}},
	{name: "sdp01", action: Accept, note: "what to answer in is the layer above's", check: func(t *testing.T, m *Message) {
		eq(t, "Accept", m.Get(HAccept), "text/nobodyKnowsThis")
	}},

	// 3.4 Backward compatibility
	{name: "inv2543", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "branch", must(m.Via()).Branch(), "")
		eq(t, "From tag", m.FromTag(), "")
		eq(t, "To parameters", must(m.To()).Params, Params(";user=phone"))
		eq(t, "body lines", sdpLines(m), 6)
	}},
}

func TestRFC4475(t *testing.T) {
	eq(t, "messages", len(rfc4475), 49)
	runTorture(t, "rfc4475", rfc4475)
}

func ip6Via(t *testing.T, m *Message) {
	t.Helper()
	v := must(m.Via())
	eq(t, "Via host", v.Host, "[2001:db8::9:1]")
	eq(t, "Via port", v.Port, uint16(0))
}

// The memo's figures for Content-Length in §4.6, §4.8 and §4.9 don't fit the
// bodies that it prints; the files have the right ones.
var rfc5118 = []torture{
	{name: "ipv6-good", action: Accept, check: func(t *testing.T, m *Message) {
		ip6Via(t, m)
		eq(t, "URI host", must(m.URI()).Host, "[2001:db8::10]")
		eq(t, "Contact host", must(m.Contact()).URI.Host, "[2001:db8::1]")
	}},
	{name: "ipv6-bad", action: Reject, status: 400, check: ip6Via},
	{name: "port-ambiguous", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "URI host", must(m.URI()).Host, "[2001:db8::10:5070]")
		eq(t, "URI port", must(m.URI()).Port, uint16(0))
	}},
	{name: "port-unambiguous", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "URI host", must(m.URI()).Host, "[2001:db8::10]")
		eq(t, "URI port", must(m.URI()).Port, uint16(5070))
		eq(t, "host and port", must(m.URI()).HostPort(), "[2001:db8::10]:5070")
	}},
	{name: "via-received-param-with-delim", action: Accept, check: func(t *testing.T, m *Message) {
		ip6Via(t, m)
		eq(t, "received", must(m.Via()).Received(), "2001:db8::9:255")
	}},
	{name: "via-received-param-no-delim", action: Accept, check: func(t *testing.T, m *Message) {
		ip6Via(t, m)
		eq(t, "received", must(m.Via()).Received(), "2001:db8::9:255")
	}},
	{name: "ipv6-in-sdp", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "URI user", must(m.URI()).User, "user")
		eq(t, "URI host", must(m.URI()).Host, "[2001:db8::10]")
		eq(t, "body lines", sdpLines(m), 9)
	}},
	{name: "mult-ip-in-header", action: Accept, check: func(t *testing.T, m *Message) {
		var list []string
		for v, err := range m.Vias() {
			list = append(list, must(v, err).Transport+" "+v.SentBy()+" "+v.Received())
		}
		eq(t, "Vias", list, []string{"UDP [2001:db8::9:1]:6050 ", "UDP 192.0.2.1 ", "TCP [2001:db8::9:255] 192.0.2.200"})
	}},
	{name: "mult-ip-in-sdp", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "body lines", sdpLines(m), 9)
	}},
	{name: "ipv4-mapped-ipv6", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "Via", must(m.Via()).SentBy(), "[::ffff:192.0.2.10]:19823")
		c := must(m.Contact())
		eq(t, "Contact display", c.Display, "T. desk phone")
		eq(t, "Contact host", c.URI.Host, "[::ffff:192.0.2.2]")
	}},
	{name: "ipv6-bug-abnf-3-colons", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "URI host", must(m.URI()).Host, "[2001:db8:::192.0.2.1]")
		eq(t, "To host", must(m.To()).URI.Host, "[2001:db8:::192.0.2.1]")
	}},
	{name: "ipv6-correct-abnf-2-colons", action: Accept, check: func(t *testing.T, m *Message) {
		eq(t, "URI host", must(m.URI()).Host, "[2001:db8::192.0.2.1]")
	}},
}

func TestRFC5118(t *testing.T) { runTorture(t, "rfc5118", rfc5118) }
