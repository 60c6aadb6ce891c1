package video

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/imsphone/imsphone/media/bars"
	"github.com/imsphone/imsphone/media/rtcp"
	"github.com/imsphone/imsphone/media/rtpend"
)

var (
	begin  = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	addrA  = netip.MustParseAddrPort("192.0.2.1:4000")
	addrB  = netip.MustParseAddrPort("192.0.2.2:5000")
	addrBB = netip.MustParseAddrPort("192.0.2.2:5001")
)

const period = time.Second / 15

// configA is the configuration of a phone at A that sends to B and sees it.
func configA() Config {
	return Config{SSRC: 0xAAAA, SeqStart: 65500, TSStart: 1<<32 - 10000, CNAME: "a",
		PayloadType: 26, ReceiveType: 26, Send: true, Receive: true, Remote: addrB}
}

func configB() Config {
	c := configA()
	c.SSRC, c.SeqStart, c.TSStart, c.CNAME, c.Remote = 0xBBBB, 100, 5000, "b", addrA
	return c
}

// picture is number count of source 1.
func picture(count int) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, 320, 240), image.YCbCrSubsampleRatio422)
	bars.Draw(m, 1, count)
	return m
}

// send gives the packets of one picture.
func send(t testing.TB, s *Session, now time.Time, f *Frame) [][]byte {
	t.Helper()
	var e Encoder
	m, err := e.Encode(f, s.Quality())
	if err != nil {
		t.Fatal(err)
	}
	var list [][]byte
	if !s.Capture(now, now, m) {
		return nil
	}
	for {
		b, ok := s.Packet(nil)
		if !ok {
			return list
		}
		list = append(list, b)
	}
}

// count reads the number of a received picture.
func count(t testing.TB, jpeg []byte) int {
	t.Helper()
	m, err := Decode(jpeg)
	if err != nil {
		t.Fatal(err)
	}
	_, n, ok := bars.Read(m)
	if !ok {
		t.Fatal("the picture has no number")
	}
	return n
}

// Pictures go from one end to the other, with figures and reports.
func TestStream(t *testing.T) {
	a, b := New(begin, configA()), New(begin, configB())
	now, seen, reported := begin, 0, false
	for i := range 60 {
		now = now.Add(period)
		for _, packet := range send(t, a, now, &Frame{Raw: picture(i), Captured: now}) {
			jpeg, v := b.Receive(now.Add(time.Millisecond), packet, addrA)
			if v != rtpend.Accepted {
				t.Fatalf("a packet is %v", v)
			}
			if jpeg != nil {
				if n := count(t, jpeg); n != i {
					t.Fatalf("picture %d comes instead of %d", n, i)
				}
				seen++
				// B's clock is A's here, but for the rounding of NTP and RTP.
				if taken, ok := b.Taken(); ok != reported || ok && taken.Sub(now).Abs() > time.Millisecond {
					t.Errorf("taken at %v (%v), want %v", taken, ok, now)
				}
			}
		}
		if r, ok := a.Report(now, nil); ok {
			if v := b.ReceiveRTCP(now, r, netip.AddrPortFrom(addrA.Addr(), addrA.Port()+1)); v != rtpend.Control {
				t.Errorf("a report is %v", v)
			}
			reported = true
		}
		if r, ok := b.Report(now, nil); ok {
			if v := a.ReceiveRTCP(now.Add(10*time.Millisecond), r, addrBB); v != rtpend.Control {
				t.Errorf("a report is %v", v)
			}
		}
	}
	sent, got := a.Stats(now), b.Stats(now)
	if seen != 60 || sent.Sent.Frames != 60 || got.Received.Frames != 60 || got.Incomplete != 0 || got.Lost != 0 {
		t.Errorf("%d pictures seen; sent %+v, received %+v", seen, sent, got)
	}
	if r := got.Received; r.Width != 320 || r.Height != 240 || math.Abs(r.Rate-15) > 0.1 || r.Bitrate < 100 {
		t.Errorf("received %+v", r)
	}
	if !sent.Told || got.LastPacket.IsZero() {
		t.Errorf("no report came: %+v", sent)
	}
}

// The timestamps of packets and of reports are the same clock, which is the
// pictures' own.
func TestTimestamps(t *testing.T) {
	a := New(begin, configA())
	now := begin.Add(time.Second)
	packet := send(t, a, now, &Frame{Raw: picture(0)})[0]
	want := configA().TSStart + ClockRate
	if got := uint32(packet[4])<<24 | uint32(packet[5])<<16 | uint32(packet[6])<<8 | uint32(packet[7]); got != want {
		t.Errorf("timestamp %d, want %d", got, want)
	}
	later := now.Add(10 * time.Second)
	report, ok := a.Report(later, nil)
	if !ok {
		t.Fatal("no report is due")
	}
	d, err := rtcp.Read(report, 1)
	if err != nil || d.Sender.RTP != want+10*ClockRate || d.Sender.NTP != rtcp.NTP(later) || string(d.CNAME) != "a" {
		t.Errorf("%+v (%v)", d, err)
	}
}

// A lost packet costs its picture alone.
func TestLoss(t *testing.T) {
	a, b := New(begin, configA()), New(begin, configB())
	now := begin
	var got []int
	for i := range 10 {
		now = now.Add(period)
		packets := send(t, a, now, &Frame{Raw: picture(i)})
		if i == 3 || i == 7 {
			packets = packets[1:]
		}
		for _, p := range packets {
			if jpeg, _ := b.Receive(now, p, addrA); jpeg != nil {
				got = append(got, count(t, jpeg))
			}
		}
	}
	if len(got) != 8 || got[3] != 4 || got[7] != 9 {
		t.Errorf("pictures %v", got)
	}
	if st := b.Stats(now); st.Incomplete != 2 || st.Lost != 2 {
		t.Errorf("%+v", st)
	}
}

// What we compress ourselves comes to fit; a camera's own JPEG is thinned out.
func TestBandwidth(t *testing.T) {
	own := new(bytes.Buffer)
	if err := jpeg.Encode(own, picture(0), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	for name, frame := range map[string]*Frame{"raw": {Raw: picture(0)}, "JPEG": {JPEG: own.Bytes()}} {
		cfg := configA()
		cfg.Bandwidth = 400
		a, now := New(begin, cfg), begin
		octets := 0
		for range 150 {
			now = now.Add(period)
			for _, p := range send(t, a, now, frame) {
				octets += len(p) + packetOverhead - rtpend.HeaderSize
			}
		}
		if kbps := float64(octets) * 8 / 1000 / now.Sub(begin).Seconds(); kbps > 430 || kbps < 200 {
			t.Errorf("%s: %.0f kbit/s", name, kbps)
		}
		if st := a.Stats(now); (name == "JPEG") != (st.Skipped > 20) {
			t.Errorf("%s: %d pictures skipped of %d, quality %d", name, st.Skipped, st.Sent.Frames, a.Quality())
		}
	}
}

// A large picture leaves in bursts over half of its time.
func TestPause(t *testing.T) {
	s := New(begin, configA())
	for size, want := range map[int]time.Duration{500: 0, 7000: 0, 30000: s.cfg.interval() / 2 / 4} {
		if got := s.Pause(size); got != want {
			t.Errorf("%d bytes: %v, want %v", size, got, want)
		}
	}
}

// Nothing is sent or shown against the direction, to nobody, or from strangers.
func TestDirection(t *testing.T) {
	a, b := New(begin, configA()), New(begin, configB())
	packets := send(t, a, begin, &Frame{Raw: picture(0)})
	if _, v := b.Receive(begin, packets[0], addrBB); v != rtpend.Stranger {
		t.Errorf("a stranger's packet is %v", v)
	}
	cfg := configB()
	cfg.Send, cfg.Receive = false, false
	b.Reconfigure(begin, cfg)
	for _, p := range packets {
		if jpeg, v := b.Receive(begin, p, addrA); v != rtpend.Unheard || jpeg != nil {
			t.Errorf("a packet is %v", v)
		}
	}
	if p := send(t, b, begin, &Frame{Raw: picture(0)}); p != nil {
		t.Error("something is sent")
	}
}

// JPEG that can't be sent as it is is encoded again.
func TestEncoder(t *testing.T) {
	files, err := filepath.Glob("../mjpeg/testdata/*.jpg")
	if err != nil || len(files) == 0 {
		t.Fatal("no test images")
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var e Encoder
		m, err := e.Encode(&Frame{JPEG: b}, 75)
		if filepath.Base(name) == "arithmetic.jpg" {
			if err == nil {
				t.Error("arithmetic coding was understood")
			}
			continue
		}
		if err != nil || m.Width != 160 || m.Height != 120 {
			t.Errorf("%s: %d×%d (%v)", name, m.Width, m.Height, err)
		}
		a, c := New(begin, configA()), New(begin, configB())
		for _, p := range send(t, a, begin, &Frame{JPEG: b}) {
			if jpeg, _ := c.Receive(begin, p, addrA); jpeg != nil && count(t, jpeg) != 77 {
				t.Errorf("%s comes out as another picture", name)
			}
		}
		if c.Stats(begin).Received.Frames != 1 {
			t.Errorf("%s doesn't come out", name)
		}
	}
	var e Encoder
	if _, err := e.Encode(&Frame{}, 75); err == nil {
		t.Error("an empty picture was sent")
	}
}

// Nothing is allocated for a packet.
func TestAllocations(t *testing.T) {
	a, b := New(begin, configA()), New(begin, configB())
	var e Encoder
	m, err := e.Encode(&Frame{Raw: picture(0)}, 75)
	if err != nil {
		t.Fatal(err)
	}
	out, now := make([]byte, 0, 1500), begin
	turn := func() {
		now = now.Add(period)
		a.Capture(now, now, m)
		for {
			p, ok := a.Packet(out[:0])
			if !ok {
				return
			}
			b.Receive(now, p, addrA)
		}
	}
	turn()
	if n := testing.AllocsPerRun(20, turn); n != 0 {
		t.Errorf("%v allocations a picture", n)
	}
}

func BenchmarkEncode(b *testing.B) {
	var e Encoder
	f := &Frame{Raw: picture(0)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Encode(f, 60); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLibrary is image/jpeg alone, as an application would call it.
func BenchmarkLibrary(b *testing.B) {
	m := picture(0)
	b.ReportAllocs()
	for b.Loop() {
		if err := jpeg.Encode(new(bytes.Buffer), m, &jpeg.Options{Quality: 60}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, picture(0), nil); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(buf.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSession is a compressed picture from one session to the other.
func BenchmarkSession(b *testing.B) {
	s, r := New(begin, configA()), New(begin, configB())
	var e Encoder
	m, err := e.Encode(&Frame{Raw: picture(0)}, 75)
	if err != nil {
		b.Fatal(err)
	}
	out, now := make([]byte, 0, 1500), begin
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(period)
		s.Capture(now, now, m)
		for {
			p, ok := s.Packet(out[:0])
			if !ok {
				break
			}
			r.Receive(now, p, addrA)
		}
	}
}
