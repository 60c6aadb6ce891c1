//go:build linux

package peertest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEpochKeepsNanoseconds(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1795476868.827268123": 1795476868827268123,
		"12.5":                 12500 * time.Millisecond,
		"7":                    7 * time.Second,
	} {
		if got, err := epoch(text); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
	if _, err := epoch("noon"); err == nil {
		t.Error("noon is a number of seconds")
	}
}

func TestParsePacket(t *testing.T) {
	got, err := parsePacket([]string{"7.5", "10.46.0.11", "10.46.0.21", "", "", "", "401", "REGISTER", "abc", "3", "812", ""})
	want := Packet{Time: 7500 * time.Millisecond, From: "10.46.0.11", To: "10.46.0.21", Status: 401, CSeq: "REGISTER", Seq: 3, CallID: "abc", Bytes: 812}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error(err, d)
	}
	if _, err := parsePacket([]string{"7.5"}); err == nil {
		t.Error("one field is a packet")
	}
}

func TestAnswerTimes(t *testing.T) {
	at := func(ms int, p Packet) Packet { p.Time = time.Duration(ms) * time.Millisecond; return p }
	invite := func(id string) Packet { return Packet{Method: "INVITE", CSeq: "INVITE", CallID: id} }
	status := func(id, cseq string, n int) Packet { return Packet{Status: n, CSeq: cseq, CallID: id} }
	got := AnswerTimes([]Packet{
		at(1, invite("a")), at(2, invite("b")), at(3, invite("a")), // the third is a retransmission
		at(4, status("a", "INVITE", 180)), at(5, status("b", "INVITE", 200)),
		at(9, status("a", "INVITE", 200)), at(10, status("a", "INVITE", 200)), at(11, status("a", "BYE", 200)),
		at(12, status("c", "INVITE", 200)),
	})
	if d := cmp.Diff([]time.Duration{3 * time.Millisecond, 8 * time.Millisecond}, got); d != "" {
		t.Error(d)
	}
}
