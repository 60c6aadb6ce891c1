//go:build peers

package peertest

import "testing"

// TestVideoOfBaresip: video in a codec that the phone hasn't is refused, and
// sound goes both ways.
func TestVideoOfBaresip(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p := e.phone(e.host("phone", 21), PhoneConfig{User: "alice", Codec: "PCMA", Tone: phoneTone, Video: true})
	b := e.baresip(e.host("bob", 31), BaresipConfig{User: "bob", Codec: "PCMA/8000/1", Tone: peerTone, Video: true})
	e.tell(b, "dial", p.URI())
	if call := e.did(p, "incoming"); call.Text("video") != "sendrecv" {
		t.Errorf("the call comes with video %q", call.Text("video"))
	}
	e.order(p, "answer", "--video")
	e.saw(b, "CALL_ESTABLISHED")
	must(b.WaitLine(e.step(), "^m=video 0 "))(t)
	e.hears(b, phoneTone)
	e.hears(p, peerTone)
	if v := e.videoOf(p); v != nil && v.Direction != "inactive" {
		t.Errorf("the phone has video %+v", v)
	}
	e.order(p, "hangup")
	e.saw(b, "CALL_CLOSED")
	e.idle(p)
}

// TestVideoToBaresip: one without video answers with port 0, and it is not asked
// again.
func TestVideoToBaresip(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p := e.phone(e.host("phone", 21), PhoneConfig{User: "alice", Codec: "PCMA", Tone: phoneTone, Video: true})
	b := e.baresip(e.host("bob", 31), BaresipConfig{User: "bob", Codec: "PCMA/8000/1", Tone: peerTone})
	e.order(p, "call", "--video", b.URI())
	e.saw(b, "CALL_INCOMING")
	e.tell(b, "accept", "")
	e.did(p, "answered")
	e.hears(b, phoneTone)
	e.hears(p, peerTone)
	e.did(p, "video-stopped")
	e.order(p, "hold")
	e.did(p, "held")
	e.order(p, "resume")
	e.did(p, "resumed")
	if v := e.videoOf(p); v != nil {
		t.Errorf("the phone has video %+v", v)
	}
	e.tell(b, "hangup", "")
	e.did(p, "ended")
}

// TestVideoOfPhones: two phones on two hosts add video to a call and drop it.
func TestVideoOfPhones(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	a := e.phone(e.host("alice", 21), PhoneConfig{User: "alice", Codec: "PCMA", Tone: phoneTone, Video: true})
	b := e.phone(e.host("bob", 22), PhoneConfig{User: "bob", Codec: "PCMA", Tone: peerTone, Video: true})
	e.order(a, "call", b.URI())
	e.did(b, "incoming")
	e.order(b, "answer")
	e.did(a, "answered")
	e.order(a, "video", "on")
	e.did(b, "video-started")
	for _, p := range []*Phone{a, b} {
		check(t, poll(e.step(), p.Name+": pictures", func() (bool, error) {
			v := e.videoOf(p)
			return v != nil && v.Direction == "sendrecv" && v.Received != nil && v.Received.Frames >= 30, nil
		}))
		if r := e.videoOf(p).Received; r.Width != 320 || r.Height != 240 || r.Dropped > 1 {
			t.Errorf("%s receives %+v", p.Name, *r)
		}
	}
	e.order(b, "video", "off")
	e.did(a, "video-stopped")
	e.order(a, "hangup")
	e.did(b, "ended")
}

// videoOf gives the video of the phone's only call.
func (e *env) videoOf(p *Phone) *PhoneVideo {
	e.t.Helper()
	s := must(p.Status(e.step()))(e.t)
	if len(s.Calls) != 1 {
		e.t.Fatalf("%s has the calls %+v", p.Name, s.Calls)
	}
	return s.Calls[0].Video
}
