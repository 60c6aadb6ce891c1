package dialog

import (
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/txn"
)

// Test2xxIsRepeated is RFC 3261 §13.3.1.4: T1, doubling up to T2, until the ACK.
func Test2xxIsRepeated(t *testing.T) {
	b := newCallee(t, nil, testSDP(t)).do(Accept{})
	b.want("tell Agreed", "answer#1 200 10 INVITE +sdp", "tell Accepted")
	b.at(0)
	for _, after := range []int{500, 1500, 3500, 7500, 11500, 15500} {
		b.at(time.Duration(after-1) * time.Millisecond).want()
		b.at(time.Duration(after) * time.Millisecond).want("answer#1 200 10 INVITE +sdp")
	}
	b.do(IncomingAck{Msg: fromPeer(t, "ACK", 10, "")}).want("tell Confirmed").state(Up)
	b.do(IncomingAck{Msg: fromPeer(t, "ACK", 10, "")}).want()
	b.at(time.Hour).want()
	if !b.d.Next().IsZero() {
		t.Error("a timer runs in a quiet dialog")
	}
}

func TestNoAckEndsInBye(t *testing.T) {
	b := newCallee(t, nil, testSDP(t)).do(Accept{})
	b.at(31900 * time.Millisecond)
	b.at(32*time.Second).want("tell Ended NoAck 0", "send 1 BYE").state(Ending)
	b.do(Response{Key: b.key(), Msg: toUs(t, 200, "1 BYE", "")}).want("tell Closed").state(Terminated)
}

// TestByeWaitsForAck is RFC 3261 §15: the callee's BYE comes after the ACK.
func TestByeWaitsForAck(t *testing.T) {
	b := newCallee(t, nil, testSDP(t)).do(Accept{})
	b.do(Bye{}).want("tell Ended ByUs 0").state(Ending)
	b.at(500 * time.Millisecond).want("answer#1 200 10 INVITE +sdp")
	b.do(IncomingAck{Msg: fromPeer(t, "ACK", 10, "")}).want("send 1 BYE")
	b.do(Failed{Key: b.key(), Err: txn.ErrTimeout}).want("tell Closed")
}

func TestByeWithoutAck(t *testing.T) {
	b := newCallee(t, nil, testSDP(t)).do(Accept{}).do(Bye{})
	b.at(31900 * time.Millisecond)
	b.at(32 * time.Second).want("send 1 BYE")
}

// TestGuard ends a dialog whose BYE is never reported on.
func TestGuard(t *testing.T) {
	b := newCaller(t, nil).up().do(Bye{})
	b.at(36 * time.Second).want().state(Ending)
	b.at(37*time.Second).want("abandon", "tell Closed").state(Terminated)
	if !b.d.Next().IsZero() {
		t.Error("a timer runs in a dialog that is gone")
	}
}

func TestEach2xxGetsAck(t *testing.T) {
	b := newCaller(t, nil)
	ok := InviteResponse{Msg: toUs(t, 200, "1 INVITE", testSDP(t))}
	b.do(ok).want("tell Agreed", "ack 1 ACK", "tell Confirmed").state(Up)
	b.do(ok).want("ack 1 ACK")
	b.do(Bye{}).want("tell Ended ByUs 0", "send 2 BYE")
	b.do(ok).want("ack 1 ACK")
}

func TestRefused2xx(t *testing.T) {
	b := newCaller(t, nil)
	b.do(InviteResponse{Msg: toUs(t, 200, "1 INVITE", testSDP(t)), Refuse: true}).
		want("tell Agreed", "ack 1 ACK", "tell Ended ByUs 0", "send 2 BYE").state(Ending)
}

// Test2xxWithoutAnswer: no SDP at all, bad SDP, and the answer that came early.
func Test2xxWithoutAnswer(t *testing.T) {
	ok := func(body string) Event { return InviteResponse{Msg: toUs(t, 200, "1 INVITE", body)} }
	newCaller(t, nil).do(ok("")).want("ack 1 ACK", "tell Ended NoMedia 488", "send 2 BYE")
	newCaller(t, nil).do(ok("rubbish")).want("ack 1 ACK", "tell Ended NoMedia 488", "send 2 BYE")
	b := newCaller(t, nil).do(InviteResponse{Msg: toUs(t, 183, "1 INVITE", testSDP(t))}).want("tell Agreed")
	b.do(ok("")).want("ack 1 ACK", "tell Confirmed")
}

func TestByeOnEarlyDialogCrosses2xx(t *testing.T) {
	b := newCaller(t, nil).do(Bye{}).want("tell Ended ByUs 0", "send 2 BYE")
	b.do(InviteResponse{Msg: toUs(t, 200, "1 INVITE", testSDP(t))}).
		want("tell Agreed", "ack 1 ACK", "send 3 BYE").state(Ending)
}

func TestLateOfferAnsweredInAck(t *testing.T) {
	b := newCallee(t, nil, "").do(Accept{}).want("answer#1 200 10 INVITE +sdp", "tell Accepted")
	b.do(IncomingAck{Msg: fromPeer(t, "ACK", 10, testSDP(t))}).want("tell Agreed", "tell Confirmed")

	b = newCallee(t, nil, "").do(Accept{})
	b.do(IncomingAck{Msg: fromPeer(t, "ACK", 10, "")}).want("tell Ended NoMedia 488", "send 1 BYE")
}

func TestPeerByeBeforeAnswer(t *testing.T) {
	b := newCallee(t, nil, testSDP(t)).do(Ring{})
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "BYE", 11, "")}).
		want("answer#2 200 11 BYE", "answer#1 487 10 INVITE", "tell Ended ByPeer 0", "tell Closed")
}

// TestRefuseAfterAccept: a change of mind that comes too late becomes a BYE.
func TestRefuseAfterAccept(t *testing.T) {
	b := newCallee(t, nil, testSDP(t)).do(Accept{}).do(Refuse{Status: 487}).want("tell Ended ByUs 0")
	b.do(IncomingAck{Msg: fromPeer(t, "ACK", 10, "")}).want("send 1 BYE")
	newCallee(t, nil, testSDP(t)).upCallee().do(Refuse{Status: 487}).want("tell Ended ByUs 0", "send 1 BYE")
}

func TestSalvage(t *testing.T) {
	d := New(epoch, Params{Config: testConfig(), Salvage: true, UAC: &UAC{
		From: "<sip:us@x>;tag=us", To: "<sip:p@x>", Seq: 1, Response: toUs(t, 200, "1 INVITE", "")}})
	b := &bench{t: t, d: d, now: epoch}
	b.do(Bye{}).want("tell Ended ByUs 0", "send 1048578 BYE")
}
