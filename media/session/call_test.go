package session

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/imsphone/imsphone/media/codec"
	"github.com/imsphone/imsphone/media/dtmf"
	"github.com/imsphone/imsphone/media/rtcp"
)

func TestCall(t *testing.T) {
	for _, name := range []string{"PCMU", "PCMA", "G722"} {
		c := newCall(withCodec(configA(), name), withCodec(configB(), name))
		rate := c.a.SampleRate()
		c.run(2 * time.Second)
		c.forget()
		c.run(3 * time.Second)
		hears(t, name+" at A", c.heardA[len(c.heardA)-rate:], 1000, rate)
		hears(t, name+" at B", c.heardB[len(c.heardB)-rate:], 440, rate)
		st := c.a.Stats(c.now)
		if st.SentPackets != 250 || st.SentOctets != 250*160 || st.ReceivedPackets < 248 || st.Lost != 0 || st.Late != 0 || st.Strangers != 0 {
			t.Errorf("%s: %+v", name, st)
		}
		if st.MOS < 4.3 || st.LossPercent != 0 {
			t.Errorf("%s: a clean path is rated %+v", name, st.Quality)
		}
	}
}

// A lossy path: what is measured is what the path does.
func TestImpairedCall(t *testing.T) {
	a, b := configA(), configB()
	rnd := rand.New(rand.NewPCG(3, 3))
	a.Random, b.Random = rnd.Float64, rnd.Float64
	c := newCall(a, b)
	c.ab.loss = 0.05
	c.ab.delay = func() time.Duration { return 50*time.Millisecond + time.Duration(rnd.IntN(60))*time.Millisecond }
	c.ba.delay = fixed(70 * time.Millisecond)
	c.run(2 * time.Minute)

	atA, atB := c.a.Stats(c.now), c.b.Stats(c.now)
	t.Logf("A %+v", atA)
	t.Logf("B %+v", atB)
	if atB.LossPercent < 4 || atB.LossPercent > 6.5 {
		t.Errorf("B measures %.1f %% of loss, want 5", atB.LossPercent)
	}
	if late := float64(atB.Late) / float64(atB.ReceivedPackets); late > 0.005 {
		t.Errorf("%.2f %% were late", 100*late)
	}
	if !atA.PeerKnown || atA.Peer.LossPercent < 3.5 || atA.Peer.LossPercent > 6.5 {
		t.Errorf("B tells A of %.1f %% of loss, want 5", atA.Peer.LossPercent)
	}
	if atA.LossPercent != 0 || atA.Jitter > 2*time.Millisecond || atA.MOS < 4.2 {
		t.Errorf("A hears well, yet: %+v", atA.Quality)
	}
	if atB.MOS > 4 || atB.MOS < 3 || atA.Peer.MOS > 4.1 || atA.Peer.MOS < 3 {
		t.Errorf("MOS at B %.2f, by its report %.2f", atB.MOS, atA.Peer.MOS)
	}
	for _, st := range []Stats{atA, atB} {
		// 50 to 110 ms one way, 70 the other; arrivals wait for the next turn
		// of nothing: reports are stamped when they arrive.
		if st.RoundTrip < 120*time.Millisecond || st.RoundTrip > 185*time.Millisecond {
			t.Errorf("round trip %v", st.RoundTrip)
		}
		if st.OneWay < st.RoundTrip/2+40*time.Millisecond {
			t.Errorf("one way %v, half the round trip is %v", st.OneWay, st.RoundTrip/2)
		}
		if st.Reports < 15 || st.Malformed+st.Strangers+st.Foreign+st.Implausible+st.Unnegotiated > 0 {
			t.Errorf("%+v", st)
		}
	}
	if atB.Jitter < 10*time.Millisecond || atB.Jitter > 30*time.Millisecond {
		t.Errorf("jitter %v of delays spread over 60 ms", atB.Jitter)
	}
}

// Keys arrive once each and in order, also where packets are lost, and the
// tone pauses for them.
func TestKeys(t *testing.T) {
	for _, loss := range []float64{0, 0.2} {
		c := newCall(configA(), configB())
		c.run(time.Second)
		c.ab.loss = loss
		const keys = "0123456789*#ABCD"
		for _, r := range keys {
			e, err := dtmf.ParseDigit(r)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.a.SendDTMF(e, 100*time.Millisecond); err != nil {
				t.Fatal(err)
			}
		}
		c.forget()
		c.run(5 * time.Second)
		got := ""
		for _, e := range c.b.Events() {
			got += e.String()
		}
		if got != keys {
			t.Errorf("keys %q", got)
		}
		if more := c.b.Events(); len(more) > 0 {
			t.Errorf("told twice: %v", more)
		}
		if l := level(c.heardB[8000:16000], 440, 8000); l > 100 {
			t.Errorf("the microphone is heard over the keys: %.0f", l)
		}
		hears(t, "after the keys", c.heardB[len(c.heardB)-4000:], 440, 8000)
		if st := c.b.Stats(c.now); loss == 0 && (st.Lost != 0 || st.Late != 0 || st.Resyncs != 0) {
			t.Errorf("keys count as %d lost, %d late packets, %d resyncs", st.Lost, st.Late, st.Resyncs)
		}
	}
}

func TestKeysThatCannotBeSent(t *testing.T) {
	cfg := configA()
	cfg.EventClock = 0
	if err := New(begin, cfg).SendDTMF(1, time.Second); err != ErrNoEvents {
		t.Error(err)
	}
	s := New(begin, configA())
	for range 64 {
		if err := s.SendDTMF(1, time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SendDTMF(1, time.Second); err != ErrKeysFull {
		t.Error(err)
	}
}

// Many keys that nobody asks for don't pile up.
func TestKeysAreBounded(t *testing.T) {
	s := New(begin, configA())
	for n := range uint32(1000) {
		s.Receive(begin.Add(time.Duration(n)*frameTime), packet(101, uint16(n), n*2000, 1, []byte{5, 10, 0, 160}), addrB)
	}
	if n := len(s.Events()); n != maxPressed {
		t.Errorf("%d keys", n)
	}
	if v := s.Receive(begin, packet(101, 1000, 1<<30, 1, []byte{5, 10, 0}), addrB); v != Malformed {
		t.Errorf("an event of three bytes: %v", v)
	}
}

// Hold, and back: our source goes on, and what is old is not heard.
func TestHold(t *testing.T) {
	a, b := configA(), configB()
	c := newCall(a, b)
	c.run(time.Second)
	a.Receive = false // A holds: it only sends, B only receives
	b.Send = false
	c.a.Reconfigure(c.now, a)
	c.b.Reconfigure(c.now, b)
	c.forget()
	c.run(2 * time.Second)
	silent(t, "while held", c.heardA)
	hears(t, "what the held one hears", c.heardB[8000:], 440, 8000)
	sent := c.b.Stats(c.now).SentPackets
	if sent != 50 {
		t.Errorf("B sent %d packets, want those before the hold", sent)
	}
	if c.a.Stalled(c.now.Add(time.Hour)) {
		t.Error("a stream that is held can't stall")
	}
	a.Receive, b.Send = true, true
	c.a.Reconfigure(c.now, a)
	c.b.Reconfigure(c.now, b)
	c.forget()
	c.run(2 * time.Second)
	hears(t, "after the hold", c.heardA[8000:], 1000, 8000)
	if st := c.a.Stats(c.now); st.PeerSSRC != 0xBBBB || st.Resyncs != 0 || st.Lost != 0 {
		t.Errorf("%+v", st)
	}
}

// While muted the far end hears nothing, and the path stays open.
func TestMute(t *testing.T) {
	for _, noise := range []uint8{0, 13, 98} {
		a, b := configA(), configB()
		a.NoiseType, b.NoiseType = noise, noise
		c := newCall(a, b)
		c.run(time.Second)
		c.a.Mute(true)
		before := c.a.Stats(c.now).SentPackets
		c.run(300 * time.Millisecond)
		c.forget()
		c.run(700 * time.Millisecond)
		silent(t, fmt.Sprintf("muted, noise type %d", noise), c.heardB)
		sent, want := c.a.Stats(c.now).SentPackets-before, uint64(50)
		if noise != 0 {
			want = 5
		}
		if sent != want {
			t.Errorf("noise type %d: %d packets in a second, want %d", noise, sent, want)
		}
		c.a.Mute(false)
		c.run(time.Second)
		c.forget()
		c.run(time.Second)
		hears(t, "no longer muted", c.heardB, 440, 8000)
		if st := c.b.Stats(c.now); st.Lost != 0 || st.Resyncs != 0 || st.Unnegotiated != 0 {
			t.Errorf("%+v", st)
		}
	}
}

// The peer's comfort noise is heard at its level until it talks again.
func TestComfortNoise(t *testing.T) {
	s := New(begin, configA())
	now, pcm := begin, make([]int16, 160)
	enc := spec("PCMU").NewEncoder()
	var seq uint16
	turn := func(send []byte) {
		if send != nil {
			s.Receive(now, send, addrB)
			seq++
		}
		s.Playout(now, pcm)
		now = now.Add(frameTime)
	}
	stamp := func() uint32 { return uint32(now.Sub(begin)/frameTime) * 160 }
	voice := make([]int16, 160)
	(&tone{hz: 440, rate: 8000}).fill(voice)
	for range 20 {
		turn(packet(0, seq, stamp(), 7, enc.Encode(nil, voice)))
	}
	turn(packet(13, seq, stamp(), 7, []byte{40}))
	var heard []int16
	for range 100 {
		turn(nil)
		heard = append(heard, pcm...)
	}
	sum := 0.0
	for _, v := range heard[4000:] {
		sum += float64(v) * float64(v)
	}
	// −40 dBov is an RMS of 328.
	if power := sum / float64(len(heard)-4000); power < 200*200 || power > 500*500 {
		t.Errorf("noise of −40 dBov has power %.0f", power)
	}
	for range 20 {
		turn(packet(0, seq, stamp(), 7, enc.Encode(nil, voice)))
	}
	if l := level(pcm, 450, 8000); l < 6000 {
		t.Errorf("after the noise the voice has amplitude %.0f", l)
	}
	if st := s.Stats(now); st.Lost != 0 || st.Resyncs != 0 {
		t.Errorf("%+v", st)
	}
}

// The peer's packets may be of another length than ours.
func TestPeersPacketTime(t *testing.T) {
	for _, ms := range []int{10, 30, 40, 60} {
		s := New(begin, configA())
		enc, gen := spec("PCMU").NewEncoder(), &tone{hz: 440, rate: 8000}
		voice, pcm := make([]int16, ms*8), make([]int16, 160)
		var heard []int16
		sent := 0
		for now := begin; now.Before(begin.Add(4 * time.Second)); now = now.Add(frameTime) {
			for ; begin.Add(time.Duration(sent*ms)*time.Millisecond).Compare(now) <= 0; sent++ {
				gen.fill(voice)
				s.Receive(now, packet(0, uint16(sent), uint32(sent*ms*8), 7, enc.Encode(nil, voice)), addrB)
			}
			s.Playout(now, pcm)
			heard = append(heard, pcm...)
		}
		hears(t, fmt.Sprintf("packets of %d ms", ms), heard[len(heard)-8000:], 440, 8000)
		if st := s.Stats(begin); st.Lost+int64(st.Late) != 0 {
			t.Errorf("packets of %d ms: %+v", ms, st)
		}
	}
}

// A re-negotiation changes the codec in mid-call; the packets under way are
// still played where the rates are the same.
func TestCodecChange(t *testing.T) {
	for _, names := range [][2]string{{"PCMU", "PCMA"}, {"PCMU", "G722"}, {"G722", "PCMA"}} {
		a, b := withCodec(configA(), names[0]), withCodec(configB(), names[0])
		c := newCall(a, b)
		c.run(time.Second)
		a, b = withCodec(a, names[1]), withCodec(b, names[1])
		c.a.Reconfigure(c.now, a)
		c.b.Reconfigure(c.now, b)
		rate := a.Codec.SampleRate
		c.micA = (&tone{hz: 440, rate: rate}).fill
		c.forget()
		c.run(2 * time.Second)
		hears(t, fmt.Sprint(names), c.heardB[len(c.heardB)-rate:], 440, rate)
		st := c.a.Stats(c.now)
		if st.SSRC != a.SSRC || st.SentPackets != 150 {
			t.Errorf("%v: %+v", names, st)
		}
		if names[1] == "PCMA" && names[0] == "PCMU" {
			if st := c.b.Stats(c.now); st.Unnegotiated != 0 || st.Lost != 0 {
				t.Errorf("%v: %d packets of the former codec were refused, %d lost", names, st.Unnegotiated, st.Lost)
			}
		}
	}
}

// The former codec is understood for a while, not for ever.
func TestFormerCodecLingers(t *testing.T) {
	s := New(begin, configA())
	s.Reconfigure(begin, withCodec(configA(), "PCMA"))
	for after, want := range map[time.Duration]Verdict{lingers - 1: Accepted, lingers: Unnegotiated} {
		if v := s.Receive(begin.Add(after), packet(0, 1, 0, 7, []byte{1}), addrB); v != want {
			t.Errorf("after %v: %v", after, v)
		}
	}
}

// The peer may use each of the codecs that were agreed on.
func TestAlso(t *testing.T) {
	cfg := configA()
	cfg.Also = []Payload{{8, spec("PCMA")}, {9, spec("G722")}}
	s := New(begin, cfg)
	for payloadType, want := range map[uint8]Verdict{0: Accepted, 8: Accepted, 9: Unnegotiated, 3: Unnegotiated} {
		if v := s.Receive(begin, packet(payloadType, uint16(payloadType), uint32(payloadType)*160, 7, []byte{1}), addrB); v != want {
			t.Errorf("type %d: %v, want %v", payloadType, v, want)
		}
	}
}

// Payload types may differ by direction (RFC 3264 §5.1).
func TestPayloadTypesByDirection(t *testing.T) {
	cfg := configA()
	cfg.PayloadType, cfg.ReceiveType, cfg.EventType, cfg.EventReceiveType = 110, 120, 111, 121
	s := New(begin, cfg)
	b, _ := s.Capture(begin, make([]int16, 160), nil)
	if b[1]&0x7F != 110 {
		t.Errorf("audio goes out as %d", b[1]&0x7F)
	}
	if err := s.SendDTMF(5, 100*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if b, _ = s.Capture(begin.Add(frameTime), make([]int16, 160), nil); b[1]&0x7F != 111 {
		t.Errorf("keys go out as %d", b[1]&0x7F)
	}
	for payloadType, want := range map[uint8]Verdict{110: Unnegotiated, 120: Accepted, 111: Unnegotiated, 121: Key} {
		if v := s.Receive(begin, packet(payloadType, uint16(payloadType), 0, 7, []byte{5, 10, 0, 160}), addrB); v != want {
			t.Errorf("type %d: %v, want %v", payloadType, v, want)
		}
	}
}

// Marker, sequence numbers and timestamps of what we send (RFC 3551 §4.1).
func TestSent(t *testing.T) {
	s := New(begin, configA())
	pcm, now := make([]int16, 160), begin
	capture := func() ([]byte, bool) {
		b, ok := s.Capture(now, pcm, []byte("x"))
		now = now.Add(frameTime)
		return b, ok
	}
	for n := range 60 {
		b, ok := capture()
		stamp := configA().TSStart + uint32(160*n)
		want := append([]byte("x"), packet(0, uint16(65500+n), stamp, 0xAAAA, spec("PCMU").NewEncoder().Encode(nil, pcm))...)
		if n == 0 {
			want[2] |= 0x80
		}
		if !ok || !slices.Equal(b, want) {
			t.Fatalf("packet %d: % x…, want % x…", n, b[:14], want[:14])
		}
	}
	// The device was away for a second: so says the timestamp.
	now = now.Add(time.Second)
	b, _ := capture()
	if want := packet(0x80, 65560-65536, configA().TSStart+160*60+8000, 0xAAAA, nil); !slices.Equal(b[1:13], want) {
		t.Errorf("after a pause % x, want % x", b[1:13], want)
	}
	if b, ok := s.Capture(now, nil, []byte("x")); ok || string(b) != "x" {
		t.Errorf("no audio gave a packet")
	}
	cfg := configA()
	cfg.Remote = addrB
	cfg.Remote = cfg.RemoteRTCP
	s.Reconfigure(now, cfg)
	if _, ok := capture(); ok {
		t.Error("a packet for nobody")
	}
	if _, ok := s.Report(now.Add(time.Hour), nil); ok {
		t.Error("a report for nobody")
	}
}

// deaf can decode nothing.
type deaf struct{}

func (deaf) Decode(dst []int16, _ []byte) ([]int16, error) { return dst, errors.New("no") }

// What can't be decoded is concealed.
func TestUndecodable(t *testing.T) {
	cfg := configA()
	cfg.Codec.NewDecoder = func() codec.Decoder { return deaf{} }
	s, pcm := New(begin, cfg), make([]int16, 160)
	for n := range uint16(50) {
		now := begin.Add(time.Duration(n) * frameTime)
		payloadType, payload := uint8(0), []byte{1}
		if n%10 == 5 {
			payloadType = 13
		}
		if v := s.Receive(now, packet(payloadType, n, uint32(n)*160, 7, payload), addrB); v != Accepted {
			t.Fatal(v)
		}
		pcm[0] = 99
		s.Playout(now, pcm)
		if n < 8 {
			silent(t, "undecodable", pcm)
		}
	}
	if st := s.Stats(begin); st.Lost != 0 || st.Resyncs != 0 {
		t.Errorf("%+v", st)
	}
}

// A session that is told nothing but what is needed works.
func TestDefaults(t *testing.T) {
	s := New(begin, Config{Codec: spec("PCMU"), Send: true, Remote: addrB})
	if _, ok := s.Capture(begin, make([]int16, 160), nil); !ok {
		t.Error("nothing is sent")
	}
	if due := s.NextReport().Sub(begin); due < 2*time.Second || due > 3*time.Second {
		t.Errorf("first report after %v", due)
	}
	if s.SampleRate() != 8000 || s.RemoteRTCP() != addrBB {
		t.Errorf("%d Hz, reports to %v", s.SampleRate(), s.RemoteRTCP())
	}
}

func TestStalled(t *testing.T) {
	cfg := configA()
	cfg.StallAfter = 3 * time.Second
	s := New(begin, cfg)
	at := func(d time.Duration) time.Time { return begin.Add(d) }
	if s.Stalled(at(3*time.Second)) || !s.Stalled(at(3*time.Second+1)) {
		t.Error("before the first packet")
	}
	s.Receive(at(5*time.Second), packet(0, 1, 0, 7, []byte{1}), evil)
	if !s.Stalled(at(5 * time.Second)) {
		t.Error("a stranger counts as the peer")
	}
	s.Receive(at(5*time.Second), packet(0, 1, 0, 7, []byte{1}), addrB)
	if s.Stalled(at(8*time.Second)) || !s.Stalled(at(9*time.Second)) {
		t.Error("after a packet")
	}
	report := rtcp.Report{SSRC: 7, CNAME: "b"}.Append(nil)
	if v := s.ReceiveRTCP(at(10*time.Second), report, addrBB); v != Control {
		t.Fatal(v)
	}
	if s.Stalled(at(12 * time.Second)) {
		t.Error("reports count, too")
	}
}

func TestNoAllocations(t *testing.T) {
	for _, name := range []string{"PCMU", "PCMA", "G722"} {
		turn := relay(name)
		if allocs := testing.AllocsPerRun(500, turn); allocs != 0 {
			t.Errorf("%s: %g allocations a frame", name, allocs)
		}
	}
}

// relay makes one turn of a call: a frame captured, sent, received and played,
// one in 50 lost.
func relay(name string) func() {
	a, b := New(begin, withCodec(configA(), name)), New(begin, withCodec(configB(), name))
	mic, speaker := make([]int16, a.SampleRate()/50), make([]int16, a.SampleRate()/50)
	(&tone{hz: 440, rate: a.SampleRate()}).fill(mic)
	buf := make([]byte, 0, 1500)
	now, n := begin, 0
	return func() {
		n++
		p, _ := a.Capture(now, mic, buf)
		if n%50 != 0 {
			b.Receive(now, p, addrA)
		}
		b.Playout(now, speaker)
		if r, ok := a.Report(now, buf); ok {
			b.ReceiveRTCP(now, r, netip.AddrPortFrom(addrA.Addr(), addrA.Port()+1))
		}
		now = now.Add(frameTime)
	}
}

func BenchmarkFrame(b *testing.B) {
	for _, name := range []string{"PCMU", "PCMA", "G722"} {
		b.Run(name, func(b *testing.B) {
			turn := relay(name)
			b.ReportAllocs()
			for b.Loop() {
				turn()
			}
		})
	}
}
