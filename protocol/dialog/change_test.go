package dialog

import (
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

func TestHoldAndResume(t *testing.T) {
	b := newCaller(t, nil).up()
	b.do(Hold{}).want("send 2 INVITE +sdp")
	b.do(Resume{}).want()
	b.do(Response{Key: b.key(), Msg: toUs(t, 100, "2 INVITE", "")}).want()
	ok := Response{Key: b.key(), Msg: toUs(t, 200, "2 INVITE", testSDP(t))}
	b.do(ok).want("ack 2 ACK", "tell Agreed", "tell Held", "send 3 INVITE +sdp")
	b.do(ok).want("ack 2 ACK")
	b.do(Response{Key: b.key(), Msg: toUs(t, 488, "3 INVITE", "")}).want("tell ModifyRefused 488").state(Up)
}

// TestGlarePause is RFC 3261 §14.1: 2.1–4 s for the side that made the Call-ID,
// 0–2 s for the other.
func TestGlarePause(t *testing.T) {
	for _, c := range []struct {
		uas    bool
		random func(int) int
		want   time.Duration
	}{
		{false, func(int) int { return 0 }, 2100 * time.Millisecond},
		{false, func(n int) int { return n - 1 }, 4 * time.Second},
		{true, func(int) int { return 0 }, 0},
		{true, func(n int) int { return n - 1 }, 2 * time.Second},
	} {
		config := func(x *Config) { x.Random = c.random }
		b := newCaller(t, config).up()
		if c.uas {
			b = newCallee(t, config, testSDP(t)).upCallee()
		}
		b.do(Hold{})
		b.do(Response{Key: b.key(), Msg: toUs(t, 491, cseq(b.d.localSeq, sip.INVITE), "")})
		if got := b.d.Next().Sub(epoch); got != c.want {
			t.Errorf("uas %v: pause %s, want %s", c.uas, got, c.want)
		}
		b.at(c.want).state(Up)
		if len(b.fx) != 1 || short(b.fx[0])[:4] != "send" {
			t.Errorf("uas %v: not sent again: %v", c.uas, b.fx)
		}
	}
}

func TestGlareIsBounded(t *testing.T) {
	b := newCaller(t, nil).up().do(Hold{})
	sent := 1
	for b.d.changes.active != nil {
		b.do(Response{Key: b.key(), Msg: toUs(t, 491, cseq(b.d.localSeq, sip.INVITE), "")})
		b.at(b.now.Sub(epoch) + 10*time.Second)
		sent += len(b.fx)
		if sent > 20 {
			t.Fatal("491 for ever")
		}
	}
	if sent != maxTries {
		t.Errorf("%d tries, want %d", sent, maxTries)
	}
}

func TestIncomingDuringOurs(t *testing.T) {
	b := newCaller(t, nil).up().do(Hold{})
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "INVITE", 5, testSDP(t))}).want("answer#2 491 5 INVITE")
	b.do(Incoming{ID: 3, Msg: fromPeer(t, "UPDATE", 6, testSDP(t))}).want("answer#3 491 6 UPDATE")
	b.do(Incoming{ID: 4, Msg: fromPeer(t, "UPDATE", 7, "")}).want("answer#4 200 7 UPDATE")
}

func TestOursWaitsForAckOfTheirs(t *testing.T) {
	b := newCaller(t, nil).up()
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "INVITE", 5, testSDP(t))}).want("tell Agreed", "answer#2 200 5 INVITE +sdp")
	b.do(Incoming{ID: 3, Msg: fromPeer(t, "INVITE", 6, testSDP(t))}).want("answer#3 500 6 INVITE Retry-After=5")
	b.do(Hold{}).want()
	b.do(IncomingAck{Msg: fromPeer(t, "ACK", 5, "")}).want("send 2 INVITE +sdp")
}

func TestReinviteNotAcked(t *testing.T) {
	b := newCaller(t, nil).up()
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "INVITE", 5, testSDP(t))})
	b.at(31900 * time.Millisecond)
	b.at(32*time.Second).want("tell Ended NoAck 0", "send 2 BYE")
}

func TestReinviteWithoutOffer(t *testing.T) {
	b := newCaller(t, nil).up()
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "INVITE", 5, "")}).want("answer#2 200 5 INVITE +sdp")
	b.do(IncomingAck{Msg: fromPeer(t, "ACK", 5, testSDP(t))}).want("tell Agreed")
	// Without an answer the session stays as it was.
	b.do(Incoming{ID: 3, Msg: fromPeer(t, "INVITE", 6, "")})
	b.do(IncomingAck{Msg: fromPeer(t, "ACK", 6, "")}).want().state(Up)
	b.do(Hold{}).want("send 2 INVITE +sdp")
}

func TestBadModifications(t *testing.T) {
	b := newCaller(t, nil).up()
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "INVITE", 5, "rubbish")}).want("answer#2 488 5 INVITE")
	b.do(Incoming{ID: 3, Msg: fromPeer(t, "UPDATE", 6, "rubbish")}).want("answer#3 488 6 UPDATE")
	b.do(Incoming{ID: 4, Msg: fromPeer(t, "INVITE", 7, "", "Require: foo, 100rel, bar")}).want("answer#4 420 7 INVITE Unsupported=foo, bar")
	m := parse(t, "", "INVITE sip:us@192.0.2.1 SIP/2.0", "From: <sip:p@x>;tag=peer", "To: <sip:u@x>;tag=us", "Call-ID: c1",
		"CSeq: 8 INVITE")
	b.do(Incoming{ID: 5, Msg: m}).want("answer#5 200 8 INVITE +sdp").state(Up)
}

func TestForeignBody(t *testing.T) {
	b := newCaller(t, nil).up()
	text := "UPDATE sip:us@192.0.2.1 SIP/2.0\r\nFrom: <sip:p@x>;tag=peer\r\nTo: <sip:u@x>;tag=us\r\nCall-ID: c1\r\nCSeq: 8 UPDATE\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi"
	m, err := sip.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	b.do(Incoming{ID: 5, Msg: m}).want("answer#5 415 8 UPDATE")
}

// TestByeDuringReinvite: nothing is left of either.
func TestByeDuringReinvite(t *testing.T) {
	b := newCaller(t, nil).up().do(Hold{})
	invite := b.key()
	b.do(Bye{}).want("tell Ended ByUs 0", "send 3 BYE")
	b.do(Response{Key: b.key(), Msg: toUs(t, 200, "3 BYE", "")}).want().state(Ending)
	b.do(Response{Key: invite, Msg: toUs(t, 487, "2 INVITE", "")}).want("tell Closed").state(Terminated)

	b = newCaller(t, nil).up().do(Hold{})
	invite = b.key()
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "BYE", 5, "")}).want("answer#2 200 5 BYE", "tell Ended ByPeer 0").state(Ending)
	b.do(Response{Key: invite, Msg: toUs(t, 200, "2 INVITE", testSDP(t))}).want("ack 2 ACK", "tell Closed")

	b = newCaller(t, nil).up().do(Hold{})
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "BYE", 5, "")})
	b.at(37*time.Second).want("abandon", "tell Closed").state(Terminated)
}

// TestSilentReinvite is cancelled after three minutes, and given up.
func TestSilentReinvite(t *testing.T) {
	b := newCaller(t, nil).up().do(Hold{})
	b.do(Response{Key: b.key(), Msg: toUs(t, 180, "2 INVITE", "")})
	b.at(179 * time.Second).want()
	b.at(180 * time.Second).want("cancel")
	b.at(212*time.Second).want("abandon", "tell ModifyRefused 408").state(Up)
}

func TestReinviteTimesOut(t *testing.T) {
	b := newCaller(t, nil).up().do(Hold{})
	b.do(Failed{Key: b.key(), Err: txn.ErrTimeout}).want("tell ModifyRefused 408", "tell Ended Lost 408", "send 3 BYE")
	b = newCaller(t, nil).up().do(Hold{})
	b.do(Response{Key: b.key(), Msg: toUs(t, 481, "2 INVITE", "")}).want("tell ModifyRefused 481", "tell Ended Lost 481", "send 3 BYE")
}

func TestChallengedInDialog(t *testing.T) {
	calls := 0
	b := newCaller(t, func(c *Config) {
		c.Authorize = func(method, uri, body string, m *sip.Message) ([]sip.Field, bool) {
			calls++
			if method != "INVITE" || uri != "sip:peer@192.0.2.2" || body == "" || m.Status() != 407 {
				t.Errorf("asked for %s %s %q", method, uri, body)
			}
			return []sip.Field{{ID: sip.HProxyAuthorization, Value: "Digest x"}}, true
		}
	}).up().do(Hold{})
	b.do(Response{Key: b.key(), Msg: toUs(t, 407, "2 INVITE", "")}).want("send 3 INVITE +sdp")
	if d := b.fx[0].(Request).Draft; d.Get(sip.HProxyAuthorization) != "Digest x" {
		t.Error("no credentials in the second INVITE")
	}
	b.do(Response{Key: b.key(), Msg: toUs(t, 200, "3 INVITE", testSDP(t))}).want("ack 3 ACK", "tell Agreed", "tell Held")
	if d := b.fx[0].(Stateless).Draft; d.Get(sip.HProxyAuthorization) != "Digest x" {
		t.Error("no credentials in the ACK")
	}
	for range 10 {
		b.do(Resume{})
		b.do(Response{Key: b.key(), Msg: toUs(t, 407, cseq(b.d.localSeq, sip.INVITE), "")})
	}
	if calls > 60 {
		t.Error("challenges for ever")
	}
}

func TestAsk(t *testing.T) {
	b := newCaller(t, nil).up()
	b.do(Ask{Ref: 3, Method: "INFO", ContentType: "text/plain", Body: "x"}).want("send 2 INFO +sdp")
	b.do(Response{Key: b.key(), Msg: toUs(t, 415, "2 INFO", "")}).want("tell Asked 3 415")
	b.do(Ask{Ref: 4, Method: "INFO"})
	b.do(Failed{Key: b.key(), Err: txn.ErrTimeout}).want("tell Asked 4 408").state(Up)
	b.do(Ask{Ref: 5, Method: "INFO"})
	b.do(Response{Key: b.key(), Msg: toUs(t, 481, "4 INFO", "")}).want("tell Asked 5 481", "tell Ended Lost 481", "send 5 BYE")
}

func TestHandedUp(t *testing.T) {
	b := newCaller(t, nil).up()
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "INFO", 5, "")}).want("tell Requested")
	b.do(Incoming{ID: 3, Msg: fromPeer(t, "INFO", 6, "")}).want("tell Requested")
	b.do(Incoming{ID: 4, Msg: fromPeer(t, "INFO", 7, "")}).want("tell Requested")
	b.do(Reply{ID: 3, Status: 200}).want("answer#3 200 6 INFO")
	b.at(16*time.Second).want("answer#2 480 5 INFO", "answer#4 480 7 INFO")
	b.do(Reply{ID: 2, Status: 200}).want("unexpected dialog.Reply in Up")
	b.do(Incoming{ID: 5, Msg: fromPeer(t, "INFO", 8, "")})
	b.do(Bye{}).want("answer#5 487 8 INFO", "tell Ended ByUs 0", "send 2 BYE")
}

// TestSpoofedResponse: what doesn't repeat our request is no answer to it.
func TestSpoofedResponse(t *testing.T) {
	b := newCaller(t, nil).up().do(Hold{})
	for _, seq := range []string{"1 INVITE", "3 INVITE", "2 UPDATE", "x"} {
		b.do(Response{Key: b.key(), Msg: toUs(t, 481, seq, "")}).want("unexpected dialog.Response in Up")
	}
	for _, from := range []string{"us2", ""} {
		m := parse(t, "", "SIP/2.0 481 Gone", "From: <sip:us@x>;tag="+from, "To: <sip:p@x>;tag=peer", "Call-ID: c1", "CSeq: 2 INVITE")
		b.do(Response{Key: b.key(), Msg: m}).want("unexpected dialog.Response in Up")
	}
}
