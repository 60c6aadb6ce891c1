package call

import (
	"errors"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sip"
)

var errNoSocket = errors.New("network is unreachable")

func (b *bench) arrive(body string, more ...string) *bench {
	b.t.Helper()
	return b.do(Incoming{ID: 1, Msg: invite(b.t, body, more...), Local: testLocal()})
}

// TestRefusedAtOnce: what can't become a call never rings (RFC 3261 §8.2).
func TestRefusedAtOnce(t *testing.T) {
	for _, c := range []struct {
		name   string
		body   string
		lines  []string
		status string
		field  sip.HeaderID
		value  string
	}{
		{"unknown extension", testSDP(t), []string{"Require: foo, timer, bar"}, "420", sip.HUnsupported, "foo, bar"},
		{"Replaces", testSDP(t), []string{"Replaces: c0;to-tag=a;from-tag=b"}, "420", sip.HUnsupported, "replaces"},
		{"Replaces required", testSDP(t), []string{"Require: replaces", "Replaces: c0;to-tag=a;from-tag=b"}, "420", sip.HUnsupported, "replaces"},
		{"foreign body", "hello", []string{"Content-Type: text/plain"}, "415", sip.HAccept, "application/sdp"},
		{"SDP not accepted", testSDP(t), []string{"Accept: text/plain"}, "406", sip.HServer, "phone/1"},
		{"short session", testSDP(t), []string{"Supported: timer", "Session-Expires: 60"}, "422", sip.HMinSE, "90"},
		{"no codec in common", foreignSDP(t), nil, "488", sip.HWarning, `305 - "Incompatible media format"`},
		{"unreadable SDP", "rubbish", nil, "488", sip.HWarning, `399 - "The session description can't be read"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			reason := "terminated (error) " + c.status
			b := newBench(t, nil).arrive(c.body, c.lines...).want("answer#1 "+c.status, reason, "tell Closed")
			if got := b.draft().Get(c.field); got != c.value {
				t.Errorf("%s: %q", c.field, got)
			}
			if b.draft().Get(sip.HTo) != "<sip:us@example.com>;tag=t1" || b.draft().Get(sip.HServer) != "phone/1" {
				t.Errorf("%q", fields(b.draft()))
			}
		})
	}
}

func TestAccepted(t *testing.T) {
	for _, lines := range [][]string{
		nil, {"Accept: application/sdp;level=1"}, {"Accept: text/plain, application/*"}, {"Accept: */*"},
		{"Require: 100rel, TIMER"}, {"Supported: replaces"},
	} {
		newBench(t, nil).arrive(testSDP(t), lines...).want("open 1", "tell Arrived", "ringing-in (incoming-new)")
	}
	newBench(t, nil).arrive("").want("open 1", "tell Arrived", "ringing-in (incoming-new)")
}

func TestCaller(t *testing.T) {
	const asserted = `P-Asserted-Identity: "Real" <sip:real@example.com>, <tel:+1555>`
	for _, c := range []struct {
		trusted bool
		lines   []string
		want    Arrived
	}{
		{false, nil, Arrived{Name: "Peer", URI: "sip:peer@example.com"}},
		{false, []string{asserted}, Arrived{Name: "Peer", URI: "sip:peer@example.com"}},
		{true, []string{asserted}, Arrived{Name: "Real", URI: "sip:real@example.com", Asserted: true}},
		{true, nil, Arrived{Name: "Peer", URI: "sip:peer@example.com"}},
		{true, []string{"P-Asserted-Identity: <sip:"}, Arrived{Name: "Peer", URI: "sip:peer@example.com"}},
		{false, []string{"Privacy: header; id"}, Arrived{Name: "Peer", URI: "sip:peer@example.com", Private: true}},
		{false, []string{"Privacy: none"}, Arrived{Name: "Peer", URI: "sip:peer@example.com"}},
	} {
		b := newBench(t, nil).do(Incoming{ID: 1, Msg: invite(t, testSDP(t), c.lines...), Local: testLocal(), Trusted: c.trusted})
		if got := b.fx[1].(Tell).Notice; got != c.want {
			t.Errorf("%v %v: %+v, want %+v", c.trusted, c.lines, got, c.want)
		}
	}
}

func TestWaitingCall(t *testing.T) {
	b := newBench(t, nil).do(Incoming{ID: 1, Msg: invite(t, ""), Local: testLocal(), Busy: true}).
		want("open 1", "tell Arrived", "waiting (incoming-new)")
	b.do(Answer{}).want("pass 1 Accept")
	b.report(1, dialog.Accepted{}).want("active (accepted)")
	b.report(1, dialog.Confirmed{}).want()
}

func TestPeerCancels(t *testing.T) {
	b := newBench(t, nil).arrive("")
	b.do(Canceled{ID: 7}).want()
	b.do(Canceled{ID: 1}).want("pass 1 Refuse 487", "terminated (terminated) 487")
	b.do(Canceled{ID: 1}).want()
	b.report(1, dialog.Ended{}).report(1, dialog.Closed{}).want("tell Closed")
}

func TestReject(t *testing.T) {
	newBench(t, nil).arrive("").do(Reject{Status: 486}).want("pass 1 Refuse 486", "terminated (refused-or-busy) 486")
	newBench(t, nil).arrive("").do(Reject{Status: 302}).want("pass 1 Refuse 302", "terminated (deflected) 302")
	newBench(t, nil).arrive("").do(Reject{Status: 200}).want("pass 1 Refuse 603", "terminated (refused-or-busy) 603")
	newBench(t, nil).arrive("").do(Hangup{}).want("pass 1 Refuse 603", "terminated (terminated)")
}

func TestNobodyAnswers(t *testing.T) {
	b := newBench(t, func(c *Config) { c.RingTimeout = time.Minute }).arrive("").do(Ring{}).want("pass 1 Ring")
	b.at(time.Minute).want("pass 1 Refuse 480", "terminated (terminated) 480")
	b = newBench(t, nil).arrive("", "Expires: 30")
	b.at(30*time.Second).want("pass 1 Refuse 480", "terminated (terminated) 480")
}

// TestSpoofed: a request whose tags don't fit reaches no dialog.
func TestSpoofed(t *testing.T) {
	b := newBench(t, nil).arrive(testSDP(t)).do(Answer{}).report(1, dialog.Accepted{})
	for _, m := range []*sip.Message{
		within(t, "BYE", "spoof", "t1"), within(t, "BYE", "peer", "t2"), within(t, "BYE", "", "t1"), within(t, "INVITE", "x", ""),
	} {
		b.do(Incoming{ID: 2, Msg: m}).want("answer#2 481")
	}
	b.do(IncomingAck{Msg: within(t, "ACK", "spoof", "t1")}).want("unexpected call.IncomingAck in active")
	b.do(IncomingAck{Msg: within(t, "ACK", "peer", "t1")}).want("pass 1 IncomingAck")
	b.do(Incoming{ID: 2, Msg: within(t, "BYE", "peer", "t1")}).want("pass 1 Incoming")
	b.report(1, dialog.Ended{Cause: dialog.ByPeer}).want("terminated (terminated)")
}

// TestLostBeforeTheAnswer: the caller gets an answer even when our dialog has
// broken off.
func TestLostBeforeTheAnswer(t *testing.T) {
	newBench(t, nil).arrive("").do(Lost{Dialog: 1}).want("terminated (error)", "answer#1 500", "tell Closed")
	newBench(t, nil).arrive("").do(Answer{}).do(Lost{Dialog: 1}).
		want("terminated (error)", "answer#1 500", "open 2", "pass 2 Bye")
}

func TestRecentIsBounded(t *testing.T) {
	b := newBench(t, nil).arrive("")
	for range 100 {
		b.do(Incoming{ID: 2, Msg: within(t, "INFO", "peer", "t1")})
	}
	if n := len(b.c.legs[0].recent); n != maxRecent {
		t.Errorf("%d requests remembered", n)
	}
}

func TestHolding(t *testing.T) {
	b := newBench(t, nil).arrive("")
	b.do(Hold{}).want("unexpected call.Hold in ringing-in")
	b.do(Answer{}).report(1, dialog.Accepted{})
	b.do(Hold{}).want("pass 1 Hold")
	b.report(1, dialog.Held{}).want("held (unknown)", "tell OnHold")
	b.do(Resume{}).want("pass 1 Resume")
	b.report(1, dialog.ModifyRefused{Status: 488}).want("tell Refused")
	b.report(1, dialog.Resumed{}).want("active (unknown)", "tell OffHold")
	b.report(1, dialog.Requested{ID: 5}).want("tell Requested")
	b.do(Reply{Reply: dialog.Reply{ID: 5, Status: 200}}).want("pass 1 Reply")
	b.do(Modify{Contact: "<sip:new@x>"}).want("pass 1 Modify")
	b.report(1, dialog.Modified{}).want("tell Updated")
	b.do(Ask{}).want("pass 1 Ask")
	b.report(1, dialog.Asked{}).want("tell Asked")
}
