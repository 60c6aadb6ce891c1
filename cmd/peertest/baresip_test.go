//go:build peers

package peertest

import (
	"fmt"
	"strings"
	"testing"
)

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

// TestBaresipDirectly proves what the tests of the phone take for granted of
// their peer: every codec, both families, hold, re-INVITE and refusal.
func TestBaresipDirectly(t *testing.T) {
	t.Parallel()
	for _, codec := range codecs {
		for _, v6 := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s v6=%v", codec.name, v6), func(t *testing.T) {
				t.Parallel()
				e := newEnv(t)
				c := BaresipConfig{User: "bob", Codec: codec.baresip, Rate: codec.rate, V6: v6}
				c.Tone = 500
				a := e.baresip(e.host("alice", 31), c)
				c.Tone = 900
				b := e.baresip(e.host("bob", 32), c)
				e.tell(a, "dial", b.URI())
				e.saw(b, "CALL_INCOMING")
				e.tell(b, "accept", "")
				e.saw(a, "CALL_ESTABLISHED")
				e.hears(a, 900)
				e.hears(b, 500)
				e.tell(b, "hold", "")
				must(a.WaitLine(e.step(), "^a=sendonly"))(t)
				e.tell(b, "resume", "")
				must(b.WaitLine(e.step(), "^a=sendrecv"))(t)
				e.tell(b, "reinvite", "")
				e.saw(b, "CALL_REMOTE_SDP")
				e.tell(a, "hangup", "")
				e.saw(b, "CALL_CLOSED")
				e.saw(a, "CALL_CLOSED")
				e.tell(a, "dial", b.URI())
				e.saw(b, "CALL_INCOMING")
				e.tell(b, "hangup", "")
				if end := e.saw(a, "CALL_CLOSED"); !strings.Contains(end.Text("param"), "486") {
					t.Errorf("a refused call ended with %v, want 486", end)
				}
			})
		}
	}
}
