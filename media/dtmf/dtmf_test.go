package dtmf

import (
	"testing"
	"time"
)

func TestDigits(t *testing.T) {
	for _, r := range "0123456789*#ABCD!" {
		e, err := ParseDigit(r)
		if err != nil || e.String() != string(r) {
			t.Errorf("%c → %v, %v", r, e, err)
		}
	}
	if e, err := ParseDigit('d'); err != nil || e != 15 {
		t.Errorf("d → %v, %v", e, err)
	}
	if _, err := ParseDigit('x'); err == nil {
		t.Error("x is a key")
	}
}

// TestASequenceOfPackets is a 100 ms key in 20 ms packets: five rising
// durations, the last three times, as RFC 4733 §2.5.1 asks.
func TestASequenceOfPackets(t *testing.T) {
	s := NewSender(8000, 20*time.Millisecond)
	s.Press(5, 100*time.Millisecond)
	now := uint32(1000)
	var durations []uint16
	ends := 0
	for i := 0; s.Busy() && i < 100; i++ {
		p, stamp, first, ok := s.Next(now)
		if ok {
			if p.Event != 5 || stamp != 1000 || first != (i == 0) {
				t.Errorf("packet %d: %+v at %d, first %v", i, p, stamp, first)
			}
			durations = append(durations, p.Duration)
			if p.End {
				ends++
			}
		}
		now += 160
	}
	want := []uint16{160, 320, 480, 640, 800, 800, 800}
	if len(durations) != len(want) || ends != 3 {
		t.Fatalf("%v, %d ends", durations, ends)
	}
	for i := range want {
		if durations[i] != want[i] {
			t.Fatalf("%v", durations)
		}
	}
}

func TestKeysArriveOnceWhateverIsLost(t *testing.T) {
	const keys = "15*5#"
	for lost := range 1 << 7 { // which of a key's seven packets
		if lost == 1<<7-1 {
			continue // all of them
		}
		s := NewSender(8000, 20*time.Millisecond)
		for _, r := range keys {
			e, _ := ParseDigit(r)
			s.Press(e, 100*time.Millisecond)
		}
		var r Receiver
		got, n := "", 0
		for now := uint32(0xFFFFFF00); s.Busy(); now += 160 {
			p, stamp, _, ok := s.Next(now)
			if !ok {
				continue
			}
			if lost>>(n%7)&1 == 0 {
				if e, ok := r.Receive(p, stamp); ok {
					got += e.String()
				}
			}
			n++
		}
		if got != keys {
			t.Fatalf("loss %07b: heard %q", lost, got)
		}
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	s := NewSender(8000, 20*time.Millisecond)
	for range maxQueue {
		if !s.Press(1, time.Millisecond) {
			t.Fatal("full too early")
		}
	}
	if s.Press(1, time.Millisecond) {
		t.Error("the queue has no end")
	}
}

func FuzzPayload(f *testing.F) {
	f.Add([]byte{5, 0x8a, 3, 0x20})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePayload(b)
		if err != nil {
			return
		}
		again, err := ParsePayload(p.Append(nil))
		if err != nil || again != p {
			t.Errorf("%+v → %+v, %v", p, again, err)
		}
	})
}
