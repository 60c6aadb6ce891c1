package session

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/imsphone/imsphone/media/rtcp"
)

// report is a receiver report of a source.
func report(ssrc uint32) []byte { return rtcp.Report{SSRC: ssrc, CNAME: "b"}.Append(nil) }

// The rules of rtpend's source.go: packets from the peer's address, each 20 ms after
// the one before unless it says otherwise.
func TestSource(t *testing.T) {
	type step struct {
		ssrc  uint32
		seq   uint16
		after time.Duration
		want  Verdict
	}
	const ms = time.Millisecond
	for name, steps := range map[string][]step{
		"first":                       {{7, 1, 0, Accepted}, {7, 2, 0, Accepted}},
		"another while one is heard":  {{7, 1, 0, Accepted}, {8, 1, 0, Foreign}, {7, 2, 0, Accepted}, {8, 2, 0, Foreign}, {7, 3, 0, Accepted}, {8, 3, 0, Foreign}},
		"another in its place":        {{7, 1, 0, Accepted}, {8, 1, 0, Foreign}, {8, 2, 0, Foreign}, {8, 3, 0, Foreign}, {8, 4, 0, Foreign}, {8, 5, 0, Accepted}, {8, 6, 0, Accepted}},
		"another after silence":       {{7, 1, 0, Accepted}, {8, 1, time.Second, Foreign}, {8, 2, 0, Accepted}, {7, 2, 0, Foreign}},
		"strays after silence":        {{7, 1, 0, Accepted}, {8, 1, time.Second, Foreign}, {9, 1, 0, Foreign}, {10, 1, 0, Foreign}, {7, 2, 0, Accepted}},
		"out of sequence":             {{7, 1, 0, Accepted}, {8, 1, time.Second, Foreign}, {8, 3, 0, Foreign}, {8, 5, 0, Foreign}, {8, 6, 0, Accepted}},
		"in sequence, but 7 was back": {{7, 1, 0, Accepted}, {8, 1, time.Second, Foreign}, {7, 2, 0, Accepted}, {8, 2, 0, Foreign}},
	} {
		s, now := New(begin, configA()), begin
		for i, step := range steps {
			now = now.Add(20*ms + step.after)
			stamp := uint32(now.Sub(begin)/ms) * 8
			if got := s.Receive(now, packet(0, step.seq, stamp, step.ssrc, []byte{1}), addrB); got != step.want {
				t.Errorf("%s, packet %d: %v, want %v", name, i, got, step.want)
			}
		}
	}
}

// After a goodbye another source is taken without waiting; one that talks on
// hasn't left.
func TestGoodbye(t *testing.T) {
	bye := func(ssrc uint32) []byte { return rtcp.Report{SSRC: ssrc, CNAME: "b", Bye: true}.Append(nil) }
	s := New(begin, configA())
	at := func(n int, ssrc uint32, seq uint16) Verdict {
		now := begin.Add(time.Duration(n) * frameTime)
		return s.Receive(now, packet(0, seq, uint32(n)*160, ssrc, []byte{1}), addrB)
	}
	at(0, 7, 1)
	if v := s.ReceiveRTCP(begin, bye(8), addrBB); v != Foreign || s.Stats(begin).PeerLeft {
		t.Errorf("another one's goodbye: %v", v)
	}
	if v := s.ReceiveRTCP(begin, bye(7), addrBB); v != Control || !s.Stats(begin).PeerLeft {
		t.Errorf("goodbye: %v", v)
	}
	if v := at(1, 7, 2); v != Accepted || s.Stats(begin).PeerLeft {
		t.Errorf("it talks on: %v", v)
	}
	s.ReceiveRTCP(begin, bye(7), addrBB)
	if v := at(2, 8, 1); v != Foreign {
		t.Errorf("the first packet of another: %v", v)
	}
	if v := at(3, 8, 2); v != Accepted {
		t.Errorf("the second packet of another: %v", v)
	}
	if ssrc := s.Stats(begin).PeerSSRC; ssrc != 8 {
		t.Errorf("source %d", ssrc)
	}
}

// The peer uses our SSRC: we take another, and the old one says goodbye.
func TestCollision(t *testing.T) {
	s := New(begin, configA())
	s.Capture(begin, make([]int16, 160), nil)
	for n := range uint16(50) {
		now := begin.Add(time.Duration(n) * frameTime)
		if v := s.Receive(now, packet(0, n, uint32(n)*160, 0xAAAA, []byte{1}), addrB); v != Accepted {
			t.Fatalf("packet %d: %v", n, v)
		}
	}
	st := s.Stats(begin)
	if st.Collisions != 1 || st.SSRC == 0xAAAA || st.PeerSSRC != 0xAAAA {
		t.Errorf("%d collisions, source %x, peer's %x", st.Collisions, st.SSRC, st.PeerSSRC)
	}
	b, _ := s.Capture(begin.Add(frameTime), make([]int16, 160), nil)
	if ssrc := binary.BigEndian.Uint32(b[8:]); ssrc != st.SSRC {
		t.Errorf("sent as %x", ssrc)
	}
	for i, want := range []rtcp.Digest{{From: 0xAAAA, Bye: true}, {From: st.SSRC}} {
		b, ok := s.Report(s.NextReport(), nil)
		d, err := rtcp.Read(b, 0)
		if !ok || err != nil || d.From != want.From || d.Bye != want.Bye {
			t.Errorf("report %d: %+v %v", i, d, err)
		}
	}
}

// Two that chose the same source come apart.
func TestCollisionOfBoth(t *testing.T) {
	b := configB()
	b.SSRC = configA().SSRC
	b.Random = func() float64 { return 0.123 }
	c := newCall(configA(), b)
	c.run(5 * time.Second)
	c.forget()
	c.run(time.Second)
	hears(t, "A", c.heardA, 1000, 8000)
	hears(t, "B", c.heardB, 440, 8000)
	atA, atB := c.a.Stats(c.now), c.b.Stats(c.now)
	if atA.SSRC == atB.SSRC || atA.PeerSSRC != atB.SSRC || atB.PeerSSRC != atA.SSRC {
		t.Errorf("A is %x and hears %x, B is %x and hears %x", atA.SSRC, atA.PeerSSRC, atB.SSRC, atB.PeerSSRC)
	}
}

// A test number reflects what we send: we hear ourselves, and don't change our
// source for ever.
func TestReflection(t *testing.T) {
	s, gen := New(begin, configA()), &tone{hz: 440, rate: 8000}
	pcm := make([]int16, 160)
	var heard []int16
	for now := begin; now.Before(begin.Add(3 * time.Second)); now = now.Add(frameTime) {
		gen.fill(pcm)
		b, _ := s.Capture(now, pcm, nil)
		s.Receive(now, b, addrB)
		s.Playout(now, pcm)
		heard = append(heard, pcm...)
	}
	hears(t, "the reflection", heard[16000:], 440, 8000)
	if st := s.Stats(begin); st.Collisions < 100 {
		t.Errorf("%d collisions", st.Collisions)
	}
}
