//go:build peers

package peertest

import "testing"

func (e *env) baresip(h *Host, c BaresipConfig) *Baresip {
	e.t.Helper()
	return must(StartBaresip(e.step(), h, c))(e.t)
}

// saw waits for an event of baresip.
func (e *env) saw(b *Baresip, kind string) Event {
	e.t.Helper()
	return must(b.WaitEvent(e.step(), kind))(e.t)
}

// tell gives a command to baresip.
func (e *env) tell(b *Baresip, command, params string) {
	e.t.Helper()
	must(b.Command(e.step(), command, params))(e.t)
}

// TestBaresipCallsBaresip proves the harness without the phone: two phones of
// the same make through the proxy, over UDP and TCP, each hearing the other.
func TestBaresipCallsBaresip(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	k := e.kamailio(KamailioConfig{Challenge: true})
	a := e.baresip(e.host("alice", 31), BaresipConfig{User: "alice", Password: "wonderland", Domain: "lab.test",
		Proxy: "sip:10.46.0.11:5060", Codec: "PCMU/8000/1", Tone: 500})
	b := e.baresip(e.host("bob", 32), BaresipConfig{User: "bob", Password: "builder", Domain: "lab.test",
		Proxy: "sip:10.46.0.11:5060;transport=tcp", Codec: "PCMU/8000/1", Tone: 900})
	must(k.WaitStored(e.step(), "alice"))(t)
	must(k.WaitStored(e.step(), "bob"))(t)

	e.tell(a, "dial", "sip:bob@lab.test")
	e.saw(b, "CALL_INCOMING")
	e.tell(b, "accept", "")
	e.saw(a, "CALL_ESTABLISHED")
	e.hears(a, 900)
	e.hears(b, 500)
	e.tell(a, "sndcode", "5")
	if d := e.saw(b, "CALL_DTMF_START"); d.Text("param") != "5" {
		t.Errorf("the digit 5 arrived as %v", d)
	}
	e.tell(a, "hangup", "")
	e.saw(b, "CALL_CLOSED")
}

// TestAnswerAfterCancel proves the scenario of two answers to one call: the
// proxy hands the second to the caller too. What the caller then has to do is
// beyond baresip, which never acknowledges it.
func TestAnswerAfterCancel(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	first, _ := e.twoAnswers()
	a := e.baresip(e.host("alice", 31), BaresipConfig{User: "alice", Password: "wonderland", Domain: "lab.test",
		Proxy: "sip:10.46.0.11:5060", Codec: "PCMU/8000/1", Tone: 500})
	e.tell(a, "dial", "sip:both@lab.test")
	e.saw(a, "CALL_ESTABLISHED")
	must(a.WaitLine(e.step(), "^Subject: answered after CANCEL"))(t)
	e.tell(a, "hangup", "")
	e.succeeds(first, 1)
}
