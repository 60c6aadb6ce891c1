//go:build peers

package peertest

import (
	"strings"
	"testing"
	"time"
)

// pair starts the phone and a baresip that call each other without a proxy.
func (e *env) pair() (*Phone, *Baresip) {
	e.t.Helper()
	p := e.phone(e.host("phone", 21), PhoneConfig{User: "alice", Codec: "PCMA", Tone: phoneTone})
	b := e.baresip(e.host("bob", 31), BaresipConfig{User: "bob", Codec: "PCMA/8000/1", Tone: peerTone})
	return p, b
}

// talking is a pair in a call that the phone made.
func (e *env) talking() (*Phone, *Baresip) {
	e.t.Helper()
	p, b := e.pair()
	e.order(p, "call", b.URI())
	e.saw(b, "CALL_INCOMING")
	e.tell(b, "accept", "")
	e.did(p, "answered")
	e.saw(b, "CALL_ESTABLISHED")
	e.hears(b, phoneTone)
	e.hears(p, peerTone)
	return p, b
}

// hearsMore waits until the phone has heard the tone for longer than before.
func (e *env) hearsMore(p *Phone, before time.Duration) {
	e.t.Helper()
	check(e.t, poll(e.step(), p.Name+": more of the tone", func() (bool, error) {
		return e.heard(p) >= before+toneWanted(), nil
	}))
}

// heard returns for how long the phone has heard the peer's tone in all.
func (e *env) heard(p *Phone) time.Duration {
	e.t.Helper()
	total, _ := ToneTime(must(ReadWAV(p.recording()))(e.t), peerTone)
	return total
}

func TestHoldByBaresip(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p, b := e.talking()
	e.tell(b, "hold", "")
	e.did(p, "peer-held")
	must(b.WaitLine(e.step(), "^a=(recvonly|inactive)"))(t) // the phone's answer
	if s := must(p.Status(e.step()))(t); len(s.Calls) != 1 || !s.Calls[0].PeerHolds {
		t.Errorf("the calls are %+v; want one that the peer holds", s.Calls)
	}
	before := e.heard(p)
	e.tell(b, "resume", "")
	e.did(p, "peer-resumed")
	e.hearsMore(p, before)
	e.order(p, "hangup")
	e.saw(b, "CALL_CLOSED")
}

func TestHoldByPhone(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p, b := e.talking()
	e.order(p, "hold")
	e.did(p, "held")
	must(b.WaitLine(e.step(), "^a=(sendonly|inactive)"))(t)
	before := e.heard(p)
	e.order(p, "resume")
	e.did(p, "resumed")
	e.hearsMore(p, before)
	e.tell(b, "hangup", "")
	e.did(p, "ended")
	e.idle(p)
}

// TestReinvite: an offer in mid-call that changes nothing is answered, and the
// sound goes on.
func TestReinvite(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p, b := e.talking()
	for range 3 {
		c := must(StartCapture(e.step(), p.Host))(t)
		e.tell(b, "reinvite", "")
		must(b.WaitEvent(e.step(), "CALL_REMOTE_SDP"))(t)
		before := e.heard(p)
		e.hearsMore(p, before)
		answered := false
		for _, m := range must(c.SIP(e.step()))(t) {
			answered = answered || m.Status == 200 && m.CSeq == "INVITE" && m.From == "10.46.0.21"
		}
		if !answered {
			t.Error("the re-INVITE got no 200")
		}
	}
	e.order(p, "hangup")
	e.saw(b, "CALL_CLOSED")
}

// TestPhoneGivesUpWhileRinging: CANCEL, and the far end stops ringing.
func TestPhoneGivesUpWhileRinging(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p, b := e.pair()
	e.order(p, "call", b.URI())
	e.did(p, "ringing")
	e.order(p, "hangup")
	e.saw(b, "CALL_CLOSED")
	e.did(p, "ended")
	e.idle(p)
}

// TestBaresipGivesUpWhileRinging: a missed call leaves nothing behind.
func TestBaresipGivesUpWhileRinging(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p, b := e.pair()
	e.tell(b, "dial", p.URI())
	e.did(p, "incoming")
	e.saw(b, "CALL_RINGING")
	e.tell(b, "hangup", "")
	e.did(p, "ended")
	e.idle(p)
	// The next call works.
	e.tell(b, "dial", p.URI())
	e.did(p, "incoming")
	e.order(p, "answer")
	e.saw(b, "CALL_ESTABLISHED")
}

// TestRefusedCalls: each side refuses the other's call, and the caller is told.
func TestRefusedCalls(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p, b := e.pair()
	e.order(p, "call", b.URI())
	e.saw(b, "CALL_INCOMING")
	e.tell(b, "hangup", "")
	if end := e.did(p, "ended"); end.Text("status") != "486" || end.Text("text") == "" {
		t.Errorf("the phone says %v; want status 486 and a sentence", end)
	}
	e.tell(b, "dial", p.URI())
	e.did(p, "incoming")
	e.order(p, "hangup")
	must(b.Events.Wait(e.step(), "baresip's news of the refusal", func(ev Event) bool {
		param := ev.Text("param")
		return ev.Text("type") == "CALL_CLOSED" && (strings.Contains(param, "486") || strings.Contains(param, "603"))
	}))(t)
	e.idle(p)
}

// TestHundredCallsInARow: none may fail, and none may leave anything behind.
func TestHundredCallsInARow(t *testing.T) {
	t.Parallel()
	for _, tcp := range []bool{false, true} {
		name := map[bool]string{false: "udp", true: "tcp"}[tcp]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			p := e.phone(e.host("phone", 21), PhoneConfig{User: "alice", Tone: phoneTone, AutoAnswer: true})
			s := e.sipp(e.host("sipp", 41), SippRun{Scenario: "call.xml", Target: p.local(), Service: "alice",
				Calls: 100, Pause: 50 * time.Millisecond, TCP: tcp})
			e.succeeds(s, 100)
			e.idle(p)
			// Events come by another connection than the status.
			var n int
			check(t, poll(e.step(), "the end of the last call", func() (bool, error) {
				n = p.Events.Count(is("class", "call", "type", "ended"))
				return n >= 100, nil
			}))
			if n != 100 {
				t.Errorf("the phone says that %d calls ended, want 100", n)
			}
		})
	}
}

// TestCallSurvivesPulledCable: for two reports of quality, some seconds, no
// packet comes or goes; then the sound is back.
func TestCallSurvivesPulledCable(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p, b := e.talking()
	check(t, p.Host.SetLink(false))
	e.did(p, "quality")
	e.did(p, "quality")
	before := e.heard(p)
	check(t, p.Host.SetLink(true))
	e.hearsMore(p, before)
	e.order(p, "hangup")
	e.saw(b, "CALL_CLOSED")
	e.idle(p)
}
