package codec

import (
	"testing"
)

func TestCatalogue(t *testing.T) {
	want := map[string][3]int{"PCMU": {0, 8000, 8000}, "PCMA": {8, 8000, 8000}, "G722": {9, 8000, 16000}}
	last := -1
	for _, s := range Catalogue() {
		if got := [3]int{s.PayloadType, s.ClockRate, s.SampleRate}; got != want[s.Name] || s.PayloadType <= last {
			t.Errorf("%s: %v, want %v", s.Name, got, want[s.Name])
		}
		last = s.PayloadType
		delete(want, s.Name)
	}
	if len(want) != 0 {
		t.Errorf("missing: %v", want)
	}
}

func TestLookup(t *testing.T) {
	for _, s := range Catalogue() {
		if got, ok := Lookup(s.Name, s.ClockRate); !ok || got.PayloadType != s.PayloadType {
			t.Errorf("%s: %+v", s.Name, got)
		}
	}
	if s, ok := Lookup("g722", 8000); !ok || s.Name != "G722" {
		t.Error("the name's case matters")
	}
	for name, rate := range map[string]int{"G722": 16000, "PCMU": 16000, "": 8000, "opus": 48000} {
		if s, ok := Lookup(name, rate); ok {
			t.Errorf("%s/%d is %+v", name, rate, s)
		}
	}
}

// TestStreamsDoNotShareState: what one encoder or decoder has gone through
// does not matter to the next.
func TestStreamsDoNotShareState(t *testing.T) {
	for _, s := range Catalogue() {
		pcm := voice(s.SampleRate / 10)
		first, second := s.NewEncoder(), s.NewEncoder()
		a := first.Encode(nil, pcm)
		first.Encode(nil, pcm)
		if b := second.Encode(nil, pcm); string(a) != string(b) {
			t.Errorf("%s: a second encoder differs", s.Name)
		}
		one, _ := s.NewDecoder().Decode(nil, a)
		two, _ := s.NewDecoder().Decode(nil, a)
		if different(one, two) >= 0 {
			t.Errorf("%s: a second decoder differs", s.Name)
		}
	}
}

// TestDestinationsAreExtended: what dst holds stays, and frames make the same
// stream as the whole.
func TestDestinationsAreExtended(t *testing.T) {
	for _, s := range Catalogue() {
		pcm := voice(s.SampleRate / 10)
		whole := s.NewEncoder().Encode(nil, pcm)
		enc, dec := s.NewEncoder(), s.NewDecoder()
		coded, back := []byte("head"), []int16{1, 2}
		for frame := s.SampleRate / 100; len(pcm) > 0; pcm = pcm[frame:] {
			had := len(coded)
			coded = enc.Encode(coded, pcm[:frame])
			var err error
			if back, err = dec.Decode(back, coded[had:]); err != nil {
				t.Fatal(err)
			}
		}
		if string(coded) != "head"+string(whole) {
			t.Errorf("%s: frames are coded differently", s.Name)
		}
		want, _ := s.NewDecoder().Decode([]int16{1, 2}, whole)
		if different(back, want) >= 0 {
			t.Errorf("%s: frames are decoded differently", s.Name)
		}
	}
}

func TestEmptyPayloads(t *testing.T) {
	for _, s := range Catalogue() {
		if b := s.NewEncoder().Encode(nil, nil); len(b) != 0 {
			t.Errorf("%s: nothing makes %x", s.Name, b)
		}
		if pcm, err := s.NewDecoder().Decode(nil, nil); err != nil || len(pcm) != 0 {
			t.Errorf("%s: nothing makes %v, %v", s.Name, pcm, err)
		}
	}
}

func TestAFrameCostsNoAllocation(t *testing.T) {
	for _, s := range Catalogue() {
		enc, dec := s.NewEncoder(), s.NewDecoder()
		pcm, payload := voice(s.SampleRate/50), make([]byte, 0, 400)
		back := make([]int16, 0, 400)
		if n := testing.AllocsPerRun(100, func() {
			payload = enc.Encode(payload[:0], pcm)
			back, _ = dec.Decode(back[:0], payload)
		}); n != 0 || len(back) != len(pcm) {
			t.Errorf("%s: %v allocations, %d samples", s.Name, n, len(back))
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0x7f, 0x80, 0xff})
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, s := range Catalogue() {
			pcm, err := s.NewDecoder().Decode(nil, payload)
			if err != nil || len(pcm) != len(payload)*s.SampleRate/s.ClockRate {
				t.Errorf("%s: %d bytes give %d samples, %v", s.Name, len(payload), len(pcm), err)
			}
			if coded := s.NewEncoder().Encode(nil, pcm); len(coded) != len(payload) {
				t.Errorf("%s: %d bytes come back as %d", s.Name, len(payload), len(coded))
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	for _, s := range Catalogue() {
		b.Run(s.Name, func(b *testing.B) {
			enc, pcm, payload := s.NewEncoder(), voice(s.SampleRate/50), make([]byte, 0, 400)
			b.ReportAllocs()
			for b.Loop() {
				payload = enc.Encode(payload[:0], pcm)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, s := range Catalogue() {
		b.Run(s.Name, func(b *testing.B) {
			payload := s.NewEncoder().Encode(nil, voice(s.SampleRate/50))
			dec, pcm := s.NewDecoder(), make([]int16, 0, 400)
			b.ReportAllocs()
			for b.Loop() {
				pcm, _ = dec.Decode(pcm[:0], payload)
			}
		})
	}
}
