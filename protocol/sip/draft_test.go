package sip

import (
	"slices"
	"strings"
	"testing"
)

func TestDraft(t *testing.T) {
	d := NewRequest(INVITE, "sip:b@c")
	d.Add(HTo, "<sip:b@c>")
	d.Add(HRoute, "<sip:1@r>, <sip:2@r>")
	d.Add(HRoute, "<sip:3@r>")
	d.AddOther("X-Thing", "1")
	d.AddOther("call-id", "abc")
	d.Prepend(HVia, "SIP/2.0/UDP a")
	d.Add(HContentLength, "99")
	d.Add(HOther, "nothing")
	d.SetBody("text/plain", "hi")
	eq(t, "draft", string(d.Bytes()), strings.ReplaceAll(`INVITE sip:b@c SIP/2.0
Via: SIP/2.0/UDP a
To: <sip:b@c>
Route: <sip:1@r>, <sip:2@r>
Route: <sip:3@r>
X-Thing: 1
call-id: abc
Content-Type: text/plain
Content-Length: 2

hi`, "\n", "\r\n"))
	eq(t, "Call-ID", d.Get(HCallID), "abc")
	eq(t, "Routes", slices.Collect(d.Values(HRoute)), []string{"<sip:1@r>", "<sip:2@r>", "<sip:3@r>"})

	c := d.Clone()
	for range 2 {
		c.DelFirst(HRoute)
	}
	eq(t, "popped", slices.Collect(c.Values(HRoute)), []string{"<sip:3@r>"})
	c.DelFirst(HRoute)
	c.DelFirst(HRoute)
	eq(t, "has Route", c.Has(HRoute), false)
	c.Set(HTo, "<sip:x@y>")
	c.Set(HSubject, "new")
	c.DelOther("x-thing")
	c.SetBody("", "")
	eq(t, "copy", slices.Collect(names(c)), []string{"Via", "To", "call-id", "Subject"})
	eq(t, "original", slices.Collect(names(d)), []string{"Via", "To", "Route", "Route", "X-Thing", "call-id", "Content-Type"})
	eq(t, "original To", d.Get(HTo), "<sip:b@c>")
	eq(t, "absent", d.Get(HSubject), "")

	d.Set(HRoute, "<sip:only@r>")
	eq(t, "set", slices.Collect(d.Values(HRoute)), []string{"<sip:only@r>"})
	d.Del(HRoute)
	eq(t, "deleted", d.Has(HRoute), false)
	eq(t, "is a request", d.IsRequest(), true)
}

func names(d *Draft) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for f := range d.Fields() {
			if !yield(f.Name) {
				return
			}
		}
	}
}

// TestInjection holds that nothing put into a draft starts a line of its own.
func TestInjection(t *testing.T) {
	const evil = "x\r\nEvil: 1\nEvil: 2\rEvil: 3"
	d := NewRequest(Method("A"+evil), "sip:"+evil)
	d.Add(HSubject, evil)
	d.AddOther("X-Y", evil)
	d.AddOther(evil, "z")
	d.AddOther("", "z")
	d.Prepend(HVia, evil)
	d.Set(HTo, evil)
	d.Set(HSubject, evil)
	d.SetBody(evil, "")
	r := &Draft{Status: 200, Reason: evil}
	for _, d := range []*Draft{d, r} {
		raw := string(d.Bytes())
		lines := strings.Split(raw, "\r\n")
		want := 1 + 1 + 2 // start line, Content-Length, empty line, and what follows it
		for range d.Fields() {
			want++
		}
		if len(lines) != want || strings.Count(raw, "\n") != want-1 || strings.Count(raw, "\r") != want-1 {
			t.Errorf("%d lines, want %d: %q", len(lines), want, raw)
		}
	}
	m := headers(t, "Subject: a\rb")
	eq(t, "bare CR passed on", DraftOf(m).Get(HSubject), "a b")
}

func TestNewResponse(t *testing.T) {
	req := headers(t,
		"Via: SIP/2.0/UDP p;branch=z9hG4bK1,\r\n SIP/2.0/TCP q", "v: SIP/2.0/UDP r", "Max-Forwards: 3",
		"f: <sip:a@b>;tag=1", "t: \"x\" <sip:c@d>", "i: abc", "CSeq: 7 OPTIONS", "Timestamp: 54", "Route: <sip:e@f>")
	d := NewResponse(req, 100, "")
	eq(t, "100", string(d.Bytes()), strings.ReplaceAll(`SIP/2.0 100 Trying
Via: SIP/2.0/UDP p;branch=z9hG4bK1, SIP/2.0/TCP q
Via: SIP/2.0/UDP r
From: <sip:a@b>;tag=1
To: "x" <sip:c@d>
Call-ID: abc
CSeq: 7 OPTIONS
Timestamp: 54
Content-Length: 0

`, "\n", "\r\n"))
	d = NewResponse(req, 404, "Who")
	eq(t, "Timestamp", d.Has(HTimestamp), false)
	d.TagTo("t1")
	d.TagTo("t2")
	eq(t, "To", d.Get(HTo), `"x" <sip:c@d>;tag=t1`)
	m := must(Parse(d.Bytes()))
	eq(t, "method", m.Method(), OPTIONS)
	eq(t, "To tag", m.ToTag(), "t1")
	eq(t, "reason", m.Reason(), "Who")
	eq(t, "is a request", m.IsRequest(), false)
	eq(t, "request-URI", m.RequestURI(), "")
	d = DraftOf(m)
	d.DelFirst(HVia)
	eq(t, "Vias left", slices.Collect(d.Values(HVia)), []string{"SIP/2.0/TCP q", "SIP/2.0/UDP r"})
}

func TestReasonPhrase(t *testing.T) {
	for status, want := range map[int]string{
		180: "Ringing", 486: "Busy Here", 416: "Unsupported URI Scheme", 199: "Early Dialog Terminated",
		155: "Session Progress", 299: "OK", 399: "Redirection", 499: "Request Failure", 599: "Server Failure",
		699: "Global Failure", 0: "Unknown", 700: "Unknown",
	} {
		eq(t, "phrase", ReasonPhrase(status), want)
	}
	for status := 100; status < 700; status++ {
		if p := ReasonPhrase(status); p == "" || p == "Unknown" {
			t.Errorf("no phrase for %d", status)
		}
	}
}
