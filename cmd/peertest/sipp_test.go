//go:build peers

package peertest

import (
	"fmt"
	"testing"
	"time"
)

func (e *env) sipp(h *Host, r SippRun) *Sipp {
	e.t.Helper()
	return must(StartSipp(h, r))(e.t)
}

// succeeds waits for the end of a run and demands that every call worked.
func (e *env) succeeds(s *Sipp, calls int) {
	e.t.Helper()
	r := must(s.Result(e.step()))(e.t)
	if r.Successful != calls || r.Failed != 0 {
		e.t.Errorf("%s: %d calls succeeded, %d failed; want %d, 0\n%s", s.Name, r.Successful, r.Failed, calls, s.errors())
	}
}

// twoAnswers starts a proxy that forks calls for "both" to two phones: the
// first answers, the second answers although it has been cancelled.
func (e *env) twoAnswers() (first, second *Sipp) {
	e.t.Helper()
	h1, h2 := e.host("first", 41), e.host("second", 42)
	e.kamailio(KamailioConfig{Groups: map[string][]string{
		"both": {fmt.Sprintf("sip:x@%v", h1.Addr(5060)), fmt.Sprintf("sip:x@%v", h2.Addr(5060))},
	}})
	first = e.sipp(h1, SippRun{Scenario: "answer.xml", Calls: 1, Pause: 300 * time.Millisecond})
	second = e.sipp(h2, SippRun{Scenario: "answer-after-cancel.xml", Calls: 1})
	return first, second
}

// TestSippCallsBaresip proves the harness without the phone: calls in a row
// and their counts, and the time to answer as seen on the wire.
func TestSippCallsBaresip(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	b := e.baresip(e.host("bob", 31), BaresipConfig{User: "bob", Answer: "auto", Tone: 900})
	c := must(StartCapture(e.step(), b.Host))(t)
	e.succeeds(e.sipp(e.host("sipp", 41), SippRun{Scenario: "call.xml", Target: b.listen(), Service: "bob", Calls: 20}), 20)
	times := AnswerTimes(must(c.SIP(e.step()))(t))
	if len(times) != 20 {
		t.Errorf("%d calls were answered on the wire, want 20", len(times))
	}
}
