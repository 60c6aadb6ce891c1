package sdp

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestAgreementsMirror: two sides of this package, each with random abilities,
// agree on the same thing, whoever offers and however often.
func TestAgreementsMirror(t *testing.T) {
	r := rand.New(rand.NewPCG(3264, 6337))
	agreed, failed := 0, 0
	for range 800 {
		a, b := new(Negotiation), new(Negotiation)
		addrA, addrB := randomAddr(r), randomAddr(r)
		for range 1 + r.IntN(5) {
			if r.IntN(2) == 0 {
				a, b, addrA, addrB = b, a, addrB, addrA
			}
			la, lb := randomLocal(r, addrA), randomLocal(r, addrB)
			if oneExchange(t, a, b, la, lb) {
				agreed++
			} else {
				failed++
			}
			if t.Failed() {
				return
			}
		}
	}
	if agreed < 500 || failed < 10 {
		t.Errorf("%d agreements, %d failures: the abilities are too much alike", agreed, failed)
	}
}

func oneExchange(t *testing.T, from, to *Negotiation, offerer, answerer Local) bool {
	t.Helper()
	offer, err := from.Offer(offerer)
	if err != nil {
		t.Fatalf("%v of %+v", err, offerer)
	}
	if err := to.Offered(offer); err != nil {
		t.Fatalf("%v in\n%s", err, offer)
	}
	answer, b, err := to.Answer(answerer)
	if errors.Is(err, ErrNoCommonCodec) {
		from.Cancel()
		to.Cancel()
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	a, err := from.Answered(answer)
	if err != nil {
		t.Fatalf("%v: offer\n%sanswer\n%s", err, offer, answer)
	}
	for i := range a.Streams {
		x, y := &a.Streams[i], &b.Streams[i]
		diff := mirrored(x, y)
		if x.Remote != y.Local || y.Remote != x.Local || !x.Rejected && (x.Local.Addr() != offerer.Addr || y.Local.Addr() != answerer.Addr) {
			diff += "; wrong address"
		}
		if cx, okx := x.Codec(); !x.Rejected {
			if cy, oky := y.Codec(); okx != oky || !strings.EqualFold(cx.Name, cy.Name) {
				diff += "; other codec"
			}
		}
		if x.Ptime != y.Ptime {
			diff += "; other packet length"
		}
		if diff != "" {
			t.Fatalf("stream %d: %s: offer\n%sanswer\n%s", i, diff, offer, answer)
		}
	}
	return true
}

func randomAddr(r *rand.Rand) netip.Addr {
	if r.IntN(2) == 0 {
		return netip.AddrFrom4([4]byte{192, 0, 2, byte(1 + r.IntN(250))})
	}
	return netip.MustParseAddr("2001:db8::1")
}

func randomLocal(r *rand.Rand, addr netip.Addr) Local {
	l := Local{Addr: addr, SessionID: r.Uint64() >> 2, Username: "x"}
	for i := range 1 + r.IntN(3) {
		s := Stream{
			Kind: []string{"audio", "audio", "video"}[r.IntN(3)], Port: uint16(4000 + 2*i),
			Direction: Direction(r.IntN(8)), Ptime: time.Duration(10*r.IntN(4)) * time.Millisecond,
			RTCPMux: r.IntN(2) == 0, Codecs: randomCodecs(r),
		}
		if s.Direction > Inactive {
			s.Direction = SendRecv
		}
		if r.IntN(10) == 0 {
			s.Port = 0
		}
		l.Streams = append(l.Streams, s)
	}
	return l
}

func randomCodecs(r *rand.Rand) (list []Codec) {
	all := []Codec{
		pcmu, pcma, g722, opus, events, noise,
		{97, "AMR", 8000, 1, "octet-align=1"}, {98, "AMR", 8000, 1, ""}, {99, "AMR-WB", 16000, 1, "mode-set=0,2"},
		{100, "telephone-event", 16000, 1, "0-15"}, {31, "H261", 90000, 1, ""}, {102, "H264", 90000, 1, "packetization-mode=1"},
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, c := range all[:1+r.IntN(len(all))] {
		if c.PayloadType >= 96 {
			c.PayloadType = uint8(96 + r.IntN(32)) // may collide: Offer sorts that out
		}
		list = append(list, c)
	}
	return list
}

// TestBrokenDescriptions mutates real descriptions line by line: what is still
// read prints and reads the same again.
func TestBrokenDescriptions(t *testing.T) {
	r := rand.New(rand.NewPCG(4566, 8866))
	bodies := peerBodies(t)
	read := 0
	for range 3000 {
		body := mutate(r, bodies)
		first, err := Parse(body)
		if err != nil {
			continue
		}
		read++
		text := first.String()
		second, err := Parse(text)
		if err != nil {
			t.Fatalf("%q was printed as\n%s\nand refused: %v", body, text, err)
		}
		if again := second.String(); again != text {
			t.Fatalf("%q was printed as\n%s\nthen as\n%s", body, text, again)
		}
	}
	if read < 250 {
		t.Errorf("only %d were read", read)
	}
}

func mutate(r *rand.Rand, bodies []string) string {
	lines := strings.Split(bodies[r.IntN(len(bodies))], "\n")
	for range 1 + r.IntN(4) {
		i, j := r.IntN(len(lines)), r.IntN(len(lines))
		switch r.IntN(6) {
		case 0:
			lines[i], lines[j] = lines[j], lines[i]
		case 1:
			lines[i] = lines[j]
		case 2:
			lines[i] = lines[i][:r.IntN(len(lines[i])+1)]
		case 3:
			other := strings.Split(bodies[r.IntN(len(bodies))], "\n")
			lines[i] += "\n" + other[r.IntN(len(other))]
		case 4:
			at := r.IntN(len(lines[i]) + 1)
			lines[i] = lines[i][:at] + string(" \t=:;/0\x00,4294967296"[r.IntN(18)]) + lines[i][at:]
		case 5:
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}
