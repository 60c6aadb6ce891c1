package call

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

func TestInviteFields(t *testing.T) {
	b := newBench(t, func(c *Config) {
		c.Route = []string{"<sip:proxy;lr>", "<sip:service;lr>"}
		c.Preferred = "<tel:+1555>"
		c.Fields = []sip.Field{{ID: sip.HPPreferredService, Value: "urn:urn-7:service"}}
		c.Dialog.SessionExpires = 1800 * time.Second
		c.Dialog.RequireReliable = true
		c.Dialog.Extra = func(method string) []sip.Field {
			return []sip.Field{{ID: sip.HPAccessNetworkInfo, Value: "IEEE-802.11;of=" + method}, {Name: "X-Test", Value: "1"}}
		}
	}).dial(func(d *Dial) { d.Fields = []sip.Field{{ID: sip.HSubject, Value: "hi"}} })
	b.want("dialing (outgoing-started)", "send 1 INVITE")
	if r := b.fx[1].(Request); r.Hop != "sip:proxy;lr" || r.Draft.URI != "sip:peer@example.com" {
		t.Errorf("goes to %s by %s", r.Draft.URI, r.Hop)
	}
	got := fields(b.draft())
	want := []string{
		"Route: <sip:proxy;lr>", "Route: <sip:service;lr>", "Max-Forwards: 70",
		`From: "Us" <sip:us@example.com>;tag=t2`, "To: <sip:peer@example.com>", "Call-ID: t1", "CSeq: 1 INVITE",
		"Contact: <sip:us@192.0.2.1>", "Allow: " + dialog.Allow, "Supported: 100rel, timer", "Accept: application/sdp",
		"Require: 100rel", "P-Preferred-Identity: <tel:+1555>", "P-Preferred-Service: urn:urn-7:service", "User-Agent: phone/1", "Session-Expires: 1800",
		"Subject: hi", "P-Access-Network-Info: IEEE-802.11;of=INVITE", "X-Test: 1", "Content-Type: application/sdp",
	}
	if !slices.Equal(got, want) {
		t.Errorf("INVITE has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func fields(d *sip.Draft) []string {
	var all []string
	for f := range d.Fields() {
		all = append(all, f.Name+": "+f.Value)
	}
	return all
}

func TestPrivateCall(t *testing.T) {
	d := newBench(t, func(c *Config) { c.Preferred = "<tel:+1555>" }).dial(func(d *Dial) { d.Private = true }).draft()
	if d.Get(sip.HFrom) != `"Anonymous" <sip:anonymous@anonymous.invalid>;tag=t2` || d.Get(sip.HPrivacy) != "id" ||
		d.Get(sip.HPPreferredIdentity) != "<tel:+1555>" {
		t.Errorf("%q", fields(d))
	}
}

// TestRetries: what a final response may bring the INVITE to.
func TestRetries(t *testing.T) {
	credentials := func(c *Config) {
		c.Dialog.Authorize = func(method, uri, body string, m *sip.Message) ([]sip.Field, bool) {
			return []sip.Field{{ID: sip.HAuthorization, Value: "Digest"}}, true
		}
	}
	strictly := func(c *Config) { c.Dialog.RequireReliable = true }
	timed := func(c *Config) { c.Dialog.SessionExpires = 100 * time.Second }
	for _, c := range []struct {
		name   string
		config func(*Config)
		status int
		lines  []string
		field  sip.HeaderID
		value  string // "" for a call that ends
		end    string
	}{
		{"401", credentials, 401, nil, sip.HAuthorization, "Digest", ""},
		{"407", credentials, 407, nil, sip.HAuthorization, "Digest", ""},
		{"401 without password", nil, 401, nil, 0, "", "terminated (error) 401"},
		{"420 of 100rel", strictly, 420, []string{"Unsupported: foo, 100rel"}, sip.HSupported, "100rel, timer", ""},
		{"420 of something", strictly, 420, []string{"Unsupported: foo"}, 0, "", "terminated (error) 420"},
		{"421 for 100rel", nil, 421, []string{"Require: 100rel"}, sip.HRequire, "100rel", ""},
		{"421 for something", nil, 421, []string{"Require: precondition"}, 0, "", "terminated (error) 421"},
		{"422", timed, 422, []string{"Min-SE: 300"}, sip.HSessionExpires, "300", ""},
		{"422 without Min-SE", timed, 422, nil, 0, "", "terminated (error) 422"},
		{"486", nil, 486, nil, 0, "", "terminated (refused-or-busy) 486"},
		{"302, not followed", nil, 302, []string{"Contact: <sip:x@y>"}, 0, "", "terminated (deflected) 302"},
		{"488", nil, 488, nil, 0, "", "terminated (audio-setup-failed) 488"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.config).dial()
			b.do(b.response(180, "early"))
			b.do(b.response(c.status, "early", c.lines...))
			if c.value == "" {
				b.want("pass 1 Drop", c.end)
				b.report(1, dialog.Ended{}).report(1, dialog.Closed{}).want("tell Closed")
				return
			}
			b.want("pass 1 Drop", "send 2 INVITE")
			if got := b.draft().Get(c.field); got != c.value {
				t.Errorf("%s is %q", c.field, got)
			}
			if c.field != sip.HRequire && b.draft().Has(sip.HRequire) {
				t.Error("still has Require")
			}
		})
	}
}

func TestRetriesAreBounded(t *testing.T) {
	b := newBench(t, func(c *Config) {
		c.Dialog.Authorize = func(string, string, string, *sip.Message) ([]sip.Field, bool) { return nil, true }
	}).dial()
	for range maxRetries {
		b.do(b.response(407, "x")).want("send " + b.draft().Get(sip.HCSeq))
	}
	b.do(b.response(407, "x")).want("terminated (error) 407", "tell Closed")
}

func Test491IsTriedAgainLater(t *testing.T) {
	b := newBench(t, nil).dial()
	b.do(b.response(491, "x")).want()
	b.at(3 * time.Second).want()
	b.at(3050 * time.Millisecond).want("send 2 INVITE")
	b.do(b.response(491, "x"))
	b.do(Hangup{}).want("terminated (terminated)", "tell Closed")
	b.at(time.Hour).want()
}

func TestRedirects(t *testing.T) {
	b := newBench(t, func(c *Config) { c.MaxRedirects = 2 }).dial()
	b.do(b.response(302, "x", "Contact: <sip:peer@example.com>, <http://x>, <sip:b@y>;q=0.1, <sip:c@y;lr?h=1>;q=0.9")).
		want("tell Forwarded", "send 2 INVITE")
	if u := b.draft().URI; u != "sip:c@y;lr" {
		t.Errorf("goes to %s", u)
	}
	b.do(b.response(302, "x", "Contact: <sip:c@y;lr>, <sip:d@y>")).want("tell Forwarded", "send 3 INVITE")
	b.do(b.response(302, "x", "Contact: <sip:e@y>")).want("terminated (deflected) 302", "tell Closed")
}

func TestNoResponse(t *testing.T) {
	newBench(t, nil).dial().do(Failed{Key: 1, Err: txn.ErrTimeout}).want("terminated (error) 408", "tell Closed")
	newBench(t, nil).dial().do(Failed{Key: 1, Err: errNoSocket}).want("terminated (error) 503", "tell Closed")
	newBench(t, nil).dial().do(Failed{Key: 9, Err: errNoSocket}).want("unexpected call.Failed in dialing")
}

func TestFork(t *testing.T) {
	b := newBench(t, nil).dial()
	b.do(b.response(100, "")).want()
	b.do(b.response(180, "")).want("ringing-out (outgoing-started)", "tell Ringing")
	b.do(b.response(180, "a")).want("open 1", "pass 1 180")
	b.do(b.response(180, "a")).want("pass 1 180")
	b.do(b.response(183, "b")).want("open 2", "pass 2 183")
	early := testAgreement()
	b.report(2, dialog.Agreed{Agreement: early}).want("tell EarlyMedia", "media of 2")
	b.report(2, dialog.Agreed{Agreement: early}).want()
	b.report(1, dialog.Agreed{Agreement: testAgreement()}).want("media of 1")
	b.do(b.response(200, "b")).want("pass 2 200", "media of 2")
	b.do(b.response(200, "c")).want("open 3", "pass 3 200 refuse")
	b.do(b.response(200, "b")).want("pass 2 200")
	b.report(2, dialog.Confirmed{}).want("active (accepted)")
	b.report(3, dialog.Ended{}).want()
	b.report(3, dialog.Closed{}).want()
	b.do(b.response(200, "c")).want()
	b.at(32 * time.Second).want("pass 1 Drop")
	b.report(1, dialog.Ended{}).report(1, dialog.Closed{}).want()
	b.do(Hangup{}).want("pass 2 Bye", "terminated (terminated)", "media stops")
	b.report(2, dialog.Closed{}).want("tell Closed")
	if !b.c.Next().IsZero() {
		t.Error("a timer runs in a closed call")
	}
}

func TestCancelAnd200(t *testing.T) {
	b := newBench(t, nil).dial()
	b.do(b.response(180, "a"))
	b.do(Hangup{}).want("Cancel", "terminated (terminated)")
	b.do(b.response(180, "b")).want()
	b.do(b.response(200, "a")).want("pass 1 200 refuse")
	b.report(1, dialog.Ended{}).report(1, dialog.Closed{}).want()
	b.at(32 * time.Second).want("tell Closed")
}

func TestCancelGetsNoAnswer(t *testing.T) {
	b := newBench(t, nil).dial().do(Hangup{})
	b.at(32*time.Second).want("Abandon", "tell Closed")
	b.do(Failed{Key: 1, Err: txn.ErrTimeout}).want()
}

// TestEarlyDialogFails: when the only early dialog can't go on the INVITE is
// cancelled; with another one left the call goes on.
func TestEarlyDialogFails(t *testing.T) {
	b := newBench(t, nil).dial()
	b.do(b.response(183, "a")).do(b.response(183, "b"))
	b.report(1, dialog.Ended{Cause: dialog.NoMedia}).want()
	b.report(2, dialog.Ended{Cause: dialog.NoMedia, Text: "x"}).want("Cancel", "terminated (audio-setup-failed)")
	b.report(1, dialog.Closed{}).report(2, dialog.Closed{}).want()
	b.do(b.response(487, "a")).want("tell Closed")
}

// TestLate2xxOfForgottenDialog: it is taken up anew, for the ACK and BYE that
// the peer must get.
func TestLate2xxOfForgottenDialog(t *testing.T) {
	b := newBench(t, nil).dial()
	b.do(b.response(183, "a")).do(b.response(183, "b"))
	b.report(1, dialog.Ended{Cause: dialog.Lost}).report(1, dialog.Closed{})
	b.do(b.response(200, "b")).want("pass 2 200")
	b.do(b.response(200, "a")).want("open 3", "pass 3 200 refuse")
	if p := b.fx[0].(Open).Params; !p.UAC.Again {
		t.Error("the new dialog would use old CSeq numbers")
	}
}

func TestLostDialogIsSalvaged(t *testing.T) {
	b := newBench(t, nil).dial()
	b.do(b.response(200, "a")).report(1, dialog.Confirmed{})
	b.do(Lost{Dialog: 1}).want("terminated (error)", "open 2", "pass 2 Bye")
	if p := b.fx[1].(Open).Params; !p.Salvage {
		t.Error("the new dialog doesn't know that it has to say BYE only")
	}
	b.report(2, dialog.Closed{})
	b.at(32 * time.Second).want("tell Closed")
}

func TestSilentDialogsAreForgotten(t *testing.T) {
	b := newBench(t, nil).dial()
	b.do(b.response(200, "a")).report(1, dialog.Confirmed{}).do(Hangup{})
	b.at(127 * time.Second).want()
	b.at(128*time.Second).want("pass 1 Drop", "tell Closed")
}

// TestSpoofedResponse: what doesn't repeat our INVITE is no answer to it.
func TestSpoofedResponse(t *testing.T) {
	b := newBench(t, nil).dial()
	for _, lines := range [][]string{
		{"From: <sip:us@example.com>;tag=t3", "Call-ID: t1", "CSeq: 1 INVITE"},
		{"From: <sip:us@example.com>;tag=t2", "Call-ID: t9", "CSeq: 1 INVITE"},
		{"From: <sip:us@example.com>;tag=t2", "Call-ID: t1", "CSeq: 2 INVITE"},
		{"From: <sip:us@example.com>;tag=t2", "Call-ID: t1", "CSeq: 1 BYE"},
		{"From: <sip:us@example.com>;tag=t2", "Call-ID: t1"},
	} {
		m := parse(t, testSDP(t), append([]string{"SIP/2.0 200 OK", "To: <sip:peer@example.com>;tag=x"}, lines...)...)
		b.do(Response{Key: 1, Msg: m}).want("unexpected call.Response in dialing")
	}
}

func TestExplanations(t *testing.T) {
	m := parse(t, "", "SIP/2.0 499 Odd")
	for status := 300; status < 700; status++ {
		reason, text := explain(status, m)
		if reason == ReasonUnknown || len(text) < 15 || text[len(text)-1] != '.' {
			t.Errorf("%d: %s %q", status, reason, text)
		}
	}
	for _, c := range []struct {
		status int
		want   Reason
	}{{486, ReasonRefusedOrBusy}, {600, ReasonRefusedOrBusy}, {603, ReasonRefusedOrBusy}, {480, ReasonRefusedOrBusy},
		{408, ReasonRefusedOrBusy}, {404, ReasonError}, {604, ReasonError}, {403, ReasonError}, {488, ReasonAudioSetupFailed},
		{487, ReasonTerminated}, {301, ReasonDeflected}, {503, ReasonError}, {599, ReasonError}} {
		if got, _ := explain(c.status, m); got != c.want {
			t.Errorf("%d: %s", c.status, got)
		}
	}
	for cause, want := range map[dialog.Cause]Reason{dialog.ByUs: ReasonTerminated, dialog.ByPeer: ReasonTerminated,
		dialog.NoMedia: ReasonAudioSetupFailed, dialog.NoAck: ReasonError, dialog.Expired: ReasonError, dialog.Vanished: ReasonError} {
		if got, _ := explainEnd(dialog.Ended{Cause: cause}); got != want {
			t.Errorf("%s: %s", cause, got)
		}
	}
}
