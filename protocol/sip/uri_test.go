package sip

import (
	"slices"
	"testing"
)

func TestParseURI(t *testing.T) {
	for s, want := range map[string]URI{
		"sip:example.com":                      {Scheme: "sip", Host: "example.com"},
		"SIPS:Alice@Example.com:5061":          {Scheme: "sips", User: "Alice", Host: "Example.com", Port: 5061},
		"sip:a:b@c;transport=tcp;lr?x=y&z=w":   {Scheme: "sip", User: "a", Password: "b", Host: "c", Params: ";transport=tcp;lr", Headers: "x=y&z=w"},
		"sip:[2001:db8::1]:5060;lr":            {Scheme: "sip", Host: "[2001:db8::1]", Port: 5060, Params: ";lr"},
		"sip:+1-555@gw;user=phone":             {Scheme: "sip", User: "+1-555", Host: "gw", Params: ";user=phone"},
		"sip:a;x=1?y@h":                        {Scheme: "sip", User: "a;x=1?y", Host: "h"},
		"sip:*21#@h":                           {Scheme: "sip", User: "*21#", Host: "h"},
		"sip:h?Replaces=x@y":                   {Scheme: "sip", User: "h?Replaces=x", Host: "y"},
		"sip:u@h?Replaces=x@y":                 {Scheme: "sip", User: "u", Host: "h", Headers: "Replaces=x@y"},
		"tel:+1-201-555-0123;phone-context=+1": {Scheme: "tel", Opaque: "+1-201-555-0123", Params: ";phone-context=+1"},
		"urn:service:sos":                      {Scheme: "urn", Opaque: "service:sos"},
		"http://x/?y;z":                        {Scheme: "http", Opaque: "//x/?y;z"},
	} {
		u, err := ParseURI(s)
		if err != nil || u != want {
			t.Errorf("ParseURI(%q) = %+v, %v", s, u, err)
			continue
		}
		if again, err := ParseURI(u.String()); err != nil || again != u || !u.Equal(again) {
			t.Errorf("%q printed and read: %+v, %v", s, again, err)
		}
	}
	for _, s := range []string{"", "sip", "sip:", ":", ":x", "sip:@h", "sip:a@", "sip:a@b@c", "sip:a b@c", "sip:a%4@b",
		"sip:a%zz@b", "sip:h:", "sip:h:x", "sip:h:99999", "sip:[::1", "sip:[]", "sip:[::1]x", "sip:[::1]:", "sip:[1.2.3.4]",
		"sip:2001:db8::1", "1sip:h", "s_p:h", "sip:h\r\nX: y", "sip:h;x=\"y\"", "sip:<h>", "sip:h/path", "tel:", "sip:\x00@h"} {
		if u, err := ParseURI(s); err == nil {
			t.Errorf("ParseURI(%q) = %+v", s, u)
		}
	}
}

// TestURIEqual takes its pairs from RFC 3261 §19.1.4 and RFC 3966 §4.
func TestURIEqual(t *testing.T) {
	for _, tt := range []struct {
		a, b  string
		equal bool
	}{
		{"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", true},
		{"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true},
		{"sip:carol@chicago.com", "sip:carol@chicago.com;security=on", true},
		{"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com", "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com", true},
		{"sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x", true},
		{"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false},
		{"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false},
		{"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false},
		{"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false},
		{"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false},
		{"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false},
		{"sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;newparam=6", false},
		{"sip:a@b", "sips:a@b", false},
		{"sip:a@b?x=1&y=2", "sip:a@b?x=1&z=2", false},
		{"tel:+1-201-555-0123", "tel:+12015550123", true},
		{"tel:+12015550123;ext=1", "tel:+12015550123", false},
		{"tel:7042;phone-context=example.com;x=1", "tel:7042;X=1;phone-context=EXAMPLE.com", true},
		{"tel:1", "sip:1@b", false},
		{"urn:a:b", "urn:a:b", true},
		{"urn:a:b", "urn:a:c", false},
	} {
		a, b := must(ParseURI(tt.a)), must(ParseURI(tt.b))
		if a.Equal(b) != tt.equal || b.Equal(a) != tt.equal {
			t.Errorf("%s = %s: %v, want %v", tt.a, tt.b, a.Equal(b), tt.equal)
		}
	}
}

func TestEscapes(t *testing.T) {
	eq(t, "broken escapes", Unescape("a%4%zz%41%"), "a%4%zzA%")
	for _, s := range []string{"alice", "a b", "null\x00", "a:b@c", "%41", "ünï", ""} {
		esc := EscapeUser(s)
		eq(t, "there and back", Unescape(esc), s)
		if s != "" {
			u, err := ParseURI("sip:" + esc + "@h")
			if err != nil || u.User != esc {
				t.Errorf("%q escaped to %q: %+v, %v", s, esc, u, err)
			}
		}
	}
}

func TestParams(t *testing.T) {
	p := Params(`;A=1; b = "x;\"y" ;;c;d=;e="open`)
	for name, want := range map[string]string{"a": "1", "B": `x;"y`, "c": "", "d": "", "e": `"open`} {
		if v, ok := p.Get(name); !ok || v != want {
			t.Errorf("%s = %q, %v", name, v, ok)
		}
	}
	if p.Has("x") || p.Has("y") || Params("").Has("") {
		t.Error("found what isn't there")
	}
	var names []string
	for n := range p.All() {
		names = append(names, n)
	}
	eq(t, "names", names, []string{"A", "b", "c", "d", "e"})
	for n := range p.All() {
		eq(t, "first name", n, "A")
		break
	}
}

func TestParamsChange(t *testing.T) {
	for _, tt := range []struct{ got, want Params }{
		{Params("").With("lr", ""), ";lr"},
		{Params(";a=1;b=2;A=3").With("a", "x"), ";a=x;b=2"},
		{Params(";a=1").With("b", "two words"), `;a=1;b="two words"`},
		{Params(";a=1").With("b", `"ready"`), `;a=1;b="ready"`},
		{Params(";a=1").With("b", `say "hi"`), `;a=1;b="say \"hi\""`},
		{Params("").With("received", "2001:db8::1"), ";received=2001:db8::1"},
		{Params("").With("x", "a\r\nEvil: y"), ";x=\"a  Evil: y\""},
		{Params("").With("x\r\n", "1"), ";x  =1"},
		{Params(`;a="open`).With("b", "<c>"), `;a="\"open";b="<c>"`},
		{Params(";a=1;b;c").Without("B"), ";a=1;c"},
		{Params(";a=1;b;c").Without("x"), ";a=1;b;c"},
	} {
		eq(t, "params", tt.got, tt.want)
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct {
		in, out, display, tag string
	}{
		{`"Alice \"A\"" <sip:a@b>;tag=1`, `"Alice \"A\"" <sip:a@b>;tag=1`, `Alice "A"`, "1"},
		{`Mr. Bob Smith <sip:a@b;x>`, `"Mr. Bob Smith" <sip:a@b;x>`, "Mr. Bob Smith", ""},
		{`sip:a@b;tag=2;x=y`, `<sip:a@b>;tag=2;x=y`, "", "2"},
		{`<tel:+1;phone-context=x>;tag=3`, `<tel:+1;phone-context=x>;tag=3`, "", "3"},
		{`Zoë@home <sip:z@b> ; tag = 4`, `"Zoë@home" <sip:z@b>; tag = 4`, "Zoë@home", "4"},
		{` * `, "*", "", ""},
		{`"" <sip:a@b>`, "<sip:a@b>", "", ""},
		{`<sip:a@b?x=y>`, "<sip:a@b?x=y>", "", ""},
	} {
		a, err := ParseAddress(tt.in)
		if err != nil || a.String() != tt.out || a.Display != tt.display || a.Tag() != tt.tag {
			t.Errorf("%q = %q, %+v, %v", tt.in, a.String(), a, err)
		}
	}
	for _, s := range []string{"", "<", ">", "<>", "<sip:a@b", "sip:a@b>", `"x <sip:a@b>`, `"x" sip:a@b`, `"x"`,
		"Bell, A <sip:a@b>", "a:b <sip:a@b>", "< sip:a@b >", "<sip:a@b> junk", "sip:a@b?x=y", "sip:a@b,c", "x"} {
		if a, err := ParseAddress(s); err == nil {
			t.Errorf("ParseAddress(%q) = %+v", s, a)
		}
	}
	evil := Address{Display: "a\r\nX: y", URI: URI{Scheme: "sip", User: "u\r\nX: y", Host: "h"}, Params: ";x\r\nX: y"}
	eq(t, "evil", evil.String(), `"a  X: y" <sip:u  X: y@h>;x  X: y`)
}

func TestVia(t *testing.T) {
	v, err := ParseVia("SIP / 2.0 /  TLS  [::1] : 5061 ;branch=z9hG4bKx;rport;received=\"1.2.3.4\"")
	if err != nil {
		t.Fatal(err)
	}
	eq(t, "Via", v.String(), `SIP/2.0/TLS [::1]:5061;branch=z9hG4bKx;rport;received="1.2.3.4"`)
	eq(t, "received", v.Received(), "1.2.3.4")
	for params, want := range map[Params]struct {
		port    uint16
		present bool
	}{";rport": {0, true}, ";rport=5060": {5060, true}, "": {0, false}, ";rport=x": {0, true}, ";rport=70000": {0, true}} {
		if port, present := (Via{Params: params}).RPort(); port != want.port || present != want.present {
			t.Errorf("RPort of %q = %d, %v", params, port, present)
		}
	}
	eq(t, "default version", Via{Transport: "UDP", Host: "h", Port: 1}.String(), "SIP/2.0/UDP h:1")
	eq(t, "odd version", must(ParseVia("SIP/7.0/UDP h")).Version, "SIP/7.0")
	for _, s := range []string{"", ";", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/2.0 UDP h", "SIP//UDP h", "/2.0/UDP h",
		"SIP/2.0/UDP h h", "SIP/2.0/UDP h:5060:1", "SIP/2.0/UDP h:", "SIP/2.0/UDP 2001:db8::1", "SIP/2.0/U@P h", "SI P/2.0/UDP h"} {
		if v, err := ParseVia(s); err == nil {
			t.Errorf("ParseVia(%q) = %+v", s, v)
		}
	}
}

func TestCSeq(t *testing.T) {
	eq(t, "CSeq", must(ParseCSeq("0009 \t INVITE")), CSeq{9, INVITE})
	eq(t, "text", CSeq{4294967295, ACK}.String(), "4294967295 ACK")
	for _, s := range []string{"", "1", "1INVITE", "INVITE", "4294967296 INVITE", "-1 INVITE", "1 IN VITE", "1 "} {
		if c, err := ParseCSeq(s); err == nil {
			t.Errorf("ParseCSeq(%q) = %v", s, c)
		}
	}
}

func TestAddressesStop(t *testing.T) {
	m := headers(t, "Contact: <sip:a@b>, nonsense, <sip:c@d>", "v: SIP/2.0/UDP a, b")
	var got []string
	for a, err := range m.Contacts() {
		if err != nil {
			got = append(got, "error")
			continue
		}
		got = append(got, a.URI.User)
	}
	if !slices.Equal(got, []string{"a", "error", "c"}) {
		t.Errorf("Contacts %q", got)
	}
	if _, err := headers(t).Contact(); err == nil {
		t.Error("a Contact out of nothing")
	}
	if _, err := headers(t).Via(); err == nil {
		t.Error("a Via out of nothing")
	}
	if _, err := headers(t).From(); err == nil {
		t.Error("a From out of nothing")
	}
	if _, err := headers(t).CSeq(); err == nil {
		t.Error("a CSeq out of nothing")
	}
}
