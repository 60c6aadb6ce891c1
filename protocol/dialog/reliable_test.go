package dialog

import (
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

const rel = "Supported: 100rel"

func TestReliableIsRepeatedUntilPrack(t *testing.T) {
	b := newCallee(t, nil, testSDP(t), rel)
	b.do(Ring{}).want("answer#1 180 10 INVITE Require=100rel RSeq=536870913")
	b.at(499 * time.Millisecond).want()
	b.at(500 * time.Millisecond).want("answer#1 180 10 INVITE Require=100rel RSeq=536870913")
	b.at(1499 * time.Millisecond).want()
	b.at(1500 * time.Millisecond).want("answer#1 180 10 INVITE Require=100rel RSeq=536870913")

	b.do(Incoming{ID: 2, Msg: fromPeer(t, "PRACK", 11, "", "RAck: 536870912 10 INVITE")}).want("answer#2 481 11 PRACK")
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "PRACK", 12, "", "RAck: 536870913 9 INVITE")}).want("answer#2 481 12 PRACK")
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "PRACK", 13, "", "RAck: junk")}).want("answer#2 481 13 PRACK")
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "PRACK", 14, "", "RAck: 536870913 10 INVITE")}).want("answer#2 200 14 PRACK")
	b.at(20 * time.Second).want()
	b.do(Incoming{ID: 3, Msg: fromPeer(t, "PRACK", 15, "", "RAck: 536870913 10 INVITE")}).want("answer#3 481 15 PRACK")
}

func TestReliableOnesGoOneByOne(t *testing.T) {
	b := newCallee(t, nil, testSDP(t), rel)
	b.do(Ring{})
	b.do(Progress{}).want()
	b.do(Accept{}).want("tell Agreed", "answer#1 200 10 INVITE +sdp", "tell Accepted")
}

// TestAcceptWaitsForPrackOfSDP is RFC 3262 §3: no 2xx while the answer in a
// reliable response is not acknowledged.
func TestAcceptWaitsForPrackOfSDP(t *testing.T) {
	b := newCallee(t, nil, testSDP(t), rel)
	b.do(Progress{}).want("tell Agreed", "answer#1 183 10 INVITE Require=100rel RSeq=536870913 +sdp")
	b.do(Accept{}).want()
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "PRACK", 11, "", "RAck: 536870913 10 INVITE")}).
		want("answer#2 200 11 PRACK", "answer#1 200 10 INVITE", "tell Accepted")
}

func TestNoPrackRefuses(t *testing.T) {
	b := newCallee(t, nil, testSDP(t), rel)
	b.do(Ring{})
	b.at(31900 * time.Millisecond)
	b.at(32*time.Second).want("answer#1 504 10 INVITE", "tell Ended NoPrack 504", "tell Closed").state(Terminated)
}

func TestOfferInPrack(t *testing.T) {
	b := newCallee(t, nil, testSDP(t), rel)
	b.do(Progress{})
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "PRACK", 11, testSDP(t), "RAck: 536870913 10 INVITE")}).
		want("tell Agreed", "answer#2 200 11 PRACK +sdp")
}

func TestLateOfferInReliable(t *testing.T) {
	b := newCallee(t, nil, "", rel)
	b.do(Ring{}).want("answer#1 180 10 INVITE Require=100rel RSeq=536870913 +sdp")
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "PRACK", 11, testSDP(t), "RAck: 536870913 10 INVITE")}).
		want("tell Agreed", "answer#2 200 11 PRACK")
	b.do(Accept{}).want("answer#1 200 10 INVITE", "tell Accepted")
}

func TestLateOfferWithoutAnswerInPrack(t *testing.T) {
	b := newCallee(t, nil, "", rel)
	b.do(Ring{})
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "PRACK", 11, "", "RAck: 536870913 10 INVITE")}).
		want("answer#2 200 11 PRACK", "answer#1 488 10 INVITE", "tell Ended NoMedia 488", "tell Closed")
}

// TestUnreliableAnswerIsRepeated: an answer in a 183 that may get lost stands
// in the 200 again.
func TestUnreliableAnswerIsRepeated(t *testing.T) {
	b := newCallee(t, nil, testSDP(t))
	b.do(Progress{}).want("tell Agreed", "answer#1 183 10 INVITE +sdp")
	b.do(Progress{}).want("answer#1 183 10 INVITE +sdp")
	b.do(Accept{}).want("answer#1 200 10 INVITE +sdp", "tell Accepted")
}

func TestRingingIsRepeated(t *testing.T) {
	b := newCallee(t, nil, testSDP(t))
	b.do(Ring{})
	b.at(time.Minute).want("answer#1 180 10 INVITE")
	b.at(2 * time.Minute).want("answer#1 180 10 INVITE")

	b = newCallee(t, nil, testSDP(t), rel)
	b.do(Ring{})
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "PRACK", 14, "", "RAck: 536870913 10 INVITE")})
	b.at(150 * time.Second).want("answer#1 180 10 INVITE Require=100rel RSeq=536870914")
}

func reliable183(t *testing.T, rseq, body string) InviteResponse {
	return InviteResponse{Msg: toUs(t, 183, "1 INVITE", body, "Require: 100rel", "RSeq: "+rseq)}
}

// TestPrackInOrder is RFC 3262 §4: RSeq must rise by one, repeated ones are
// known, those that come too early are dropped.
func TestPrackInOrder(t *testing.T) {
	b := newCaller(t, nil)
	b.do(reliable183(t, "5", "")).want("send 2 PRACK RAck=5 1 INVITE")
	b.do(reliable183(t, "5", "")).want()
	b.do(reliable183(t, "7", "")).want()
	b.do(reliable183(t, "4", "")).want()
	b.do(reliable183(t, "6", testSDP(t))).want("tell Agreed", "send 3 PRACK RAck=6 1 INVITE")
	b.do(reliable183(t, "7", testSDP(t))).want("send 4 PRACK RAck=7 1 INVITE")
	b.do(reliable183(t, "0", "")).want()
	b.do(reliable183(t, "x", "")).want()
}

func TestPrackRefused(t *testing.T) {
	b := newCaller(t, nil)
	b.do(reliable183(t, "5", ""))
	b.do(Response{Key: b.key(), Msg: toUs(t, 481, "2 PRACK", "")}).want("tell Ended Lost 481", "tell Closed").state(Terminated)
}

// TestBadAnswer: SDP that can't be used ends the early dialog when it came
// reliably, and is passed over when it did not.
func TestBadAnswer(t *testing.T) {
	b := newCaller(t, nil)
	b.do(InviteResponse{Msg: toUs(t, 183, "1 INVITE", "rubbish")}).want()
	b.do(InviteResponse{Msg: toUs(t, 183, "1 INVITE", testSDP(t))}).want("tell Agreed")
	b.do(reliable183(t, "5", "rubbish")).
		want("send 2 PRACK RAck=5 1 INVITE", "tell Ended NoMedia 488", "send 3 BYE").state(Ending)
}

func TestSequenceOfReinvite(t *testing.T) {
	var s sequence
	for i, step := range []struct {
		invite, rseq uint32
		want         verdict
	}{
		{1, 9, fresh}, {1, 9, repeated}, {1, 11, tooEarly}, {1, 10, fresh}, {1, 3, repeated},
		{2, 3, fresh}, {2, 4, fresh}, {2, 3, repeated},
		{3, 1<<32 - 1, fresh}, {3, 1<<32 - 1, repeated},
	} {
		if got := s.take(step.invite, step.rseq); got != step.want {
			t.Errorf("step %d: %d, want %d", i, got, step.want)
		}
	}
}

func TestRAck(t *testing.T) {
	for value, want := range map[string]bool{
		"1 2 INVITE": true, "4294967295 2 INVITE": true, "4294967296 2 INVITE": false,
		"": false, "1": false, "1 INVITE": false, "x 2 INVITE": false, "1  2 INVITE": true, "-1 2 INVITE": false,
	} {
		m := parse(t, "", "PRACK sip:a SIP/2.0", "RAck: "+value)
		if r, ok := rackOf(m); ok != want || ok && r.invite.Method != sip.INVITE {
			t.Errorf("%q: %v %v", value, r, ok)
		}
	}
}

// TestLatePrackFailure: a PRACK that is refused after the 2xx ends nothing.
func TestLatePrackFailure(t *testing.T) {
	b := newCaller(t, nil).do(reliable183(t, "5", ""))
	prack := b.key()
	b.up().do(Response{Key: prack, Msg: toUs(t, 481, "2 PRACK", "")}).want().state(Up)
}

// TestReliableInReinvite: the answer to a re-INVITE may come in a reliable 1xx.
func TestReliableInReinvite(t *testing.T) {
	b := newCaller(t, nil).up().do(Hold{})
	invite := b.key()
	m := toUs(t, 183, "2 INVITE", testSDP(t), "Require: 100rel", "RSeq: 9")
	b.do(Response{Key: invite, Msg: m}).want("tell Agreed", "send 3 PRACK RAck=9 2 INVITE")
	b.do(Response{Key: invite, Msg: toUs(t, 200, "2 INVITE", "")}).want("ack 2 ACK", "tell Held")
}
