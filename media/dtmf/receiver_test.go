package dtmf

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// listener is a Receiver with what it told.
type listener struct {
	Receiver
	down []Event
	up   []Key
}

func (l *listener) take(p packet) {
	if e, ok := l.Receive(p.Payload, p.stamp); ok {
		l.down = append(l.down, e)
	}
	l.poll(p.stamp)
}

func (l *listener) poll(now uint32) {
	for {
		k, ok := l.Released(now)
		if !ok {
			return
		}
		l.up = append(l.up, k)
	}
}

func (l *listener) released() (all []Event) {
	for _, k := range l.up {
		all = append(all, k.Event)
	}
	return all
}

// sent is the packets of keys at clock Hz, and the time after them.
func sent(t *testing.T, clock int, keys []Event, each time.Duration) ([]packet, uint32) {
	t.Helper()
	s := NewSender(clock, 20*time.Millisecond)
	for _, e := range keys {
		s.Press(e, each)
	}
	return drain(t, s, 0xFFFFF000, uint32(clock/50))
}

// TestKeysArriveOnceWhateverIsLost loses every set of a key's seven packets,
// but all of them.
func TestKeysArriveOnceWhateverIsLost(t *testing.T) {
	keys := []Event{1, 5, 10, 5, 5, 11, Flash}
	for _, clock := range []int{8000, 16000} {
		unit := uint32(clock / 50)
		all, end := sent(t, clock, keys, 100*time.Millisecond)
		for lost := range 1<<7 - 1 {
			var l listener
			longest := uint32(0)
			for i, p := range all {
				if lost>>(i%7)&1 == 0 {
					l.take(p)
					longest = max(longest, uint32(p.Duration))
				}
			}
			l.poll(end + patience)
			if !slices.Equal(l.down, keys) || !slices.Equal(l.released(), keys) {
				t.Fatalf("%d Hz, loss %07b: heard %v, then %v", clock, lost, l.down, l.up)
			}
			for i, k := range l.up {
				if k.Duration != longest || k.Stamp != 0xFFFFF000+uint32(i)*10*unit {
					t.Fatalf("%d Hz, loss %07b: %+v, want a duration of %d", clock, lost, k, longest)
				}
			}
		}
	}
}

// TestKeysArriveOnceInAnyOrder doubles packets and moves them by up to three
// places: never across a whole key.
func TestKeysArriveOnceInAnyOrder(t *testing.T) {
	keys := []Event{1, 1, 2, 15, 2, 0}
	all, end := sent(t, 8000, keys, 100*time.Millisecond)
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 2000 {
		type late struct {
			packet
			place int
		}
		var mixed []late
		for i, p := range all {
			mixed = append(mixed, late{p, 2*i + rng.IntN(6)})
			if rng.IntN(4) == 0 {
				mixed = append(mixed, late{p, 2*i + rng.IntN(6)})
			}
		}
		slices.SortStableFunc(mixed, func(a, b late) int { return a.place - b.place })
		var l listener
		for _, p := range mixed {
			l.take(p.packet)
		}
		l.poll(end + patience)
		if !slices.Equal(l.down, keys) || !slices.Equal(l.released(), keys) {
			t.Fatalf("round %d: heard %v, then %v", round, l.down, l.up)
		}
	}
}

// TestALongKeyIsOne: the segments of a long key are one key with its whole
// duration, even where packets about their border are lost.
func TestALongKeyIsOne(t *testing.T) {
	all, end := sent(t, 16000, []Event{4, 4}, 10*time.Second)
	for _, lost := range []int{0, 1, 2, 3} {
		var l listener
		for i, p := range all {
			// The last ones of a segment, and the first ones of the next.
			if int(p.Duration) > 0xFFFF-320*lost && !p.End || i > 0 && p.Duration < uint16(320*lost) {
				continue
			}
			l.take(p)
		}
		l.poll(end)
		if !slices.Equal(l.down, []Event{4, 4}) || len(l.up) != 2 || l.up[0].Duration != 160000 || l.up[1].Duration != 160000 {
			t.Errorf("%d lost: %v, %+v", lost, l.down, l.up)
		}
	}
}

// TestASegmentOfWholePackets: some senders end a segment at the last whole
// packet that fits.
func TestASegmentOfWholePackets(t *testing.T) {
	var l listener
	l.take(packet{Payload: Payload{Event: 7, Duration: 65440}, stamp: 100})
	l.take(packet{Payload: Payload{Event: 7, Duration: 160}, stamp: 100 + 65440})
	l.take(packet{Payload: Payload{Event: 7, Duration: 320, End: true}, stamp: 100 + 65440})
	if len(l.down) != 1 || !slices.Equal(l.up, []Key{{7, 100, 65760}}) {
		t.Errorf("%v, %+v", l.down, l.up)
	}
}

// TestTwoKeysThatTouch are two where the first has ended, or they differ.
func TestTwoKeysThatTouch(t *testing.T) {
	for name, second := range map[string]packet{
		"ended":     {Payload: Payload{Event: 7, Duration: 160}, stamp: 40000},
		"different": {Payload: Payload{Event: 8, Duration: 160}, stamp: 40000},
	} {
		var l listener
		l.take(packet{Payload: Payload{Event: 7, Duration: 40000, End: name == "ended"}})
		l.take(second)
		if len(l.down) != 2 || len(l.up) != 1 || l.up[0].Duration != 40000 {
			t.Errorf("%s: %v, %+v", name, l.down, l.up)
		}
	}
}

func TestAKeyWithoutItsEndIsReleased(t *testing.T) {
	var l listener
	for _, d := range []uint16{160, 480, 320} { // the last one is late
		l.take(packet{Payload: Payload{Event: 3, Duration: d}, stamp: 1000})
	}
	l.poll(1480 + patience - 1)
	if len(l.up) != 0 {
		t.Fatalf("released too early: %+v", l.up)
	}
	l.poll(1480 + patience)
	if !slices.Equal(l.up, []Key{{3, 1000, 480}}) {
		t.Fatalf("%+v", l.up)
	}
	l.take(packet{Payload: Payload{Event: 3, Duration: 800, End: true}, stamp: 1000})
	l.poll(1 << 20)
	if len(l.up) != 1 || len(l.down) != 1 {
		t.Errorf("its end came late: %v, %+v", l.down, l.up)
	}
}

// TestASenderThatBeginsAnew: timestamps that jump far back, or have gone half
// way round since the last key, are a new key and not a late one.
func TestASenderThatBeginsAnew(t *testing.T) {
	for _, stamp := range []uint32{5_000_000 - lateness, 17, 5_000_000 + 1<<31 + 5} {
		var l listener
		l.take(packet{Payload: Payload{Event: 3, Duration: 480, End: true}, stamp: 5_000_000})
		l.take(packet{Payload: Payload{Event: 4, Duration: 160, End: true}, stamp: stamp})
		if !slices.Equal(l.down, []Event{3, 4}) || len(l.up) != 2 {
			t.Errorf("%d: %v, %v", stamp, l.down, l.up)
		}
	}
	var l listener
	p := packet{Payload: Payload{Event: 3, Duration: 480, End: true}, stamp: 9}
	l.take(p)
	l.Reset()
	l.take(p)
	if len(l.down) != 2 || len(l.up) != 2 {
		t.Errorf("after Reset: %v, %v", l.down, l.up)
	}
}

func TestWhatIsNoKeyIsPassedOver(t *testing.T) {
	var l listener
	l.take(packet{Payload: Payload{Event: 3, Duration: 480}, stamp: 1000})
	l.take(packet{Payload: Payload{Event: 36, Duration: 800, End: true}, stamp: 1000}) // another at the same time
	l.take(packet{Payload: Payload{Event: 36, Duration: 800, End: true}, stamp: 1480}) // fax CNG
	l.poll(1 << 20)
	if !slices.Equal(l.down, []Event{3}) || !slices.Equal(l.up, []Key{{3, 1000, 480}}) {
		t.Errorf("%v, %+v", l.down, l.up)
	}
}

// FuzzReceiver feeds packets of any kind: as many keys go up as went down,
// each known, none more than its packets.
func FuzzReceiver(f *testing.F) {
	f.Add([]byte{0, 0, 5, 0x0a, 0, 160, 0, 0, 5, 0x8a, 1, 64, 2, 0, 5, 0x8a, 1, 64})
	f.Fuzz(func(t *testing.T, b []byte) {
		var l listener
		stamp, packets := uint32(0), 0
		for ; len(b) >= 6; b = b[6:] {
			// Steps of the timestamp in both directions, some of them large.
			stamp += uint32(int32(int8(b[0]))) << (b[1] & 31)
			p, err := ParsePayload(b[2:6])
			if err != nil {
				t.Fatal(err)
			}
			l.take(packet{Payload: p, stamp: stamp})
			packets++
		}
		l.poll(l.key.Stamp + l.key.Duration + patience)
		if !slices.Equal(l.down, l.released()) || len(l.down) > packets {
			t.Fatalf("down %v, up %+v", l.down, l.up)
		}
		for _, k := range l.up {
			if k.Event > Flash {
				t.Errorf("%+v", k)
			}
		}
	})
}
