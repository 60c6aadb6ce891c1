package codec

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"testing"
)

func TestCatalogue(t *testing.T) {
	for _, s := range Catalogue() {
		got, ok := Lookup(s.Name, s.ClockRate)
		if !ok || got.PayloadType != s.PayloadType {
			t.Errorf("%s: %+v", s.Name, got)
		}
	}
	if _, ok := Lookup("g722", 8000); !ok {
		t.Error("the name's case matters")
	}
	if _, ok := Lookup("G722", 16000); ok {
		t.Error("G.722 at its sampling rate")
	}
}

// TestG711Laws checks every code and every sample: decoding a code and
// encoding it again gives the same code, and a sample comes back within half
// of its segment's step.
func TestG711Laws(t *testing.T) {
	for name, law := range map[string]struct {
		encode func(int16) byte
		table  *[256]int16
	}{"µ": {ulawCode, &ulawLinear}, "A": {alawCode, &alawLinear}} {
		for code, v := range law.table {
			if got := law.encode(v); got != byte(code) && law.table[got] != v {
				t.Errorf("%s-law code %#x → %d → %#x", name, code, v, got)
			}
		}
		for s := math.MinInt16; s <= math.MaxInt16; s++ {
			got := int(law.table[law.encode(int16(s))])
			if diff := max(s-got, got-s); diff > max(s, -s)/32+17 && diff > 644 {
				t.Fatalf("%s-law %d → %d", name, s, got)
			}
		}
	}
}

// TestG711KnownCodes are corner values of G.711 tables 1 and 2 at 16 bits.
func TestG711KnownCodes(t *testing.T) {
	for _, tt := range []struct {
		sample     int16
		ulaw, alaw byte
	}{
		{0, 0xff, 0xd5}, {-1, 0x7f, 0x55}, {32767, 0x80, 0xaa}, {-32768, 0x00, 0x2a}, {1000, 0xce, 0xfa}, {-1000, 0x4e, 0x7a},
	} {
		if u, a := ulawCode(tt.sample), alawCode(tt.sample); u != tt.ulaw || a != tt.alaw {
			t.Errorf("%d → %#x, %#x; want %#x, %#x", tt.sample, u, a, tt.ulaw, tt.alaw)
		}
	}
}

func readPCM(t *testing.T, file string) []int16 {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pcm := make([]int16, len(raw)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return pcm
}

// TestG722IsBitExact holds both directions against another implementation: the
// files are a sweep of 300 to 6800 Hz, as FFmpeg 5.1 codes and decodes it.
func TestG722IsBitExact(t *testing.T) {
	pcm, decoded := readPCM(t, "testdata/sweep.pcm"), readPCM(t, "testdata/sweep.decoded.pcm")
	coded, err := os.ReadFile("testdata/sweep.g722")
	if err != nil {
		t.Fatal(err)
	}
	got := newG722Encoder().Encode(nil, pcm)
	if !bytes.Equal(got, coded) {
		t.Errorf("encoder: %d of %d bytes differ", differences(got, coded), len(coded))
	}
	back, err := newG722Decoder().Decode(nil, coded)
	if err != nil {
		t.Fatal(err)
	}
	for i := range decoded {
		if back[i] != decoded[i] {
			t.Fatalf("decoder: sample %d is %d, want %d", i, back[i], decoded[i])
		}
	}
}

func differences(a, b []byte) (n int) {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			n++
		}
	}
	return n + max(len(a), len(b)) - min(len(a), len(b))
}

func TestAFrameCostsNoAllocation(t *testing.T) {
	for _, s := range Catalogue() {
		enc, dec := s.NewEncoder(), s.NewDecoder()
		pcm, payload := make([]int16, s.SampleRate/50), make([]byte, 0, 400)
		back := make([]int16, 0, 400)
		if n := testing.AllocsPerRun(100, func() {
			payload = enc.Encode(payload[:0], pcm)
			back, _ = dec.Decode(back[:0], payload)
		}); n != 0 || len(back) != len(pcm) {
			t.Errorf("%s: %v allocations, %d samples", s.Name, n, len(back))
		}
	}
}

func TestNoise(t *testing.T) {
	level, err := NoiseLevel(AppendNoise(nil, 40))
	if err != nil || level != 40 {
		t.Fatalf("%d, %v", level, err)
	}
	if _, err := NoiseLevel(nil); err == nil {
		t.Error("an empty payload has a level")
	}
	var n Noise
	pcm := make([]int16, 8000)
	n.Fill(pcm, level)
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	if got := -10 * math.Log10(sum/8000/(32768*32768)); math.Abs(got-40) > 0.5 {
		t.Errorf("level %.1f dB", got)
	}
}

func BenchmarkFrame(b *testing.B) {
	for _, s := range Catalogue() {
		b.Run(s.Name, func(b *testing.B) {
			enc, dec := s.NewEncoder(), s.NewDecoder()
			pcm, payload := make([]int16, s.SampleRate/50), make([]byte, 0, 400)
			back := make([]int16, 0, 400)
			for b.Loop() {
				payload = enc.Encode(payload[:0], pcm)
				back, _ = dec.Decode(back[:0], payload)
			}
		})
	}
}
