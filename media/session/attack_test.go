package session

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/imsphone/imsphone/media/rtcp"
)

// attacked runs a call of ten seconds whose end A also gets what attack makes,
// and gives what A heard.
func attacked(attack func(c *call, now time.Time)) ([]int16, Stats) {
	c := newCall(configA(), configB())
	c.ba.loss = 0.02
	rnd := rand.New(rand.NewPCG(8, 8))
	c.ba.delay = func() time.Duration { return 20*time.Millisecond + time.Duration(rnd.IntN(20))*time.Millisecond }
	if attack != nil {
		c.eachTurn = func(now time.Time) { attack(c, now) }
	}
	c.run(10 * time.Second)
	return c.heardA, c.a.Stats(c.now)
}

// Forged packets from other addresses, with everything else right, and from
// other sources at the peer's address: not one sample changes.
func TestInjection(t *testing.T) {
	control, plain := attacked(nil)
	rnd := rand.New(rand.NewPCG(9, 9))
	hosts := []netip.AddrPort{evil, another, addrA, netip.MustParseAddrPort("192.0.2.2:1"), netip.MustParseAddrPort("[2001:db8::6]:5000"), {}}
	forged, seq := 0, uint16(0)
	heard, st := attacked(func(c *call, now time.Time) {
		if now.Equal(begin) {
			return // the peer speaks first
		}
		next, stamp := uint16(100)+uint16(now.Sub(begin)/frameTime), uint32(5000)+uint32(now.Sub(begin)/frameTime)*160
		for range 21 {
			from, ssrc, at := hosts[rnd.IntN(len(hosts))], uint32(0xBBBB), next+uint16(rnd.IntN(5))
			if c.a.end.Known() && rnd.IntN(3) == 0 {
				from, ssrc = addrB, 0xC0FFEE
				seq++
				at = seq
			}
			payload := make([]byte, 160)
			for i := range payload {
				payload[i] = byte(rnd.Uint32())
			}
			b := packet([]byte{0, 13, 101}[rnd.IntN(3)], at, stamp, ssrc, payload)
			switch v := c.a.Receive(now, b, from); v {
			case Stranger, Foreign, OnTrial:
			default:
				t.Fatalf("a forged packet from %v of source %x was %v", from, ssrc, v)
			}
			forged++
		}
	})
	if forged < 10000 {
		t.Fatalf("only %d forged packets", forged)
	}
	if !slices.Equal(heard, control) {
		t.Error("forged packets were heard")
	}
	if st.Strangers+st.Foreign+st.Implausible < 10000 || st.ReceivedPackets != plain.ReceivedPackets || st.Lost != plain.Lost || st.Latched {
		t.Errorf("with forged packets %+v\nwithout %+v", st, plain)
	}
	hears(t, "the peer", heard[40000:], 1000, 8000)
}

// Reports with flipped bits, from the peer's own address: not one sample
// changes, and figures stay within what can be.
func TestMutatedReports(t *testing.T) {
	control, plain := attacked(nil)
	rnd := rand.New(rand.NewPCG(10, 10))
	verdicts := map[Verdict]int{}
	heard, st := attacked(func(c *call, now time.Time) {
		seq, ssrc := c.a.end.Next()
		if !c.a.end.Known() {
			return
		}
		for range 21 {
			block := rtcp.Block{SSRC: ssrc, Highest: uint32(seq) - 1, Jitter: 20, LSR: rnd.Uint32()}
			b := rtcp.Report{SSRC: 0xBBBB, Sender: &rtcp.SenderInfo{NTP: rtcp.NTP(now), Packets: 100}, Block: &block, CNAME: "b"}.Append(nil)
			for range 1 + rnd.IntN(6) {
				b[rnd.IntN(len(b))] ^= byte(1 << rnd.IntN(8))
			}
			b = b[:len(b)-rnd.IntN(2)*rnd.IntN(len(b))]
			verdicts[c.a.ReceiveRTCP(now, b, addrBB)]++
			st := c.a.Stats(now)
			if st.Peer.LossPercent > 100 || st.Peer.JitterMS > 10000 || st.RoundTrip > 2*time.Second || st.RoundTrip < 0 {
				t.Fatalf("% x: %+v", b, st)
			}
		}
	})
	if !slices.Equal(heard, control) {
		t.Error("reports changed what is heard")
	}
	for _, v := range []Verdict{Control, Malformed, Foreign, Implausible} {
		if verdicts[v] == 0 {
			t.Errorf("no report was %v: %v", v, verdicts)
		}
	}
	if st.ReceivedPackets != plain.ReceivedPackets || st.Lost != plain.Lost || st.MOS < plain.MOS-0.1 {
		t.Errorf("with mutated reports %+v\nwithout %+v", st, plain)
	}
}

// Who may report, and what.
func TestReports(t *testing.T) {
	now := begin
	fresh := func() *Session {
		s := New(begin, configA())
		for n := range uint16(10) {
			s.Receive(now, packet(0, n, uint32(n)*160, 7, []byte{1}), addrB)
			s.Capture(now, make([]int16, 160), nil)
		}
		return s
	}
	about := func(b rtcp.Block) []byte {
		b.SSRC = 0xAAAA
		return rtcp.Report{SSRC: 7, Block: &b, CNAME: "b"}.Append(nil)
	}
	last := uint32(65509) // we sent 65500 to 65509
	for name, c := range map[string]struct {
		b    []byte
		from netip.AddrPort
		want Verdict
	}{
		"the peer's":                {report(7), addrBB, Control},
		"on the port of RTP":        {report(7), addrB, Control},
		"another port of its host":  {report(7), another, Control},
		"another host":              {report(7), evil, Stranger},
		"no address":                {report(7), netip.AddrPort{}, Stranger},
		"another source":            {report(8), addrBB, Foreign},
		"our own source":            {report(0xAAAA), addrBB, Foreign},
		"no report":                 {[]byte{0x80, 200, 0}, addrBB, Malformed},
		"about the last packet":     {about(rtcp.Block{Highest: last}), addrBB, Control},
		"about the first packet":    {about(rtcp.Block{Highest: last - 9}), addrBB, Control},
		"about one before it":       {about(rtcp.Block{Highest: last - 10}), addrBB, Implausible},
		"about one not sent yet":    {about(rtcp.Block{Highest: last + 1}), addrBB, Implausible},
		"all lost":                  {about(rtcp.Block{Highest: last, Lost: 10}), addrBB, Control},
		"more lost than sent":       {about(rtcp.Block{Highest: last, Lost: 11}), addrBB, Implausible},
		"more duplicates than sent": {about(rtcp.Block{Highest: last, Lost: -11}), addrBB, Implausible},
		"jitter of ten seconds":     {about(rtcp.Block{Highest: last, Jitter: 80000}), addrBB, Implausible},
		"jitter of just below":      {about(rtcp.Block{Highest: last, Jitter: 79999}), addrBB, Control},
	} {
		if got := fresh().Receive(now, c.b, c.from); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	s := New(begin, configA())
	if v := s.ReceiveRTCP(now, report(9), addrBB); v != Control {
		t.Errorf("a report before any media: %v", v)
	}
	if v := s.ReceiveRTCP(now, report(9), another); v != Stranger {
		t.Errorf("a report before any media, from another port: %v", v)
	}
}

// Our own reports: receiver report before we send and after we stopped, sender
// report between, with what is known about the peer.
func TestOurReports(t *testing.T) {
	cfg := configA()
	s, now := New(begin, cfg), begin
	peer := func(out []byte) rtcp.Digest {
		d, err := rtcp.Read(out, 7)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	due := func() rtcp.Digest {
		now = s.NextReport()
		if _, ok := s.Report(now.Add(-1), nil); ok {
			t.Fatal("a report before its time")
		}
		out, ok := s.Report(now, nil)
		if !ok {
			t.Fatal("no report in its time")
		}
		return peer(out)
	}
	if first := s.NextReport().Sub(begin); first < time.Second || first > 3*time.Second {
		t.Errorf("the first report after %v, want half of the usual", first)
	}
	if d := due(); d.HasSender || d.HasBlock || string(d.CNAME) != "a" || d.From != 0xAAAA {
		t.Errorf("%+v", d)
	}
	s.Capture(now, make([]int16, 160), nil)
	s.Receive(now, packet(0, 1, 0, 7, []byte{1}), addrB)
	s.Receive(now, packet(0, 3, 320, 7, []byte{1}), addrB)
	at := now
	d := due()
	elapsed := uint32(s.end.Config().Ticks(now.Sub(at)))
	if !d.HasSender || d.Sender.Packets != 1 || d.Sender.Octets != 160 || d.Sender.RTP != cfg.TSStart+160+elapsed || d.Sender.NTP != rtcp.NTP(now) {
		t.Errorf("%+v, %d ticks after the packet", d, elapsed)
	}
	if !d.HasBlock || d.Block.Lost != 1 || d.Block.Highest != 3 || d.Block.Fraction != 85 {
		t.Errorf("%+v", d.Block)
	}
	if d := due(); !d.HasSender {
		t.Error("one interval after the last packet we are still a sender")
	}
	if d := due(); d.HasSender {
		t.Error("two intervals after the last packet we aren't a sender any more")
	}
	if d := peer(s.Goodbye(now, nil)); !d.Bye || d.From != 0xAAAA {
		t.Errorf("%+v", d)
	}
}

// Whatever comes from the peer's address, the session goes on: it plays, sends,
// reports, and hears the next good stream within two seconds.
func FuzzReceive(f *testing.F) {
	f.Add(packet(0, 1, 160, 7, make([]byte, 160)), uint8(1))
	f.Add(packet(0x80|101, 2, 160, 7, []byte{5, 0x8a, 3, 0x20}), uint8(0))
	f.Add(packet(13, 3, 320, 7, []byte{40}), uint8(2))
	f.Add(append([]byte{0xb1}, packet(0, 4, 480, 7, []byte{9, 9, 9, 9, 0xbe, 0xde, 0, 1, 0x10, 5, 0, 0, 1, 2})[1:]...), uint8(3))
	f.Add(rtcp.Report{SSRC: 7, Sender: &rtcp.SenderInfo{NTP: 1 << 60}, Block: &rtcp.Block{SSRC: 0xAAAA}, CNAME: "b", Bye: true}.Append(nil), uint8(4))
	f.Add(packet(0x80, 3, 1<<20, 7, []byte{40}), uint8(12)) // one sample a packet
	f.Fuzz(func(t *testing.T, data []byte, step uint8) {
		s, now := New(begin, configA()), begin
		pcm := make([]int16, 160)
		turn := func() {
			s.Playout(now, pcm)
			s.Capture(now, pcm, nil)
			s.Report(now, nil)
			now = now.Add(frameTime)
		}
		// The same bytes again and again, the sequence number moved on, whole
		// and cut.
		for n := range 40 {
			b := slices.Clone(data[:len(data)-n%3*len(data)/8])
			if len(b) > 3 {
				b[3] += byte(n) * step
			}
			if v := s.Receive(now, b, addrB); v >= Implausible+1 || v == Stranger {
				t.Fatalf("verdict %v", v)
			}
			turn()
		}
		st := s.Stats(now)
		if !(st.R >= 0 && st.R <= 100 && st.MOS >= 1 && st.Peer.R >= 0) {
			t.Fatalf("%+v", st)
		}
		s.Events()
		enc, gen := spec("PCMU").NewEncoder(), &tone{hz: 440, rate: 8000}
		heard := 0
		for n := range 150 {
			gen.fill(pcm)
			s.Receive(now, packet(0, uint16(n), uint32(n)*160, 0xFEED, enc.Encode(nil, pcm)), addrB)
			turn()
			if n >= 100 && level(pcm, 440, 8000) > 6000 {
				heard++
			}
		}
		// A correction of the delay may fall into the time, two at most.
		if heard < 46 {
			t.Fatalf("%d of 50 frames of a good stream are heard", heard)
		}
	})
}
