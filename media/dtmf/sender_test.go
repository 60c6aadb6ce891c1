package dtmf

import (
	"slices"
	"testing"
	"time"
)

// packet is one that a Sender gave.
type packet struct {
	Payload
	stamp uint32
	first bool
	at    int // interval
}

// drain takes all packets of s, the first interval at RTP time now, and tells
// the time after them.
func drain(t *testing.T, s *Sender, now, interval uint32) (all []packet, after uint32) {
	t.Helper()
	for i := 0; s.Busy(); i++ {
		if i > 100_000 {
			t.Fatal("the sender never comes to an end")
		}
		if p, stamp, first, ok := s.Next(now); ok {
			all = append(all, packet{p, stamp, first, i})
		}
		now += interval
	}
	return all, now
}

// TestASequenceOfPackets is a 100 ms key in 20 ms packets: five rising
// durations, the last three times, as RFC 4733 §2.5.1 asks.
func TestASequenceOfPackets(t *testing.T) {
	for _, clock := range []int{8000, 16000} {
		s := NewSender(clock, 20*time.Millisecond)
		s.Press(5, 100*time.Millisecond)
		unit := uint16(clock / 50)
		got, _ := drain(t, s, 1000, uint32(unit))
		var want []packet
		for i, n := range []uint16{1, 2, 3, 4, 5, 5, 5} {
			want = append(want, packet{Payload{Event: 5, Volume: 10, Duration: n * unit, End: i >= 4}, 1000, i == 0, i})
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d Hz: %+v\nwant %+v", clock, got, want)
		}
	}
}

// TestKeysAreSentOneByOne: two keys have their own timestamps and markers, and
// 60 ms between the third end packet and the next key.
func TestKeysAreSentOneByOne(t *testing.T) {
	s := NewSender(8000, 20*time.Millisecond)
	s.Press(1, 40*time.Millisecond)
	s.Press(1, 40*time.Millisecond)
	got, _ := drain(t, s, 0xFFFFFF00, 160) // the timestamp wraps
	if len(got) != 8 {
		t.Fatalf("%+v", got)
	}
	second := got[4]
	if second.at != 7 || !second.first || second.stamp != 0xFFFFFF00+7*160-1<<32 {
		t.Errorf("second key: %+v", second)
	}
	for i, p := range got {
		if p.first != (i%4 == 0) || p.stamp != got[i/4*4].stamp {
			t.Errorf("packet %d: %+v", i, p)
		}
	}
}

// TestALongKeyHasSegments (RFC 4733 §2.5.1.3): a segment that ends with the
// longest duration has no end bit, the next begins there and has no marker.
func TestALongKeyHasSegments(t *testing.T) {
	s := NewSender(16000, 20*time.Millisecond)
	s.Press(8, 10*time.Second)
	got, _ := drain(t, s, 5000, 320)
	var total uint32
	for i, p := range got {
		if p.first != (i == 0) || p.End != (i >= len(got)-3) {
			t.Fatalf("packet %d: %+v", i, p)
		}
		if i == 0 {
			continue
		}
		switch before := got[i-1]; p.stamp - before.stamp {
		case 0:
			if p.Duration < before.Duration {
				t.Fatalf("packet %d gets shorter: %+v", i, p)
			}
		case 0xFFFF:
			if before.Duration != 0xFFFF || p.Duration == 0 {
				t.Fatalf("packet %d: %+v after %+v", i, p, before)
			}
		default:
			t.Fatalf("packet %d: %+v after %+v", i, p, before)
		}
		total = p.stamp - got[0].stamp + uint32(p.Duration)
	}
	if total != 160000 {
		t.Errorf("it lasts %d", total)
	}
}

func TestOddDurationsAndIntervals(t *testing.T) {
	for _, tt := range []struct {
		ptime, press time.Duration
		packets      int
		last         uint16
	}{
		{20 * time.Millisecond, 0, 4, 320},                      // 40 ms at least
		{20 * time.Millisecond, -time.Second, 4, 320},           // likewise
		{20 * time.Millisecond, 50 * time.Millisecond, 5, 400},  // not a whole number of packets
		{100 * time.Millisecond, 50 * time.Millisecond, 3, 400}, // a packet is longer
		{30 * time.Millisecond, 90 * time.Millisecond, 5, 720},
	} {
		s := NewSender(8000, tt.ptime)
		s.Press(3, tt.press)
		got, _ := drain(t, s, 0, uint32(units(8000, tt.ptime)))
		if len(got) != tt.packets || got[len(got)-1].Duration != tt.last {
			t.Errorf("%v in %v: %+v", tt.press, tt.ptime, got)
		}
	}
	s := NewSender(8000, 0)
	s.Press(3, time.Millisecond)
	if got, _ := drain(t, s, 0, 1); len(got) == 0 {
		t.Error("no interval, no packets")
	}
	if n := units(48000, 1<<62); n != 48000*3600 {
		t.Errorf("the longest is %d units", n)
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

func TestNextDoesNotAllocate(t *testing.T) {
	s := NewSender(8000, 20*time.Millisecond)
	for range maxQueue {
		s.Press(1, 100*time.Millisecond)
	}
	buf := make([]byte, 0, 4)
	var r Receiver
	now := uint32(0)
	if n := testing.AllocsPerRun(500, func() {
		if p, stamp, _, ok := s.Next(now); ok {
			p, _ = ParsePayload(p.Append(buf))
			r.Receive(p, stamp)
		}
		r.Released(now)
		now += 160
	}); n != 0 || !s.Busy() {
		t.Errorf("%v allocations", n)
	}
}
