package rtcp

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	pion "github.com/pion/rtcp"
)

var (
	testSender = SenderInfo{NTP: 0xb44db705_20000000, RTP: 0xFFFFFFF0, Packets: 500, Octets: 80000}
	testBlock  = Block{SSRC: 0x01020304, Fraction: 64, Lost: -3, Highest: 0x00020005, Jitter: 99, LSR: 0xb7052000, DLSR: 0x00054000}
)

func reportsOfEachKind() map[string]Report {
	return map[string]Report{
		"sender":     {SSRC: 0xDEADBEEF, Sender: &testSender, Block: &testBlock, CNAME: "alice@192.0.2.1"},
		"receiver":   {SSRC: 0xDEADBEEF, Block: &testBlock, CNAME: "a"},
		"empty":      {SSRC: 0xDEADBEEF, CNAME: "ab"},
		"only sends": {SSRC: 0xDEADBEEF, Sender: &testSender, CNAME: "abc"},
		"goodbye":    {SSRC: 0xDEADBEEF, Sender: &testSender, Block: &testBlock, CNAME: "abcd", Bye: true},
		"long name":  {SSRC: 0xDEADBEEF, CNAME: strings.Repeat("x", 300)},
	}
}

// Another implementation reads what we write.
func TestAppendIsReadByPion(t *testing.T) {
	for name, r := range reportsOfEachKind() {
		packets, err := pion.Unmarshal(r.Append(nil))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := pion.CompoundPacket(packets).Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(pionReport(r), packets, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func pionReport(r Report) []pion.Packet {
	var blocks []pion.ReceptionReport
	if b := r.Block; b != nil {
		blocks = append(blocks, pion.ReceptionReport{SSRC: b.SSRC, FractionLost: b.Fraction, TotalLost: uint32(b.Lost) & 0xFFFFFF,
			LastSequenceNumber: b.Highest, Jitter: b.Jitter, LastSenderReport: b.LSR, Delay: b.DLSR})
	}
	var out []pion.Packet
	if s := r.Sender; s != nil {
		out = append(out, &pion.SenderReport{SSRC: r.SSRC, NTPTime: s.NTP, RTPTime: s.RTP, PacketCount: s.Packets, OctetCount: s.Octets,
			Reports: blocks, ProfileExtensions: []byte{}})
	} else {
		out = append(out, &pion.ReceiverReport{SSRC: r.SSRC, Reports: blocks, ProfileExtensions: []byte{}})
	}
	out = append(out, &pion.SourceDescription{Chunks: []pion.SourceDescriptionChunk{{Source: r.SSRC,
		Items: []pion.SourceDescriptionItem{{Type: pion.SDESCNAME, Text: r.CNAME[:min(255, len(r.CNAME))]}}}}})
	if r.Bye {
		out = append(out, &pion.Goodbye{Sources: []uint32{r.SSRC}})
	}
	return out
}

// We read what another implementation writes.
func TestReadOfPion(t *testing.T) {
	for name, r := range reportsOfEachKind() {
		b, err := pion.Marshal(pionReport(r))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(b, testBlock.SSRC)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(digestOf(r), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func digestOf(r Report) Digest {
	d := Digest{From: r.SSRC, CNAME: []byte(r.CNAME[:min(255, len(r.CNAME))]), Bye: r.Bye}
	if r.Sender != nil {
		d.HasSender, d.Sender = true, *r.Sender
	}
	if r.Block != nil {
		d.HasBlock, d.Block = true, *r.Block
	}
	return d
}

// What others say, and what is said about others, is passed over.
func TestReadPicksOurs(t *testing.T) {
	other := testBlock
	other.SSRC, other.Fraction = 99, 1
	b, err := pion.Marshal([]pion.Packet{
		&pion.ReceiverReport{SSRC: 1, Reports: []pion.ReceptionReport{{SSRC: 98}, {SSRC: testBlock.SSRC, FractionLost: 7}, {SSRC: 97}}},
		&pion.ReceiverReport{SSRC: 2, Reports: []pion.ReceptionReport{{SSRC: testBlock.SSRC, FractionLost: 200}}},
		&pion.SenderReport{SSRC: 2, NTPTime: 5},
		&pion.SourceDescription{Chunks: []pion.SourceDescriptionChunk{
			{Source: 2, Items: []pion.SourceDescriptionItem{{Type: pion.SDESCNAME, Text: "two"}}},
			{Source: 1, Items: []pion.SourceDescriptionItem{{Type: pion.SDESTool, Text: "t"}, {Type: pion.SDESCNAME, Text: "one"}}}}},
		&pion.PictureLossIndication{SenderSSRC: 1, MediaSSRC: testBlock.SSRC},
		&pion.Goodbye{Sources: []uint32{2, 3}, Reason: "over"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(b, testBlock.SSRC)
	want := Digest{From: 1, HasBlock: true, Block: Block{SSRC: testBlock.SSRC, Fraction: 7}, CNAME: []byte("one")}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// RFC 3550 A.2 and the structure of each packet.
func TestReadRefuses(t *testing.T) {
	const rr = "\x80\xc9\x00\x01\x00\x00\x00\x01"
	for name, c := range map[string]string{
		"nothing":                  "",
		"three bytes":              "\x80\xc9\x00",
		"version 1":                "\x40\xc9\x00\x01\x00\x00\x00\x01",
		"begins with SDES":         "\x80\xca\x00\x01\x00\x00\x00\x01",
		"begins with padding":      "\xa0\xc9\x00\x02\x00\x00\x00\x01\x00\x00\x00\x04",
		"no SSRC":                  "\x80\xc9\x00\x00",
		"longer than it is":        "\x80\xc9\x00\x02\x00\x00\x00\x01",
		"rest of two bytes":        rr + "\x80\xca",
		"second of version 0":      rr + "\x00\xca\x00\x00",
		"block missing":            "\x81\xc9\x00\x01\x00\x00\x00\x01",
		"sender part missing":      "\x80\xc8\x00\x01\x00\x00\x00\x01",
		"padding not last":         rr + "\xa0\xca\x00\x01\x00\x00\x00\x04\x80\xca\x00\x00",
		"padding of 0":             rr + "\xa0\xca\x00\x01\x00\x00\x00\x00",
		"padding of 3":             rr + "\xa0\xca\x00\x01\x00\x00\x00\x03",
		"padding too long":         rr + "\xa0\xca\x00\x01\x00\x00\x00\x08",
		"padding without a body":   rr + "\xa0\xca\x00\x00",
		"chunk of 4 bytes":         rr + "\x81\xca\x00\x01\x00\x00\x00\x01",
		"chunk without end":        rr + "\x81\xca\x00\x02\x00\x00\x00\x01\x01\x02ab",
		"item over the end":        rr + "\x81\xca\x00\x02\x00\x00\x00\x01\x01\x7fab",
		"item without a length":    rr + "\x81\xca\x00\x02\x00\x00\x00\x01\x01\x01a\x01",
		"goodbye without a source": rr + "\x82\xcb\x00\x01\x00\x00\x00\x01",
		"reason over the end":      rr + "\x81\xcb\x00\x02\x00\x00\x00\x01\x04abc",
	} {
		d, err := Read([]byte(c), 1)
		if !errors.Is(err, ErrCompound) || !reflect.DeepEqual(d, Digest{}) {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	for name, c := range map[string]string{
		"report alone":        rr,
		"padded last":         rr + "\xa1\xca\x00\x03\x00\x00\x00\x01\x01\x01a\x00\x00\x00\x00\x04",
		"extension":           "\x80\xc9\x00\x02\x00\x00\x00\x01\x99\x99\x99\x99",
		"empty SDES":          rr + "\x80\xca\x00\x00",
		"goodbye to nobody":   rr + "\x80\xcb\x00\x00",
		"unknown packet type": rr + "\x80\xdf\x00\x01\xff\xff\xff\xff",
	} {
		if _, err := Read([]byte(c), 1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Of a compound with flipped bytes either all is refused, or what is read is
// what those bytes say.
func TestReadOfMutations(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	good := reportsOfEachKind()["goodbye"].Append(nil)
	refused := 0
	for range 20000 {
		b := bytes.Clone(good)
		for range 1 + rnd.IntN(4) {
			b[rnd.IntN(len(b))] ^= byte(1 << rnd.IntN(8))
		}
		b = b[:len(b)-rnd.IntN(2)*rnd.IntN(len(b))]
		if d, err := Read(b, testBlock.SSRC); err != nil {
			refused++
			if !reflect.DeepEqual(d, Digest{}) {
				t.Fatalf("%x: refused, yet it says %+v", b, d)
			}
		}
	}
	if refused == 0 || refused == 20000 {
		t.Errorf("%d of 20000 refused", refused)
	}
}

func TestIsRTCP(t *testing.T) {
	for b, want := range map[string]bool{"": false, "\x80": false, "\x80\xc8": true, "\x80\xbf": false, "\x80\xc0": true, "\x80\xdf": true, "\x80\xe0": false, "\x80\x00": false, "\x80\x88": false} {
		if IsRTCP([]byte(b)) != want {
			t.Errorf("IsRTCP(%x) = %v", b, !want)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	r := reportsOfEachKind()["goodbye"]
	buf := make([]byte, 0, 256)
	allocs := testing.AllocsPerRun(100, func() {
		b := r.Append(buf[:0])
		if _, err := Read(b, 1); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%g allocations", allocs)
	}
}

// What is read, written again and read again is the same.
func FuzzRead(f *testing.F) {
	for _, r := range reportsOfEachKind() {
		f.Add(r.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Read(b, testBlock.SSRC)
		if err != nil {
			if !errors.Is(err, ErrCompound) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		r := Report{SSRC: d.From, CNAME: string(d.CNAME), Bye: d.Bye}
		if d.HasSender {
			r.Sender = &d.Sender
		}
		if d.HasBlock {
			r.Block = &d.Block
		}
		again, err := Read(r.Append(nil), testBlock.SSRC)
		if err != nil {
			t.Fatal(err)
		}
		if d.CNAME == nil {
			d.CNAME = []byte{}
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Fatalf("(-first +again):\n%s", diff)
		}
	})
}
