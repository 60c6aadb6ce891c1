package codec

import (
	"math"
	"testing"
)

// segment is a row of G.711's tables 1 and 2: intervals of a size, the first
// of them beginning at low, in the law's own units.
type segment struct{ intervals, size, low int }

// The positive half of both laws, from zero. The two halves are symmetrical.
var (
	alawRows = []segment{{16, 2, 0}, {16, 2, 32}, {16, 4, 64}, {16, 8, 128}, {16, 16, 256}, {16, 32, 512}, {16, 64, 1024}, {16, 128, 2048}}
	ulawRows = []segment{{1, 1, 0}, {15, 2, 1}, {16, 4, 31}, {16, 8, 95}, {16, 16, 223}, {16, 32, 479}, {16, 64, 991}, {16, 128, 2015}, {16, 256, 4063}}
)

// law is one of the laws as its table tells it.
type law struct {
	name    string
	rows    []segment
	unit    int // 16-bit samples
	invert  byte
	encode  func(int16) byte
	decoded *[256]int16
}

func laws() []law {
	return []law{
		{"A", alawRows, 8, 0x55, alawCode, &alawLinear},
		{"µ", ulawRows, 4, 0x7f, ulawCode, &ulawLinear},
	}
}

// interval gives the number, counted from zero, and the bounds in samples of
// the interval that holds a magnitude; the highest one is open.
func (l law) interval(magnitude int) (n, low, high int) {
	for i, row := range l.rows {
		for k := range row.intervals {
			low = (row.low + k*row.size) * l.unit
			high = low + row.size*l.unit
			last := i == len(l.rows)-1 && k == row.intervals-1
			if magnitude < high || last {
				return n, low, high
			}
			n++
		}
	}
	panic("unreachable: the last interval is open")
}

// code is that of an interval: its number with the sign in front, and the bits
// inverted that the law inverts.
func (l law) code(n int, negative bool) byte {
	c := byte(n) | 0x80
	if negative {
		c = byte(n)
	}
	return c ^ l.invert
}

// TestG711EverySample holds all 65536 samples against the tables of decision
// values, and what is decoded against the middle of the interval.
func TestG711EverySample(t *testing.T) {
	for _, l := range laws() {
		for s := math.MinInt16; s <= math.MaxInt16; s++ {
			magnitude := s
			if s < 0 {
				magnitude = -s - 1
			}
			n, low, high := l.interval(magnitude)
			want := l.code(n, s < 0)
			if got := l.encode(int16(s)); got != want {
				t.Fatalf("%s-law: %d is coded as %#02x, want %#02x", l.name, s, got, want)
			}
			value := (low + high) / 2
			if l.name == "µ" && n == 0 {
				value = 0 // G.711 table 2: the middle of both halves' first intervals
			}
			if s < 0 {
				value = -value
			}
			if got := int(l.decoded[want]); got != value {
				t.Fatalf("%s-law: %#02x is decoded as %d, want %d", l.name, want, got, value)
			}
		}
	}
}

// TestG711EveryCode: to code what was decoded gives the same code, but for µ-law's
// negative zero.
func TestG711EveryCode(t *testing.T) {
	for _, l := range laws() {
		seen := map[byte]bool{}
		for code, v := range l.decoded {
			want := byte(code)
			if l.name == "µ" && code == 0x7f {
				want = 0xff
			}
			got := l.encode(v)
			if got != want {
				t.Errorf("%s-law: %#02x is %d, which is %#02x", l.name, code, v, got)
			}
			seen[got] = true
		}
		if len(seen) < 255 {
			t.Errorf("%s-law: only %d codes come back", l.name, len(seen))
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

// TestG711Milliwatt is the digital 1 kHz reference of G.711 tables 5 and 6:
// one period, whose level defines 0 dBm0.
func TestG711Milliwatt(t *testing.T) {
	for name, tt := range map[string]struct {
		decoder  Decoder
		period   []byte
		overload float64
	}{
		"A": {alaw{}, []byte{0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4}, 3.14},
		"µ": {ulaw{}, []byte{0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e}, 3.17},
	} {
		pcm, err := tt.decoder.Decode(nil, tt.period)
		if err != nil {
			t.Fatal(err)
		}
		power := 0.0
		for _, v := range pcm {
			power += float64(v) * float64(v) / float64(len(pcm))
		}
		sine := math.Sqrt(2*power) / fullScale
		if got := 20*math.Log10(sine) + tt.overload; math.Abs(got) > 0.1 {
			t.Errorf("%s-law: the reference is at %.2f dBm0", name, got)
		}
	}
}
