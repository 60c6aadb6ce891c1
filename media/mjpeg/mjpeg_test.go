package mjpeg

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// What comes out of the packets decodes to the very picture that went in.
func TestRoundTrip(t *testing.T) {
	for name, jpeg := range map[string][]byte{
		"4:2:0":               encoded(t, 320, 240, 75, 1),
		"poor":                encoded(t, 320, 240, 5, 1),
		"quality 100":         encoded(t, 320, 240, 100, 1),
		"4:2:2":               file(t, "422.jpg"),
		"restarts":            file(t, "restarts.jpg"),
		"4:2:2 with restarts": file(t, "422-restarts.jpg"),
		"no Huffman tables":   withoutDHT(file(t, "422.jpg")),
		"sides of no block":   encoded(t, 330, 250, 75, 1),
	} {
		for _, size := range []int{MinPayload, 1200, 65000} {
			var p Packetiser
			var a Assembler
			var out []byte
			packets := cut(&p, parsed(t, jpeg), 65530, 1<<32-5, size)
			for i, s := range packets {
				if len(s.payload) > size {
					t.Errorf("%s: a payload of %d bytes, more than %d", name, len(s.payload), size)
				}
				if s.marker != (i == len(packets)-1) {
					t.Errorf("%s: packet %d of %d has marker %v", name, i, len(packets), s.marker)
				}
				if out != nil {
					t.Errorf("%s: complete before packet %d of %d", name, i, len(packets))
				}
				out = push(t, &a, s)
			}
			want := decoded(t, withDHT(jpeg))
			got := decoded(t, out)
			wantSize := want.Rect.Max
			if got.Rect.Max.X != (wantSize.X+7)/8*8 || got.Rect.Max.Y != (wantSize.Y+7)/8*8 {
				t.Errorf("%s: %v came out as %v", name, wantSize, got.Rect.Max)
			}
			for y := range wantSize.Y {
				for x := range wantSize.X {
					if want.YCbCrAt(x, y) != got.YCbCrAt(x, y) {
						t.Fatalf("%s, payloads of %d: pixel %d,%d differs", name, size, x, y)
					}
				}
			}
		}
	}
}

// withoutDHT leaves the Huffman tables out, as cameras do.
func withoutDHT(jpeg []byte) []byte {
	out := slices.Clone(jpeg)
	for {
		at := bytes.Index(out, []byte{0xFF, markDHT})
		if at < 0 {
			return out
		}
		out = slices.Delete(out, at, at+2+int(out[at+2])<<8+int(out[at+3]))
	}
}

// withDHT gives an image without Huffman tables those that it means.
func withDHT(jpeg []byte) []byte {
	if bytes.Contains(jpeg, []byte{0xFF, markDHT}) {
		return jpeg
	}
	var dht []byte
	for i, table := range []string{dcLuma, acLuma, dcChroma, acChroma} {
		dht = append(dht, 0xFF, markDHT, 0, byte(3+len(table)), byte(i%2<<4|i/2))
		dht = append(dht, table...)
	}
	return slices.Insert(slices.Clone(jpeg), 2, dht...)
}

// A number stands for the usual tables; others are sent.
func TestQuality(t *testing.T) {
	for _, quality := range []int{1, 20, 49, 50, 75, 99} {
		var p Packetiser
		if got := cut(&p, parsed(t, encoded(t, 96, 96, quality, 0)), 0, 0, 1200)[0].payload[5]; int(got) != quality {
			t.Errorf("quality %d is sent as Q %d", quality, got)
		}
	}
	var p Packetiser
	for range 2 {
		packets := cut(&p, parsed(t, file(t, "own-tables.jpg")), 0, 0, MinPayload)
		if got := packets[0].payload[5]; got != everyFrame {
			t.Errorf("tables of their own are sent as Q %d", got)
		}
		if a, b := len(packets[0].payload), len(packets[1].payload); a != b {
			t.Errorf("payloads of %d and %d bytes", a, b)
		}
	}
}

// Cameras' images that can't be sent as they are say why.
func TestUnsuited(t *testing.T) {
	for name, want := range map[string]string{
		"444.jpg":         "JPEG that RTP can't carry: its colours are sampled 1×1, 1×1, 1×1, and neither 4:2:2 nor 4:2:0",
		"progressive.jpg": "JPEG that RTP can't carry: it is progressive (SOF2)",
		"optimised.jpg":   "JPEG that RTP can't carry: its Huffman tables are its own",
		"arithmetic.jpg":  "JPEG that RTP can't carry: it is arithmetically coded",
		"grey.jpg":        "JPEG that RTP can't carry: it has 1 components",
	} {
		_, err := Parse(file(t, name))
		if !errors.Is(err, ErrUnsuited) || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	twelve := encoded(t, 96, 96, 75, 0)
	twelve[bytes.Index(twelve, []byte{0xFF, markSOF0})+4] = 12
	if _, err := Parse(twelve); !errors.Is(err, ErrUnsuited) {
		t.Errorf("12 bits a sample: %v", err)
	}
}

// An image that is cut off anywhere before its data is malformed.
func TestTruncated(t *testing.T) {
	jpeg := file(t, "422-restarts.jpg")
	data := len(jpeg) - len(parsed(t, jpeg).Scan) - 2
	for n := range data {
		if _, err := Parse(jpeg[:n]); !errors.Is(err, ErrMalformed) {
			t.Fatalf("%d of %d bytes: %v", n, len(jpeg), err)
		}
	}
}

// Packets that are lost, doubled or overtaken.
func TestDelivery(t *testing.T) {
	var p Packetiser
	one := cut(&p, parsed(t, encoded(t, 320, 240, 50, 1)), 65534, 1000, 1200)
	two := cut(&p, parsed(t, encoded(t, 320, 240, 50, 2)), 65534+uint16(len(one)), 7000, 1200)
	three := cut(&p, parsed(t, encoded(t, 320, 240, 50, 3)), 65534+uint16(len(one)+len(two)), 13000, 1200)
	if len(one) < 4 {
		t.Fatalf("only %d packets", len(one))
	}
	reversed := slices.Clone(one)
	slices.Reverse(reversed)
	for name, c := range map[string]struct {
		packets []sent
		want    []int // which images come out
		dropped uint64
	}{
		"in order":                {slices.Concat(one, two, three), []int{1, 2, 3}, 0},
		"doubled":                 {slices.Concat(one, one, two[:2], two, three), []int{1, 2, 3}, 0},
		"backwards":               {reversed, []int{1}, 0},
		"one overtakes":           {slices.Concat(one[:2], two[:1], one[2:], two[1:]), []int{1, 2}, 0},
		"one is too late":         {slices.Concat(one[:2], two, one[2:], three), []int{2, 3}, 1},
		"lost in the middle":      {slices.Concat(one[:1], one[2:], two), []int{2}, 1},
		"lost at the beginning":   {slices.Concat(one[1:], two), []int{2}, 1},
		"lost at the end":         {slices.Concat(one[:len(one)-1], two), []int{2}, 1},
		"nothing of one came":     {slices.Concat(one, three), []int{1, 3}, 0},
		"two of three incomplete": {slices.Concat(one[1:], two[1:], three), []int{3}, 2},
	} {
		var a Assembler
		var got []int
		for _, s := range c.packets {
			if b := push(t, &a, s); b != nil {
				got = append(got, countOf(t, b))
			}
		}
		if !slices.Equal(got, c.want) || a.Dropped != c.dropped {
			t.Errorf("%s: images %v and %d dropped, want %v and %d", name, got, a.Dropped, c.want, c.dropped)
		}
	}
}

// Tables may come once for many images (RFC 2435 §3.1.8).
func TestCachedTables(t *testing.T) {
	var p Packetiser
	packets := cut(&p, parsed(t, file(t, "own-tables.jpg")), 0, 1000, 65000)
	first := slices.Clone(packets[0].payload)
	first[5] = 200
	later := slices.Clone(first)
	later[mainHeader+2], later[mainHeader+3] = 0, 0
	later = slices.Delete(later, mainHeader+tableHeader, mainHeader+tableHeader+2*tableSize)

	var a Assembler
	if _, err := a.Push(9, 500, true, later); !errors.Is(err, ErrMalformed) {
		t.Errorf("tables that never came: %v", err)
	}
	one := bytes.Clone(push(t, &a, sent{10, 1000, true, first}))
	two := push(t, &a, sent{11, 2000, true, later})
	if !bytes.Equal(one, two) || len(one) == 0 {
		t.Error("an image without its tables isn't the one with them")
	}
}

// One table serves all components, as FFmpeg means it.
func TestSingleTable(t *testing.T) {
	var p Packetiser
	b := slices.Clone(cut(&p, parsed(t, file(t, "own-tables.jpg")), 0, 1000, 65000)[0].payload)
	b[mainHeader+3] = tableSize
	at := mainHeader + tableHeader
	luma := slices.Clone(b[at:][:tableSize])
	b = slices.Delete(b, at+tableSize, at+2*tableSize)
	var a Assembler
	m := parsed(t, push(t, &a, sent{1, 1, true, b}))
	if !bytes.Equal(m.Luma, luma) || !bytes.Equal(m.Chroma, luma) {
		t.Error("the tables differ")
	}
}

// Nothing is allocated for a packet once the first images are through.
func TestAllocations(t *testing.T) {
	jpeg := encoded(t, 320, 240, 75, 1)
	var p Packetiser
	var a Assembler
	out, seq, stamp := make([]byte, 0, 1500), uint16(0), uint32(0)
	turn := func() {
		m, err := Parse(jpeg)
		if err != nil {
			t.Fatal(err)
		}
		for p.Begin(m); p.More(); seq++ {
			payload, last := p.Next(out[:0], 1200)
			if _, err := a.Push(seq, stamp, last, payload); err != nil {
				t.Fatal(err)
			}
		}
		stamp += 6000
	}
	turn()
	if n := testing.AllocsPerRun(50, turn); n != 0 {
		t.Errorf("%v allocations an image", n)
	}
}

func BenchmarkPacketise(b *testing.B) {
	jpeg := encoded(b, 320, 240, 75, 1)
	var p Packetiser
	out := make([]byte, 0, 1500)
	b.SetBytes(int64(len(jpeg)))
	b.ReportAllocs()
	for b.Loop() {
		m, err := Parse(jpeg)
		if err != nil {
			b.Fatal(err)
		}
		for p.Begin(m); p.More(); {
			p.Next(out[:0], 1200)
		}
	}
}

func BenchmarkAssemble(b *testing.B) {
	jpeg := encoded(b, 320, 240, 75, 1)
	var p Packetiser
	var a Assembler
	packets := cut(&p, parsed(b, jpeg), 0, 0, 1200)
	b.SetBytes(int64(len(jpeg)))
	b.ReportAllocs()
	stamp := uint32(0)
	for b.Loop() {
		stamp += 6000
		var done []byte
		for _, s := range packets {
			done, _ = a.Push(s.seq, stamp, s.marker, s.payload)
		}
		if done == nil {
			b.Fatal("not complete")
		}
	}
}
