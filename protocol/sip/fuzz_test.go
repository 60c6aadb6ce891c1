package sip

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func seedTorture(f *testing.F) {
	files, err := filepath.Glob("testdata/rfc*/*.sip")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range files {
		f.Add(must(os.ReadFile(name)))
	}
}

// FuzzMessage: whatever comes in, every view returns; what is accepted is the
// same after it has been written and read again, and written twice alike.
func FuzzMessage(f *testing.F) {
	seedTorture(f)
	f.Add([]byte(invite))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Parse(raw)
		v := Check(m, err)
		if m == nil {
			if v.Action != Drop {
				t.Fatalf("%v without a message", v)
			}
			return
		}
		readAll(m)
		if v.Action == Reject {
			d := NewResponse(m, v.Status, v.Reason)
			d.TagTo("x")
			if res, err := Parse(d.Bytes()); err != nil || res.Status() != v.Status {
				t.Fatalf("answer can't be read: %v", err)
			}
		}
		if err != nil {
			return
		}
		written := DraftOf(m).Bytes()
		again, err := Parse(written)
		if err != nil {
			t.Fatalf("%v in what was written: %q", err, written)
		}
		if string(DraftOf(again).Bytes()) != string(written) {
			t.Fatal("written twice, not alike")
		}
		if again.Body() != m.Body() || again.RequestURI() != m.RequestURI() || again.Status() != m.Status() ||
			again.Reason() != oneLine(m.Reason()) || again.method != m.method {
			t.Fatalf("start line or body changed: %q", written)
		}
		if got, want := fields(again), fields(m); !slices.Equal(got, want) {
			t.Fatalf("fields %q, want %q", got, want)
		}
	})
}

// fields gives the header lines as they are when written, Content-Length apart.
func fields(m *Message) []Field {
	var list []Field
	for f := range m.Fields() {
		if f.ID != HContentLength {
			f.Value = oneLine(f.Value)
			list = append(list, f)
		}
	}
	return list
}

// readAll calls every view of a message.
func readAll(m *Message) {
	for id := range HeaderID(numHeaders) {
		_, _, _ = m.Get(id), m.Has(id), m.Count(id)
		_, _ = m.Number(id)
		_ = m.HasOption(id, "100rel")
		for a, err := range m.Addresses(id) {
			if err == nil {
				_, _ = a.Tag(), a.URI.Equal(a.URI)
			}
		}
	}
	for v, err := range m.Vias() {
		if err == nil {
			_, _ = v.RPort()
			_, _, _ = v.Branch(), v.Received(), v.SentBy()
		}
	}
	_, _, _ = m.Method(), m.FromTag(), m.ToTag()
	_, _ = m.Via()
	_, _ = m.URI()
	_, _ = m.Contact()
	_, _ = m.BodyOf("application/sdp")
	for p := range m.Parts() {
		_, _ = p.ContentID(), p.Disposition()
	}
	_ = CheckRelay(m, nil)
}

// FuzzURI: what is read is the same after printing, and equal to itself.
func FuzzURI(f *testing.F) {
	for _, s := range []string{"sip:a:b@c:1;d=e;f?g=h&i=j", "sips:[::1]:5061", "tel:+1-2;ext=3", "urn:service:sos", "sip:%41%00@h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ParseURI(s)
		if err != nil {
			return
		}
		again, err := ParseURI(u.String())
		if err != nil || again != u {
			t.Fatalf("%+v printed and read is %+v, %v", u, again, err)
		}
		if !repeats(u.Params) && !u.Equal(again) {
			t.Fatalf("%q is not equal to itself", s)
		}
		if got := Unescape(EscapeUser(s)); got != s {
			t.Fatalf("%q escaped and back is %q", s, got)
		}
	})
}

// repeats tells whether two parameters have the same name, which RFC 3261
// §19.1.1 forbids: such a URI may differ from itself.
func repeats(p Params) bool {
	seen := map[string]bool{}
	for name := range p.All() {
		if name = strings.ToLower(Unescape(name)); seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}

// FuzzAddress: what is read is the same after printing.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{`"A \"b\"" <sip:a@b;c>;tag=d`, "sip:a@b;tag=c", "*", "A b<tel:+1>", `"" <sip:x>;y="z;"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(oneLine(s))
		if err != nil {
			return
		}
		if again, err := ParseAddress(a.String()); err != nil || again != a {
			t.Fatalf("%+v printed and read is %+v, %v", a, again, err)
		}
	})
}

// FuzzVia: what is read is the same after printing.
func FuzzVia(f *testing.F) {
	for _, s := range []string{"SIP/2.0/UDP h:5060;branch=z9hG4bKx;rport", "SIP / 2.0 / TCP [::1] : 1 ; received=[::2]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseVia(oneLine(s))
		if err != nil {
			return
		}
		if again, err := ParseVia(v.String()); err != nil || again != v {
			t.Fatalf("%+v printed and read is %+v, %v", v, again, err)
		}
	})
}

// FuzzParams: a parameter that is set is read back, one that is taken away is
// gone, and the others stay as they are.
func FuzzParams(f *testing.F) {
	f.Add(";a=1;b=\"x;y\";c", "b", "new value")
	f.Add(`;a="open`, "b", `"q"`)
	f.Add(";;=;a==", "", "")
	f.Add("0=\"\r0", "1", "0")
	f.Fuzz(func(t *testing.T, list, name, value string) {
		p := Params(list)
		if !isToken(name) {
			for range p.All() {
			}
			return
		}
		want := value
		if value != "" && value[0] == '"' && quotedEnd(value) == len(value) {
			want = unquote(value)
		}
		set, gone := p.With(name, value), p.Without(name)
		if got, ok := set.Get(name); !ok || got != oneLine(want) {
			t.Fatalf("%q with %s=%q is %q: %q", list, name, value, set, got)
		}
		if gone.Has(name) {
			t.Fatalf("%q without %s is %q", list, name, gone)
		}
		before := others(p, name)
		if got := others(set, name); !slices.Equal(got, before) {
			t.Fatalf("%q with %s=%q is %q: others %q, were %q", list, name, value, set, got, before)
		}
		if got := others(gone, name); !slices.Equal(got, before) {
			t.Fatalf("%q without %s is %q: others %q, were %q", list, name, gone, got, before)
		}
	})
}

// others lists the parameters but for name. A line end, which no header's value
// holds but a hand-made list may, is printed as a space.
func others(p Params, name string) (list []string) {
	for n, v := range p.All() {
		if !EqualFold(n, name) {
			list = append(list, oneLine(n+"="+v))
		}
	}
	return list
}

// FuzzFramer: how a stream is cut on its way changes nothing in the messages
// that come out, nor whether it fails; and each message is whole.
func FuzzFramer(f *testing.F) {
	f.Add(framed+"\r\n\r\n"+framed, uint16(7))
	f.Add("SIP/2.0 200 OK\nl:\n 1\n\nx\r\n\r\n\rBYE sip:a@b SIP/2.0\r\nl:0\r\n\r\n", uint16(1))
	f.Add("X: \r\nl: 70000\r\n\r\n", uint16(3))
	f.Fuzz(func(t *testing.T, stream string, piece uint16) {
		whole, _, err := frames(stream, len(stream)+1)
		cut, _, cutErr := frames(stream, int(piece)+1)
		if !slices.Equal(whole, cut) || err != cutErr {
			t.Fatalf("whole: %q %v; in pieces of %d: %q %v", whole, err, piece+1, cut, cutErr)
		}
		for _, raw := range whole {
			if !strings.Contains(stream, raw) {
				t.Fatalf("%q was never sent", raw)
			}
			m, err := Parse([]byte(raw))
			if err == nil && len(m.Body()) > 0 && !strings.HasSuffix(raw, m.Body()) {
				t.Fatalf("%q is not the end of %q", m.Body(), raw)
			}
		}
	})
}

// FuzzDraft: no value that is put into a draft adds a line to it.
func FuzzDraft(f *testing.F) {
	f.Add("INVITE", "sip:a@b", "X", "v\r\nEvil: 1", "body")
	f.Fuzz(func(t *testing.T, method, uri, name, value, body string) {
		d := NewRequest(Method(method), uri)
		d.Add(HSubject, value)
		d.AddOther(name, value)
		d.Prepend(HVia, value)
		d.DelFirst(HVia)
		d.Body = body
		lines := 3 // start line, Content-Length, and the empty line
		for range d.Fields() {
			lines++
		}
		head := strings.TrimSuffix(string(d.Bytes()), body)
		if strings.Count(head, "\r\n") != lines || strings.Count(head, "\n") != lines || strings.Count(head, "\r") != lines {
			t.Fatalf("%d lines expected in %q", lines, head)
		}
	})
}
