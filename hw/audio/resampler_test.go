package audio

import (
	"math"
	"slices"
	"testing"
)

func sine(n int, hz, rate, peak float64) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(math.Round(peak * math.Sin(2*math.Pi*hz*float64(i)/rate)))
	}
	return pcm
}

func resample(t *testing.T, from, to int, src []int16) []int16 {
	t.Helper()
	r, err := NewResampler(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return r.Append(nil, src)
}

// TestResampleTone: a tone inside both bands comes out as the same tone, in
// place, with an error 60 dB below full scale.
func TestResampleTone(t *testing.T) {
	for _, rates := range [][2]int{{8000, 16000}, {16000, 8000}, {44100, 8000}, {8000, 44100}, {48000, 16000}, {11025, 48000}, {8000, 8000}} {
		from, to := rates[0], rates[1]
		tones := []float64{0, 300, 1000, 3000}
		if testing.Short() {
			tones = tones[2:]
		}
		for _, hz := range tones {
			src := sine(from/2, hz, float64(from), 10000)
			if hz == 0 {
				src = constant(from/2, 10000)
			}
			got := resample(t, from, to, src)
			if len(got) < to/2-to/50 || len(got) > to/2 {
				t.Errorf("%d→%d Hz: %d samples of %d", from, to, len(got), to/2)
			}
			for i := to / 50; i < len(got); i++ { // behind the onset
				want := 10000 * math.Sin(2*math.Pi*hz*float64(i)/float64(to))
				if hz == 0 {
					want = 10000
				}
				if diff := math.Abs(float64(got[i]) - want); diff > 33 {
					t.Fatalf("%d→%d Hz, tone of %g Hz: sample %d is off by %g", from, to, hz, i, diff)
				}
			}
		}
	}
}

// TestResampleAlias: what the lower rate can't hold is gone, 50 dB down.
func TestResampleAlias(t *testing.T) {
	got := resample(t, 48000, 8000, sine(24000, 5000, 48000, 10000))
	for i, v := range got[160:] {
		if v > 33 || v < -33 {
			t.Fatalf("sample %d of a tone above the band is %d", i, v)
		}
	}
}

// TestResamplePieces: the result doesn't depend on how the input is cut.
func TestResamplePieces(t *testing.T) {
	src := sine(20000, 700, 44100, 12000)
	want := resample(t, 44100, 8000, src)
	for _, size := range []int{1, 7, 160, 4096} {
		r, err := NewResampler(44100, 8000)
		if err != nil {
			t.Fatal(err)
		}
		var got []int16
		for part := range slices.Chunk(src, size) {
			got = r.Append(got, part)
		}
		if !slices.Equal(got, want) {
			t.Errorf("pieces of %d: another result", size)
		}
	}
}

func TestResampleClips(t *testing.T) {
	square := slices.Repeat(append(constant(40, math.MaxInt16), constant(40, math.MinInt16)...), 50)
	got := resample(t, 8000, 16000, square)
	if slices.Max(got) != math.MaxInt16 || slices.Min(got) != math.MinInt16 {
		t.Error("the overshoot of a full-scale square doesn't clip")
	}
	for i := 20; i < len(got)-1; i++ {
		if before, after := int(got[i-1]), int(got[i+1]); before > 20000 && after > 20000 && got[i] < 0 ||
			before < -20000 && after < -20000 && got[i] > 0 {
			t.Fatalf("wrapped around at %d", i)
		}
	}
}

func TestResamplerRefuses(t *testing.T) {
	for _, rates := range [][2]int{{0, 8000}, {8000, 0}, {-1, 8000}} {
		if _, err := NewResampler(rates[0], rates[1]); err == nil {
			t.Errorf("%v was accepted", rates)
		}
	}
}
