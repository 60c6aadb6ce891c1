//go:build peers

package peertest

import (
	"fmt"
	"testing"
)

// forked is a lab in which alice has two phones, imsphone and a baresip, and
// carol calls her. Both ring.
func (e *env) forked() (p *Phone, b, caller *Baresip) {
	e.t.Helper()
	k := e.kamailio(KamailioConfig{})
	p = e.phone(e.host("phone", 21), alice("udp"))
	must(k.WaitStored(e.step(), "alice"))(e.t)
	b = e.baresip(e.host("second", 31), BaresipConfig{User: "alice", Password: "wonderland", Domain: "lab.test",
		Proxy: "sip:10.46.0.11:5060", Codec: "PCMA/8000/1", Tone: 700})
	must(k.WaitStored(e.step(), "alice"))(e.t)
	caller = e.baresip(e.host("carol", 32), BaresipConfig{User: "carol", Password: "christmas", Domain: "lab.test",
		Proxy: "sip:10.46.0.11:5060", Codec: "PCMA/8000/1", Tone: peerTone})
	must(k.WaitStored(e.step(), "carol"))(e.t)
	e.tell(caller, "dial", "sip:alice@lab.test")
	e.did(p, "incoming")
	e.saw(b, "CALL_INCOMING")
	return p, b, caller
}

func TestForkPhoneAnswers(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p, b, caller := e.forked()
	e.order(p, "answer")
	e.saw(caller, "CALL_ESTABLISHED")
	e.saw(b, "CALL_CLOSED")
	e.hears(p, peerTone)
	e.hears(caller, phoneTone)
	e.tell(caller, "hangup", "")
	e.did(p, "ended")
	e.idle(p)
}

// TestForkOtherAnswers: the phone gets a CANCEL, answers the INVITE with 487
// and stops ringing.
func TestForkOtherAnswers(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := must(StartCapture(e.step(), e.host("phone", 21)))(t)
	p, b, caller := e.forked()
	e.tell(b, "accept", "")
	e.saw(caller, "CALL_ESTABLISHED")
	e.did(p, "ended")
	e.idle(p)
	e.hears(caller, 700)

	seen := map[string]int{}
	for _, m := range must(c.SIP(e.step()))(t) {
		switch {
		case m.Method == "CANCEL":
			seen["CANCEL"]++
		case m.CSeq == "CANCEL" || m.CSeq == "INVITE" && m.Status >= 200:
			seen[fmt.Sprintf("%d to %s", m.Status, m.CSeq)]++
		}
	}
	for _, want := range []string{"CANCEL", "200 to CANCEL", "487 to INVITE"} {
		if seen[want] == 0 {
			t.Errorf("no %s on the phone's wire, only %v", want, seen)
		}
	}
}

// TestForkTwoAnswers: two phones answer the phone's call. It keeps the first
// and ends the second by ACK and BYE (RFC 3261 §13.2.2.4).
func TestForkTwoAnswers(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	first, second := e.twoAnswers()
	p := e.phone(e.host("phone", 21), alice("udp"))
	e.registered(p)
	e.order(p, "call", "sip:both@lab.test")
	e.did(p, "answered")
	e.succeeds(second, 1)
	if s := must(p.Status(e.step()))(t); len(s.Calls) != 1 || s.Calls[0].StateName != "active" {
		t.Errorf("the calls are %+v; want the first, active", s.Calls)
	}
	e.order(p, "hangup")
	e.succeeds(first, 1)
	e.idle(p)
}
