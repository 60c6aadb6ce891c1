package codec

import (
	"bytes"
	"errors"
	"math"
	"testing"
)

func TestNoisePayload(t *testing.T) {
	for _, tt := range []struct {
		wire  string
		level uint8
		first []float64
	}{
		{"\x28", 40, nil},
		{"\x7f\x7f\x00\xfe", 127, []float64{0, -127 * 258.0 / 32768, 127 * 258.0 / 32768}},
		{"\x00\x7e", 0, []float64{-258.0 / 32768}},
	} {
		s, err := ParseNoise([]byte(tt.wire))
		if err != nil || s.Level != tt.level || s.Order != len(tt.first) {
			t.Errorf("%x: %+v, %v", tt.wire, s, err)
		}
		for i, k := range tt.first {
			if math.Abs(s.Reflection[i]-k) > 1e-12 || math.Abs(k) >= 1 {
				t.Errorf("%x: coefficient %d is %v, want %v", tt.wire, i, s.Reflection[i], k)
			}
		}
		if got := s.Append([]byte("head")); string(got) != "head"+tt.wire {
			t.Errorf("%x: comes back as %x", tt.wire, got)
		}
	}
	if _, err := ParseNoise(nil); !errors.Is(err, ErrNoise) {
		t.Errorf("empty: %v", err)
	}
	if _, err := NoiseLevel(nil); !errors.Is(err, ErrNoise) {
		t.Errorf("empty: %v", err)
	}
}

func TestNoiseLevelOfAPayload(t *testing.T) {
	if level, err := NoiseLevel(AppendNoise(nil, 40)); err != nil || level != 40 {
		t.Errorf("%d, %v", level, err)
	}
	// The first bit is none of the level.
	if level, err := NoiseLevel([]byte{0x80 | 33, 1, 2, 3}); err != nil || level != 33 {
		t.Errorf("%d, %v", level, err)
	}
	if b := AppendNoise(nil, 200); !bytes.Equal(b, []byte{127}) {
		t.Errorf("% x", b)
	}
	if b := (NoiseShape{Order: 99, Reflection: [MaxNoiseOrder]float64{5, -5}}).Append(nil); len(b) != 1+MaxNoiseOrder || b[1] != 254 || b[2] != 0 {
		t.Errorf("% x", b)
	}
}

func dBov(pcm []int16) float64 {
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(len(pcm))/(32768*32768))
}

func TestNoiseHasItsLevel(t *testing.T) {
	for level := uint8(5); level <= 78; level++ {
		var n Noise
		pcm := make([]int16, 8000)
		n.Fill(pcm, level)
		if got := -dBov(pcm); math.Abs(got-float64(level)) > 0.3 {
			t.Errorf("level %d is %.2f", level, got)
		}
		if got := MeasureNoise(pcm); got != level {
			t.Errorf("level %d is measured as %d", level, got)
		}
		mean := 0.0
		for _, v := range pcm {
			mean += float64(v) / float64(len(pcm))
		}
		if math.Abs(mean) > 0.03*fullScale*math.Pow(10, -float64(level)/20) {
			t.Errorf("level %d has a mean of %v", level, mean)
		}
	}
}

func TestNoiseAtItsEnds(t *testing.T) {
	var n Noise
	pcm := make([]int16, 8000)
	n.Fill(pcm, 127)
	if got := MeasureNoise(pcm); got != 127 {
		t.Errorf("silence is measured as %d", got)
	}
	n.Fill(pcm, 0)
	if got := -dBov(pcm); math.Abs(got-4.77) > 0.2 {
		t.Errorf("the loudest is at −%.2f dBov", got)
	}
	n.Fill(nil, 10)
	if got := MeasureNoise(nil); got != 127 {
		t.Errorf("nothing is measured as %d", got)
	}
}

// TestShapedNoise: the first reflection coefficient is minus the correlation
// of neighbouring samples, and the level stays.
func TestShapedNoise(t *testing.T) {
	for _, k := range []float64{-0.9, -0.5, 0, 0.5, 0.9} {
		for _, level := range []uint8{20, 40, 60} {
			var n Noise
			n.Shape(NoiseShape{Order: 3, Reflection: [MaxNoiseOrder]float64{k, 0.3, -0.2}})
			pcm := make([]int16, 40000)
			n.Fill(pcm, level)
			var r0, r1 float64
			for i := 1; i < len(pcm); i++ {
				r0 += float64(pcm[i]) * float64(pcm[i])
				r1 += float64(pcm[i]) * float64(pcm[i-1])
			}
			if math.Abs(r1/r0+k) > 0.05 {
				t.Errorf("k %.1f, level %d: correlation %.3f", k, level, r1/r0)
			}
			if got := -dBov(pcm); math.Abs(got-float64(level)) > 0.7 {
				t.Errorf("k %.1f: level %d is %.2f", k, level, got)
			}
		}
	}
}

// TestShapedNoiseIsStable at the edge of what a payload can say, and turns
// white again.
func TestShapedNoiseIsStable(t *testing.T) {
	var n Noise
	pcm := make([]int16, 8000)
	for _, payload := range []string{"\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\x05\x00\xff\x00\xff\x00\xff\x00\xff\x00\xff"} {
		s, err := ParseNoise([]byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		n.Shape(s)
		n.Fill(pcm, 60)
		n.Fill(pcm, 60)
		if got := -dBov(pcm); got < 45 {
			t.Errorf("%x: level 60 is %.1f", payload, got)
		}
	}
	n.Shape(NoiseShape{Order: 99, Reflection: [MaxNoiseOrder]float64{5, -7}})
	n.Fill(pcm, 60)
	if got := -dBov(pcm); got < 45 {
		t.Errorf("impossible coefficients: level 60 is %.1f", got)
	}
	n.Shape(NoiseShape{})
	n.Fill(pcm, 60)
	if got := MeasureNoise(pcm); got != 60 {
		t.Errorf("white again: level 60 is %d", got)
	}
}

func TestNoiseDoesNotAllocate(t *testing.T) {
	var n Noise
	pcm, payload := make([]int16, 160), []byte{40, 100, 140}
	buf := make([]byte, 0, 20)
	if a := testing.AllocsPerRun(100, func() {
		s, _ := ParseNoise(payload)
		n.Shape(s)
		n.Fill(pcm, s.Level)
		buf = s.Append(buf[:0])
	}); a != 0 {
		t.Errorf("%v allocations", a)
	}
}

func FuzzNoise(f *testing.F) {
	f.Add([]byte{40})
	f.Add([]byte{0xff, 0, 127, 254, 255, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseNoise(b)
		if err != nil {
			if len(b) > 0 {
				t.Errorf("% x: %v", b, err)
			}
			return
		}
		want := bytes.Clone(b[:min(len(b), 1+MaxNoiseOrder)])
		want[0] &= 0x7f
		for i := range want[1:] {
			want[1+i] = min(want[1+i], 254) // 255 is no value
		}
		if again := s.Append(nil); !bytes.Equal(again, want) {
			t.Errorf("% x → %+v → % x", b, s, again)
		}
		var n Noise
		n.Shape(s)
		n.Fill(make([]int16, 160), s.Level)
	})
}

func BenchmarkNoise(b *testing.B) {
	var n Noise
	n.Shape(NoiseShape{Order: MaxNoiseOrder})
	pcm := make([]int16, 160)
	for b.Loop() {
		n.Fill(pcm, 50)
	}
}
