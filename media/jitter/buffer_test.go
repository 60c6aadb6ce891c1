package jitter

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// script runs a buffer over packets given as "time in ms: number/timestamp in
// frames", popping each 20 ms, and writes what came out: a number for audio, L
// lost, S silence, + stretch, - skip, . empty.
type script struct {
	b      *Buffer
	now    time.Time
	stamps map[uint32]string
	out    strings.Builder
}

func newScript(c Config) *script {
	return &script{b: New(c), now: start, stamps: map[uint32]string{}}
}

func (s *script) push(seq int, stamp uint32) Result {
	p := Packet{SSRC: 1, Sequence: uint16(seq), Timestamp: stamp, Payload: []byte{byte(seq)}}
	s.stamps[stamp] = fmt.Sprint(seq)
	return s.b.Push(s.now, p)
}

func (s *script) pop() Frame {
	f := s.b.Pop(s.now, true)
	for f.Kind == Skip {
		s.out.WriteString("- ")
		f = s.b.Pop(s.now, true)
	}
	switch f.Kind {
	case Audio:
		s.out.WriteString(s.stamps[f.Timestamp] + " ")
	default:
		s.out.WriteString(".a-L+S"[f.Kind:f.Kind+1] + " ")
	}
	return f
}

// regular pushes and pops packets from to to, one a frame.
func (s *script) regular(from, to int, stamp uint32) {
	for n := from; n <= to; n++ {
		s.push(n, stamp+uint32(n-from)*160)
		s.pop()
		s.now = s.now.Add(frame)
	}
}

func (s *script) idle(frames int) {
	for range frames {
		s.pop()
		s.now = s.now.Add(frame)
	}
}

// heard gives what came out since the last call.
func (s *script) heard() string {
	out := strings.TrimSpace(s.out.String())
	s.out.Reset()
	return out
}

func (s *script) expect(t *testing.T, want string) {
	t.Helper()
	if got := s.heard(); got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
}

// short is a buffer of 60 ms whatever comes.
var short = Config{Min: 60 * time.Millisecond, Max: 60 * time.Millisecond}

func TestInOrder(t *testing.T) {
	s := newScript(short)
	s.regular(65533, 65540, 1<<32-320)
	s.idle(3)
	s.expect(t, ". . . 65533 65534 65535 65536 65537 65538 65539 65540")
}

func TestReorderedAndDuplicates(t *testing.T) {
	s := newScript(short)
	for _, numbers := range [][]int{{10}, {10}, {12, 11}, {12}, {14, 13, 14}, {15, 10}, {}, {}, {}} {
		for _, n := range numbers {
			s.push(n, uint32(n)*160)
		}
		s.pop()
		s.now = s.now.Add(frame)
	}
	s.expect(t, ". . . 10 11 12 13 14 15")
	if st := s.b.Stats(s.now); st.Duplicates != 4 || st.Lost != 0 || st.Received != 10 || st.Played != 6 || st.Discarded != 0 {
		t.Errorf("%+v", st)
	}
}

func TestFirstPacketOvertaken(t *testing.T) {
	s := newScript(short)
	s.push(11, 11*160)
	s.push(10, 10*160)
	s.idle(5)
	s.expect(t, ". . 10 11 L")
}

func TestLostAndLate(t *testing.T) {
	s := newScript(short)
	s.regular(1, 5, 160)
	s.heard()
	s.idle(2) // 6 and 7 are missing
	s.regular(8, 9, 8*160)
	s.expect(t, "3 4 5 L")
	if got := s.push(6, 6*160); got != Late {
		t.Errorf("a packet after its turn: %v", got)
	}
	s.regular(10, 13, 10*160)
	s.expect(t, "L 8 9 10")
	if st := s.b.Stats(s.now); st.Lost != 2 || st.Bursts != 1 || st.Late != 1 {
		t.Errorf("%+v", st)
	}
	if got := s.push(9, 9*160); got != Duplicate {
		t.Errorf("a packet that was played: %v", got)
	}
}

// A pause of the sender: timestamps leap, numbers go on.
func TestSilence(t *testing.T) {
	s := newScript(short)
	s.regular(1, 5, 160)
	s.heard()
	s.idle(2)
	s.regular(6, 10, 8*160)
	s.expect(t, "3 4 5 S S 6 7")
	if st := s.b.Stats(s.now); st.Lost != 0 {
		t.Errorf("%d lost in a pause", st.Lost)
	}
}

// A pause that is longer than the buffer waits: what comes after it is played
// after the target delay, as at the start.
func TestLongPause(t *testing.T) {
	s := newScript(short)
	s.regular(1, 5, 160)
	s.idle(50)
	s.heard()
	s.regular(6, 10, 56*160)
	s.expect(t, ". . . 6 7")
	if st := s.b.Stats(s.now); st.Lost != 0 || st.Resyncs != 0 {
		t.Errorf("%+v", st)
	}
}

// As above, but the sender's timestamps stand still in the pause.
func TestPausedClock(t *testing.T) {
	s := newScript(short)
	s.regular(1, 5, 160)
	s.idle(200)
	s.heard()
	s.regular(6, 10, 6*160)
	s.expect(t, ". . . 6 7")
	if st := s.b.Stats(s.now); st.Lost != 0 || st.Late != 0 {
		t.Errorf("%+v", st)
	}
}

// Whatever leaps, the second packet starts the stream anew.
func TestJumps(t *testing.T) {
	for name, c := range map[string]struct {
		seq   int
		stamp uint32
		lost  uint64
	}{
		"timestamp forward":  {21, 21*160 + 1<<30, 3},
		"timestamp backward": {21, 1 << 31, 3},
		"number forward":     {21 + 30000, 21 * 160, 3},
		"number backward":    {60000, 21 * 160, 3},
		"both":               {40000, 1 << 31, 3},
	} {
		s := newScript(short)
		s.regular(1, 20, 160)
		s.heard()
		s.regular(c.seq, c.seq+9, c.stamp)
		want := "18 . . . "
		for n := 1; n <= 6; n++ {
			want += fmt.Sprint(c.seq+n) + " "
		}
		s.expect(t, strings.TrimSpace(want))
		st := s.b.Stats(s.now)
		if st.Resyncs != 1 || st.Discarded != 3 {
			t.Errorf("%s: %+v", name, st)
		}
	}
}

// One stray packet in a stream is no reason to begin anew.
func TestStrayPacket(t *testing.T) {
	s := newScript(short)
	s.regular(1, 5, 160)
	if got := s.push(40000, 1<<31); got != Suspect {
		t.Errorf("a stray packet: %v", got)
	}
	s.regular(6, 8, 6*160)
	s.expect(t, ". . . 1 2 3 4 5")
}

func TestOutage(t *testing.T) {
	s := newScript(short)
	s.regular(1, 5, 160)
	s.idle(100)
	s.heard()
	s.regular(106, 111, 106*160)
	s.expect(t, ". . . . 107 108")
	if st := s.b.Stats(s.now); st.Lost != 101 || st.Bursts != 1 {
		t.Errorf("%+v", st)
	}
}

func TestSourceChange(t *testing.T) {
	s := newScript(short)
	s.regular(1, 5, 160)
	s.heard()
	if got := s.b.Push(s.now, Packet{SSRC: 2, Sequence: 7, Timestamp: 99, Payload: []byte{1}}); got != Resynced {
		t.Errorf("a packet of another source: %v", got)
	}
	s.idle(3)
	if f := s.b.Pop(s.now, false); f.Kind != Audio || f.Timestamp != 99 || string(f.Payload) != "\x01" {
		t.Errorf("%+v", f)
	}
}

// Packets of a telephone event take numbers and no time.
func TestTelephoneEvent(t *testing.T) {
	s := newScript(short)
	s.regular(1, 5, 160)
	s.heard()
	for n := 6; n < 14; n++ {
		if got := s.b.Push(s.now, Packet{SSRC: 1, Sequence: uint16(n), Timestamp: 6 * 160}); got != Accepted {
			t.Errorf("event packet %d: %v", n, got)
		}
		s.pop()
		s.now = s.now.Add(frame)
	}
	s.regular(14, 19, 14*160)
	s.expect(t, "3 4 5 S S S S S S S S 14 15 16")
	if st := s.b.Stats(s.now); st.Lost != 0 || st.Late != 0 || st.Resyncs != 0 || st.Discarded != 0 {
		t.Errorf("%+v", st)
	}
}

// Nobody pops for two seconds, as while a device is opened again: what is heard
// then is the present.
func TestStalledDevice(t *testing.T) {
	s := newScript(Config{})
	s.regular(1, 100, 160)
	for n := 101; n <= 200; n++ {
		s.push(n, uint32(n)*160)
		s.now = s.now.Add(frame)
	}
	s.heard()
	s.regular(201, 203, 201*160)
	var first int
	if _, err := fmt.Sscan(s.heard(), &first); err != nil || first < 195 {
		t.Errorf("after a stall %d is played at 201 (%v)", first, err)
	}
}

// The device asks for two frames each 40 ms, or for many at once: no harm.
func TestUnevenDevice(t *testing.T) {
	s := newScript(Config{})
	for n := 1; n <= 1000; n += 2 {
		s.push(n, uint32(n)*160)
		s.now = s.now.Add(frame)
		s.push(n+1, uint32(n+1)*160)
		s.pop()
		s.pop()
		s.now = s.now.Add(frame)
	}
	if st := s.b.Stats(s.now); st.Played < 990 || st.Late+st.Resyncs > 0 || st.Skipped+st.Stretched > 5 {
		t.Errorf("%+v", st)
	}
	for range 100 {
		s.pop()
	}
	s.regular(1001, 1100, 1001*160)
	s.heard()
	s.regular(1101, 1105, 1101*160)
	if out := s.heard(); strings.ContainsAny(out, "L.S+-") {
		t.Errorf("two seconds after a hundred frames at once: %q", out)
	}
}

// On a clean network the delay falls to the minimum.
func TestCleanNetwork(t *testing.T) {
	s := newScript(Config{})
	s.regular(1, 500, 160)
	st := s.b.Stats(s.now)
	if st.Target != 20*time.Millisecond || st.Delay > 60*time.Millisecond || st.Lost+st.Late > 0 || st.Jitter != 0 {
		t.Errorf("%+v", st)
	}
	if out := s.heard(); strings.ContainsAny(out, "LS+") {
		t.Error("frames were inserted")
	}
}

// The path becomes longer in mid-call, by less or by more than the buffer may
// wait, and shorter again.
func TestRouteChange(t *testing.T) {
	for _, change := range []time.Duration{50, 100, 400, 3000} {
		change *= time.Millisecond
		rnd := rand.New(rand.NewPCG(5, 6))
		n := network{delay: func(r *rand.Rand) time.Duration { return uniform(20*time.Millisecond, 30*time.Millisecond)(r) }}
		arrivals := n.send(rnd, time.Minute)
		for i := range arrivals {
			if at := arrivals[i].at.Sub(start); at > 10*time.Second && at < 30*time.Second {
				arrivals[i].at = arrivals[i].at.Add(change)
			}
		}
		var last time.Time
		for i := range arrivals { // in order, so they queue up behind the change
			if arrivals[i].at.Before(last) {
				arrivals[i].at = last
			}
			last = arrivals[i].at
		}
		b := New(Config{})
		o := play(b, arrivals, time.Minute)
		t.Logf("%v: %+v", change, o.Stats)
		if o.Played < 3000-uint64(2*change/frame)-60 {
			t.Errorf("%v: only %d of 3000 packets were played", change, o.Played)
		}
		if o.Delay > 70*time.Millisecond {
			t.Errorf("%v: the delay is %v half a minute later", change, o.Delay)
		}
	}
}

// What is only configured isn't needed: a packet that was quicker than all others
// moves the base for ten seconds, and nobody hears it come and go. At most the
// delay gets shorter once.
func TestConfiguredDelay(t *testing.T) {
	for _, quick := range []time.Duration{8, 15, 28, 35} {
		n := network{delay: uniform(50*time.Millisecond, 55*time.Millisecond), reorder: true}
		arrivals := n.send(rand.New(rand.NewPCG(7, 8)), time.Minute)
		for i := 500; i < len(arrivals); i += 700 {
			arrivals[i].at = arrivals[i].at.Add(-quick * time.Millisecond)
		}
		slices.SortStableFunc(arrivals, func(a, b arrival) int { return a.at.Compare(b.at) })
		o := play(New(Config{Min: 160 * time.Millisecond}), arrivals, time.Minute)
		if o.Stretched > 0 || o.Skipped > 1 || o.Lost != 0 || o.Late > 0 {
			t.Errorf("quicker by %d ms: %+v", quick, o.Stats)
		}
	}
}

// A run of late packets means that the path is another one: time begins anew.
func TestLateRun(t *testing.T) {
	s := newScript(short)
	s.regular(1, 10, 160)
	s.idle(8)
	s.heard()
	for n := 11; n <= 11+maxLateRun; n++ {
		// Two whole frames behind what is played by now, and further each.
		want := Late
		if n == 11+maxLateRun {
			want = Resynced
		}
		s.now = s.now.Add(frame)
		if got := s.b.Push(s.now, Packet{SSRC: 1, Sequence: uint16(n), Timestamp: uint32(11 * 160), Payload: []byte{1}}); got != want {
			t.Errorf("packet %d: %v, want %v", n, got, want)
		}
	}
}

// Frames that are asked for faster than time goes by end the playout; it begins
// anew when time has caught up.
func TestFasterThanTime(t *testing.T) {
	s := newScript(Config{})
	for n := 1; n <= 60; n++ {
		s.push(n, uint32(n)*160)
		if n > 40 {
			s.pop()
		}
	}
	s.pop()
	if s.b.anchored && s.b.delay(s.b.ticks(s.now)) < -s.b.slack {
		t.Error("the playout is ahead of time")
	}
	s.now = s.now.Add(2 * time.Second)
	s.heard()
	s.regular(160, 170, 160*160)
	if out := s.heard(); !strings.HasSuffix(out, "164 165 166 167") {
		t.Errorf("heard %q", out)
	}
}

// Packets of other lengths than expected, told by Advance.
func TestAdvance(t *testing.T) {
	for _, ms := range []int{10, 30, 60, 200} {
		s := newScript(Config{Max: 500 * time.Millisecond})
		packet := time.Duration(ms) * time.Millisecond
		kinds := map[Kind]int{}
		due := start
		for n := range 200 {
			s.push(n, uint32(n*ms*8))
			for !due.After(s.now) {
				f := s.b.Pop(due, false)
				kinds[f.Kind]++
				switch f.Kind {
				case Audio:
					s.b.Advance(ms * 8)
					due = due.Add(packet)
				case Skip:
					s.b.Advance(ms * 8)
				default:
					due = due.Add(time.Duration(f.Ticks) * time.Second / 8000)
				}
			}
			s.now = s.now.Add(packet)
		}
		if kinds[Audio] < 180 || kinds[Lost]+kinds[Silence] > 0 {
			t.Errorf("packets of %d ms: %v", ms, kinds)
		}
	}
	b := New(Config{})
	b.Advance(0)
	b.Advance(-5)
	b.Advance(1 << 20)
	if b.step != 160 {
		t.Errorf("nonsense lengths made it %d", b.step)
	}
}

func TestPayloads(t *testing.T) {
	b := New(short)
	payload := []byte("abc")
	b.Push(start, Packet{Payload: payload, PayloadType: 9})
	copy(payload, "xyz")
	if f := b.Pop(start.Add(60*time.Millisecond), false); f.Kind != Audio || string(f.Payload) != "abc" || f.PayloadType != 9 || f.Ticks != 160 {
		t.Errorf("%+v", f)
	}
	if got := b.Push(start, Packet{Sequence: 1, Payload: make([]byte, MaxPayload+1)}); got != TooLong {
		t.Errorf("too long: %v", got)
	}
	if got := b.Push(start, Packet{Sequence: 1, Timestamp: 160, Payload: make([]byte, MaxPayload)}); got != Accepted {
		t.Errorf("longest: %v", got)
	}
}

func TestReset(t *testing.T) {
	s := newScript(short)
	s.regular(1, 5, 160)
	s.b.Reset()
	s.heard()
	s.regular(900, 904, 77)
	s.expect(t, ". . . 900 901")
}

func TestConfigDefaults(t *testing.T) {
	b := New(Config{Min: time.Second, Max: time.Millisecond})
	if b.max != b.min || b.rate != 8000 || b.step != 160 {
		t.Errorf("%d..%d at %d, %d", b.min, b.max, b.rate, b.step)
	}
}

func TestNoAllocations(t *testing.T) {
	b := New(Config{})
	payload := make([]byte, 160)
	now, n := start, 0
	allocs := testing.AllocsPerRun(2000, func() {
		b.Push(now, Packet{SSRC: 1, Sequence: uint16(n), Timestamp: uint32(n * 160), Payload: payload})
		b.Pop(now, n%7 == 0)
		n++
		now = now.Add(frame)
	})
	if allocs != 0 {
		t.Errorf("%g allocations a frame", allocs)
	}
}

// Anything may come at any time: the buffer goes on, its delay stays bounded,
// and a clean stream is heard again within a second.
func FuzzBuffer(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
	f.Add([]byte{255, 0, 255, 0, 128, 64, 32, 16, 8, 4, 2, 1, 0, 99, 98, 97, 96})
	f.Fuzz(func(t *testing.T, ops []byte) {
		b := New(Config{})
		now := start
		rnd := rand.New(rand.NewPCG(uint64(len(ops)), 1))
		seq, stamp := uint16(0), uint32(0)
		for _, op := range ops {
			switch op % 8 {
			case 0, 1, 2:
				seq, stamp = seq+1, stamp+160
			case 3:
				seq = uint16(rnd.Uint32())
			case 4:
				stamp = rnd.Uint32()
			case 5:
				seq, stamp = seq-uint16(op/8), stamp-uint32(op/8)*160
			case 6:
				now = now.Add(time.Duration(op) * time.Duration(op) * time.Millisecond)
			case 7:
				for range op {
					b.Pop(now, op > 128)
				}
			}
			b.Push(now, Packet{SSRC: uint32(op / 250), Sequence: seq, Timestamp: stamp, Payload: make([]byte, op%3)})
			b.Pop(now, false)
			now = now.Add(frame)
			if d := b.Stats(now).Delay; d > 500*time.Millisecond || d < -time.Second {
				t.Fatalf("the delay is %v", d)
			}
		}
		stamp += 1 << 20
		for n := range 200 {
			b.Push(now, Packet{SSRC: 9, Sequence: seq, Timestamp: stamp, Payload: []byte{1}})
			f := b.Pop(now, false)
			if n > 50 && f.Kind != Audio && f.Kind != Skip {
				t.Fatalf("frame %d of a clean stream is %v", n, f.Kind)
			}
			seq, stamp, now = seq+1, stamp+160, now.Add(frame)
		}
	})
}
