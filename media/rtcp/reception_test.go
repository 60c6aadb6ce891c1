package rtcp

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestOrder(t *testing.T) {
	for name, c := range map[string]struct {
		seqs               []uint16
		orders             []Order
		highest            uint32
		expected, received uint32
		lost               int32
	}{
		"in order":    {[]uint16{5, 6, 7}, []Order{InOrder, InOrder, InOrder}, 7, 3, 3, 0},
		"lost":        {[]uint16{5, 9}, []Order{InOrder, InOrder}, 9, 5, 2, 3},
		"reordered":   {[]uint16{5, 7, 6}, []Order{InOrder, InOrder, Reordered}, 7, 3, 3, 0},
		"duplicates":  {[]uint16{5, 5, 5}, []Order{InOrder, Reordered, Reordered}, 5, 1, 3, -2},
		"wrap":        {[]uint16{65534, 65535, 0, 1}, []Order{InOrder, InOrder, InOrder, InOrder}, 65537, 4, 4, 0},
		"over wrap":   {[]uint16{65535, 0, 65534, 1}, []Order{InOrder, InOrder, Reordered, InOrder}, 65537, 3, 4, -1},
		"one jump":    {[]uint16{5, 30000, 6}, []Order{InOrder, Jumped, InOrder}, 6, 2, 2, 0},
		"new run":     {[]uint16{5, 30000, 30001, 30002}, []Order{InOrder, Jumped, Restarted, InOrder}, 30002, 2, 2, 0},
		"jumps":       {[]uint16{5, 30000, 40000, 50000}, []Order{InOrder, Jumped, Jumped, Jumped}, 5, 1, 1, 0},
		"run from 0":  {[]uint16{30000, 65535, 0}, []Order{InOrder, Jumped, Restarted}, 0, 1, 1, 0},
		"last of gap": {[]uint16{1, 3000}, []Order{InOrder, InOrder}, 3000, 3000, 2, 2998},
		"misorder":    {[]uint16{200, 101}, []Order{InOrder, Reordered}, 200, 1, 2, -1},
		"too old":     {[]uint16{200, 99}, []Order{InOrder, Jumped}, 200, 1, 1, 0},
	} {
		var r Reception
		for i, seq := range c.seqs {
			if got := r.Receive(seq); got != c.orders[i] {
				t.Errorf("%s: packet %d (%d): %v, want %v", name, i, seq, got, c.orders[i])
			}
		}
		if r.Highest() != c.highest || r.Expected() != c.expected || r.Received() != c.received || r.Lost() != c.lost {
			t.Errorf("%s: highest %d, expected %d, received %d, lost %d; want %+v", name, r.Highest(), r.Expected(), r.Received(), r.Lost(), c)
		}
	}
}

func TestFraction(t *testing.T) {
	var r Reception
	now := time.Unix(1000, 0)
	if b := r.Block(7, now); b != (Block{SSRC: 7}) {
		t.Errorf("before the first packet: %+v", b)
	}
	for seq := range uint16(100) {
		if seq%4 != 3 {
			r.Receive(seq)
		}
	}
	r.Receive(100)
	b := r.Block(7, now)
	if b.Lost != 25 || b.Fraction != 25*256/101 || b.Highest != 100 {
		t.Errorf("a quarter lost: %+v", b)
	}
	if b = r.Block(7, now); b.Fraction != 0 || b.Lost != 25 {
		t.Errorf("nothing since: %+v", b)
	}
	r.Receive(101)
	r.Receive(101)
	if b = r.Block(7, now); b.Fraction != 0 || b.Lost != 24 {
		t.Errorf("a duplicate: %+v", b)
	}
	r.Receive(1101)
	if b = r.Block(7, now); b.Fraction != 999*256/1000 {
		t.Errorf("all but one lost: %+v", b)
	}
}

// Cumulative loss stops at what 24 bits with sign hold.
func TestLostIsBounded(t *testing.T) {
	var r Reception
	r.Receive(0)
	for range 3000 {
		r.Receive(r.highest + 2999)
	}
	if r.Lost() != 0x7FFFFF {
		t.Errorf("lost %d", r.Lost())
	}
	r = Reception{}
	for range 0x800100 {
		r.Receive(1)
	}
	if r.Lost() != -0x800000 {
		t.Errorf("lost %d", r.Lost())
	}
}

// RFC 3550 A.8 against the formula in floating point.
func TestInterarrival(t *testing.T) {
	var i Interarrival
	rnd := rand.New(rand.NewPCG(1, 2))
	exact, last := 0.0, 0.0
	stamp, arrival := uint32(math.MaxUint32-5000), uint32(77)
	for n := range 5000 {
		delay := float64(rnd.IntN(480))
		i.Add(stamp, arrival+uint32(delay))
		if n > 0 {
			exact += (math.Abs(delay-last) - exact) / 16
		}
		last = delay
		stamp, arrival = stamp+160, arrival+160
		if math.Abs(float64(i.Jitter())-exact) > 2 {
			t.Fatalf("packet %d: jitter %d, want %.1f", n, i.Jitter(), exact)
		}
	}
	if exact < 80 || exact > 240 {
		t.Errorf("uniform delays of 0 to 480 give a jitter about 160, not %.0f", exact)
	}
}

func TestInterarrivalIsBounded(t *testing.T) {
	var i Interarrival
	for n := range uint32(1000) {
		i.Add(0, (n%2)<<31)
	}
	if i.Jitter() != (1<<32-1)>>4 {
		t.Errorf("jitter %d", i.Jitter())
	}
	for range 1000 {
		i.Add(0, 0)
	}
	if i.Jitter() > 1 {
		t.Errorf("jitter stays at %d", i.Jitter())
	}
}

// The example of RFC 3550 figure 2: DLSR 5.250 s, round trip 6.125 s.
func TestRoundTrip(t *testing.T) {
	sentAt := time.Date(1995, 11, 10, 11, 33, 25, 125e6, time.UTC)
	info := SenderInfo{NTP: NTP(sentAt)}
	var sent Sent
	sent.Add(info, sentAt)
	received := sentAt.Add(11375 * time.Millisecond)
	block := Block{LSR: 0xb7052000, DLSR: 0x00054000}
	if trip, ok := sent.RoundTrip(block, received); !ok || trip != 6125*time.Millisecond {
		t.Errorf("round trip %v %v, want 6.125 s", trip, ok)
	}

	for name, c := range map[string]struct {
		block Block
		at    time.Time
		ok    bool
	}{
		"no report yet":           {Block{}, received, false},
		"not ours":                {Block{LSR: 0xb7052001, DLSR: 0x00054000}, received, false},
		"longer than it can be":   {Block{LSR: 0xb7052000, DLSR: 0x00154000}, received, false},
		"as long as rounding may": {Block{LSR: 0xb7052000, DLSR: 0x00054000}, sentAt.Add(5250*time.Millisecond - tolerance), true},
		"too short":               {Block{LSR: 0xb7052000, DLSR: 0x00054000}, sentAt.Add(5249*time.Millisecond - tolerance), false},
	} {
		if trip, ok := sent.RoundTrip(c.block, c.at); ok != c.ok || trip < 0 && ok {
			t.Errorf("%s: %v %v", name, trip, ok)
		}
	}

	for i := range 8 {
		sent.Add(SenderInfo{NTP: uint64(i+1) << 40}, received)
	}
	if _, ok := sent.RoundTrip(block, received); ok {
		t.Error("a report of long ago still counts")
	}
}

func TestHeard(t *testing.T) {
	var r Reception
	r.Receive(1)
	now := time.Unix(5000, 0)
	r.Heard(SenderInfo{NTP: 0xb44db705_20000000}, now)
	b := r.Block(9, now.Add(5250*time.Millisecond))
	if b.LSR != 0xb7052000 || b.DLSR != 0x00054000 {
		t.Errorf("%+v", b)
	}
}
