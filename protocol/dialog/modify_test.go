package dialog

import "testing"

// A callee that owes its answer yet changes what it will say; a quiet change
// never asks for an offer.
func TestModifyWithoutOffer(t *testing.T) {
	other := testLocal()
	other.Streams = other.Streams[:1:1]
	other.Streams[0].Port = 40100

	b := newCallee(t, nil, testSDP(t))
	b.do(Modify{Local: &other}).want("tell Modified")
	b.do(Accept{})
	if got := b.d.media.negotiation.Agreement().Streams[0].Local.Port(); got != 40100 {
		t.Errorf("the answer has port %d", got)
	}

	b = newCaller(t, nil).up()
	b.do(Modify{Local: &other, Quiet: true}).want()
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "INVITE", 5, testSDP(t))}).want("tell Agreed", "answer#2 200 5 INVITE +sdp")
	if got := b.d.media.negotiation.Agreement().Streams[0].Local.Port(); got != 40100 {
		t.Errorf("the later answer has port %d", got)
	}
}
