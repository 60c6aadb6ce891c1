package session

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/imsphone/imsphone/media/codec"
	"github.com/imsphone/imsphone/media/rtpend"
)

const frameTime = 20 * time.Millisecond

var (
	begin   = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	addrA   = netip.MustParseAddrPort("192.0.2.1:4000")
	addrB   = netip.MustParseAddrPort("192.0.2.2:5000")
	addrBB  = netip.MustParseAddrPort("192.0.2.2:5001") // B's RTCP
	another = netip.MustParseAddrPort("192.0.2.2:5555") // B's host, another port
	evil    = netip.MustParseAddrPort("198.51.100.6:6666")
)

func spec(name string) codec.Spec {
	s, ok := codec.Lookup(name, 8000)
	if !ok {
		panic(name)
	}
	return s
}

// configA is the configuration of a phone at A that talks with B.
func configA() Config {
	c := spec("PCMU")
	return Config{
		SSRC: 0xAAAA, SeqStart: 65500, TSStart: 1<<32 - 4000, CNAME: "a", Random: func() float64 { return 0.5 },
		Codec: c, PayloadType: 0, ReceiveType: 0, EventType: 101, EventReceiveType: 101, EventClock: 8000,
		Send: true, Receive: true, Remote: addrB,
	}
}

// configB is the same at B.
func configB() Config {
	c := configA()
	c.SSRC, c.SeqStart, c.TSStart, c.CNAME, c.Remote = 0xBBBB, 100, 5000, "b", addrA
	return c
}

func withCodec(c Config, name string) Config {
	c.Codec = spec(name)
	c.PayloadType, c.ReceiveType = uint8(c.Codec.PayloadType), uint8(c.Codec.PayloadType)
	return c
}

// tone is an endless sine.
type tone struct {
	hz   float64
	rate int
	at   int
}

func (g *tone) fill(pcm []int16) {
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(2*math.Pi*g.hz*float64(g.at)/float64(g.rate)))
		g.at++
	}
}

// level is the amplitude of a frequency in pcm (Goertzel).
func level(pcm []int16, hz float64, rate int) float64 {
	w := 2 * math.Pi * hz / float64(rate)
	var re, im float64
	for i, v := range pcm {
		re += float64(v) * math.Cos(w*float64(i))
		im += float64(v) * math.Sin(w*float64(i))
	}
	return 2 * math.Hypot(re, im) / float64(len(pcm))
}

// packet makes an RTP packet.
func packet(payloadType uint8, seq uint16, stamp, ssrc uint32, payload []byte) []byte {
	b := make([]byte, rtpend.HeaderSize, rtpend.HeaderSize+len(payload))
	b[0], b[1] = 0x80, payloadType
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], stamp)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	return append(b, payload...)
}

// wire is a path from one session to another.
type wire struct {
	rnd    *rand.Rand
	delay  func() time.Duration
	loss   float64
	queue  []flight
	mangle func(b []byte, rtcp bool) []byte // nil gives the packet as it is
}

type flight struct {
	at   time.Time
	from netip.AddrPort
	b    []byte
	rtcp bool
}

func (w *wire) send(now time.Time, from netip.AddrPort, b []byte, rtcp bool) {
	if w.rnd.Float64() < w.loss {
		return
	}
	b = append([]byte(nil), b...)
	if w.mangle != nil {
		b = w.mangle(b, rtcp)
	}
	w.queue = append(w.queue, flight{now.Add(w.delay()), from, b, rtcp})
}

// arrive hands what has arrived by now to a session.
func (w *wire) arrive(now time.Time, to *Session) {
	rest := w.queue[:0]
	for _, f := range w.queue {
		switch {
		case f.at.After(now):
			rest = append(rest, f)
		case f.rtcp:
			to.ReceiveRTCP(f.at, f.b, f.from)
		default:
			to.Receive(f.at, f.b, f.from)
		}
	}
	w.queue = rest
}

// call is two sessions and the paths between them.
type call struct {
	a, b     *Session
	ab, ba   *wire
	now      time.Time
	micA     func([]int16)
	micB     func([]int16)
	heardA   []int16
	heardB   []int16
	eachTurn func(now time.Time)
}

func fixed(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

func newCall(a, b Config) *call {
	return &call{
		a: New(begin, a), b: New(begin, b), now: begin,
		ab:   &wire{rnd: rand.New(rand.NewPCG(1, 1)), delay: fixed(30 * time.Millisecond)},
		ba:   &wire{rnd: rand.New(rand.NewPCG(2, 2)), delay: fixed(30 * time.Millisecond)},
		micA: (&tone{hz: 440, rate: a.Codec.SampleRate}).fill,
		micB: (&tone{hz: 1000, rate: b.Codec.SampleRate}).fill,
	}
}

// run lets time go by, one frame at a time.
func (c *call) run(length time.Duration) {
	for end := c.now.Add(length); c.now.Before(end); c.now = c.now.Add(frameTime) {
		c.ab.arrive(c.now, c.b)
		c.ba.arrive(c.now, c.a)
		if c.eachTurn != nil {
			c.eachTurn(c.now)
		}
		c.heardA = c.turn(c.a, c.micA, addrA, c.ab, c.heardA)
		c.heardB = c.turn(c.b, c.micB, addrB, c.ba, c.heardB)
	}
}

func (c *call) turn(s *Session, mic func([]int16), from netip.AddrPort, out *wire, heard []int16) []int16 {
	pcm := make([]int16, s.SampleRate()/50)
	mic(pcm)
	if b, ok := s.Capture(c.now, pcm, nil); ok {
		out.send(c.now, from, b, false)
	}
	if b, ok := s.Report(c.now, nil); ok {
		out.send(c.now, netip.AddrPortFrom(from.Addr(), from.Port()+1), b, true)
	}
	s.Playout(c.now, pcm)
	return append(heard, pcm...)
}

func (c *call) forget() { c.heardA, c.heardB = nil, nil }

// hears checks that pcm is a tone and little else.
func hears(t *testing.T, what string, pcm []int16, hz float64, rate int) {
	t.Helper()
	if l := level(pcm, hz, rate); l < 7000 || l > 8500 {
		t.Errorf("%s: the tone of %g Hz has amplitude %.0f, want 8000", what, hz, l)
	}
}

func silent(t *testing.T, what string, pcm []int16) {
	t.Helper()
	for i, v := range pcm {
		if v > 8 || v < -8 {
			t.Errorf("%s: sample %d of %d is %d", what, i, len(pcm), v)
			return
		}
	}
}
