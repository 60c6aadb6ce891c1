//go:build peers

package peertest

import (
	"fmt"
	"testing"
)

// The tones that the two ends of a call speak: neither is a harmonic of the
// other, so that no end can mistake its own echo for the far end.
const (
	phoneTone = 440
	peerTone  = 1004
)

// alice is the phone's account at Kamailio over the given transport.
func alice(transport string) PhoneConfig {
	return PhoneConfig{User: "alice", Password: "wonderland", Domain: "lab.test", Tone: phoneTone,
		Proxy: "sip:10.46.0.11:5060", Transport: transport}
}

// bob is a baresip's account at Kamailio over the given transport.
func bob(transport string) BaresipConfig {
	return BaresipConfig{User: "bob", Password: "builder", Domain: "lab.test", Tone: peerTone,
		Proxy: "sip:10.46.0.11:5060;transport=" + transport}
}

// did waits for news of a call of the phone.
func (e *env) did(p *Phone, kind string) Event {
	e.t.Helper()
	return must(p.WaitCall(e.step(), kind))(e.t)
}

// order gives a command to the phone.
func (e *env) order(p *Phone, args ...string) {
	e.t.Helper()
	check(e.t, p.Command(e.step(), nil, args...))
}

// registered waits until the phone says that it is registered.
func (e *env) registered(p *Phone) PhoneStatus {
	e.t.Helper()
	return must(p.WaitAccount(e.step(), "registered"))(e.t)
}

// idle waits until the phone has no call left.
func (e *env) idle(p *Phone) {
	e.t.Helper()
	check(e.t, p.WaitIdle(e.step()))
}

// codecs are the codecs under test, as both phones call them, with the clock
// of the sound that baresip needs for them.
var codecs = []struct {
	name, baresip string
	rate          int
}{
	{"PCMU", "PCMU/8000/1", 8000},
	{"PCMA", "PCMA/8000/1", 8000},
	{"G722", "G722/16000/1", 16000},
}

// converse demands that a call which both ends consider answered carries
// sound and digits both ways over the codec.
func (e *env) converse(p *Phone, b *Baresip, codec string) {
	e.t.Helper()
	e.hears(b, phoneTone)
	e.hears(p, peerTone)
	s := must(p.Status(e.step()))(e.t)
	if len(s.Calls) != 1 || s.Calls[0].Codec != codec || s.Calls[0].StateName != "active" {
		e.t.Errorf("the calls are %+v; want one, active, with %s", s.Calls, codec)
	}
	e.order(p, "dtmf", "4711#")
	for _, digit := range []string{"4", "7", "1", "1", "#"} {
		if d := e.saw(b, "CALL_DTMF_START"); d.Text("param") != digit {
			e.t.Errorf("baresip got %v, want the digit %s", d, digit)
		}
	}
	for _, digit := range []string{"0", "*", "9"} {
		e.tell(b, "sndcode", digit)
		if d := e.did(p, "dtmf"); d.Text("digit") != digit {
			e.t.Errorf("the phone got %v, want the digit %s", d, digit)
		}
	}
}

// forget removes the recordings of earlier calls at both ends.
func (e *env) forget(p *Phone, b *Baresip) {
	e.t.Helper()
	check(e.t, p.Forget())
	check(e.t, b.Forget())
}

// phoneCalls lets the phone call and end the call after a conversation.
func (e *env) phoneCalls(p *Phone, b *Baresip, uri, codec string) {
	e.t.Helper()
	e.forget(p, b)
	e.order(p, "call", uri)
	e.saw(b, "CALL_INCOMING")
	e.did(p, "ringing")
	e.tell(b, "accept", "")
	e.did(p, "answered")
	e.saw(b, "CALL_ESTABLISHED")
	e.converse(p, b, codec)
	e.order(p, "hangup")
	e.saw(b, "CALL_CLOSED")
	e.did(p, "ended")
	e.idle(p)
}

// baresipCalls lets baresip call and end the call after a conversation.
func (e *env) baresipCalls(p *Phone, b *Baresip, uri, codec string) {
	e.t.Helper()
	e.forget(p, b)
	e.tell(b, "dial", uri)
	e.did(p, "incoming")
	e.order(p, "answer")
	e.did(p, "answered")
	e.saw(b, "CALL_ESTABLISHED")
	e.converse(p, b, codec)
	e.tell(b, "hangup", "")
	e.did(p, "ended")
	e.idle(p)
}

func TestPhoneCallsThroughKamailio(t *testing.T) {
	t.Parallel()
	for i, codec := range codecs {
		transports := []string{"udp", "tcp"}
		theirs := transports[i%2] // so both mixed and equal transports occur
		for _, ours := range transports {
			t.Run(codec.name+" "+ours+" "+theirs, func(t *testing.T) {
				t.Parallel()
				e := newEnv(t)
				k := e.kamailio(KamailioConfig{Challenge: true})
				a, c := alice(ours), bob(theirs)
				a.Codec, c.Codec, c.Rate = codec.name, codec.baresip, codec.rate
				p := e.phone(e.host("phone", 21), a)
				b := e.baresip(e.host("bob", 31), c)
				must(k.WaitStored(e.step(), "bob"))(t)
				e.registered(p)
				e.phoneCalls(p, b, "sip:bob@lab.test", codec.name)
				e.baresipCalls(p, b, "sip:alice@lab.test", codec.name)
			})
		}
	}
}

func TestPhoneCallsDirectly(t *testing.T) {
	t.Parallel()
	for _, codec := range codecs {
		for _, v6 := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s v6=%v", codec.name, v6), func(t *testing.T) {
				t.Parallel()
				e := newEnv(t)
				p := e.phone(e.host("phone", 21), PhoneConfig{User: "alice", Codec: codec.name, Tone: phoneTone, V6: v6})
				b := e.baresip(e.host("bob", 31), BaresipConfig{User: "bob", Codec: codec.baresip, Rate: codec.rate, Tone: peerTone, V6: v6})
				e.phoneCalls(p, b, b.URI(), codec.name)
				e.baresipCalls(p, b, p.URI(), codec.name)
			})
		}
	}
}
