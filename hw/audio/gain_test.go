package audio

import (
	"slices"
	"testing"
	"testing/synctest"
)

func TestGain(t *testing.T) {
	pcm := []int16{16384, -32768, 1, 0}
	for _, test := range []struct {
		percent int
		muted   bool
		want    []int16
	}{
		{100, false, pcm},
		{50, false, []int16{4096, -8192, 0, 0}},
		{0, false, []int16{0, 0, 0, 0}},
		{100, true, []int16{0, 0, 0, 0}},
		{500, false, pcm},
		{-1, false, []int16{0, 0, 0, 0}},
	} {
		var g Gain
		g.Set(test.percent, test.muted)
		if got := g.apply(new([]int16), pcm); !slices.Equal(got, test.want) {
			t.Errorf("%d %%, %v: %v", test.percent, test.muted, got)
		}
	}
	var g Gain
	if percent, muted := g.Get(); percent != 100 || muted {
		t.Errorf("at first %d %%, %v", percent, muted)
	}
}

// TestLoudness: where there is no card the stream itself is less loud.
func TestLoudness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heard, gain := &memory{}, &Gain{}
		l := NewLoudness("null", gain)
		s, err := OpenFake(Config{Rate: 8000, Gain: gain}, silence{}, heard)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Set(50, false); err != nil {
			t.Error(err)
		}
		if percent, muted, own, err := l.Get(); percent != 50 || muted || own || err != nil {
			t.Errorf("%d %%, %v, %v, %v", percent, muted, own, err)
		}
		if _, err := s.Write(constant(160, 1000)); err != nil {
			t.Error(err)
		}
		closeStream(t, s)
		if !slices.Equal(heard.pcm, constant(160, 250)) {
			t.Errorf("heard %v", heard.pcm)
		}
	})
}
