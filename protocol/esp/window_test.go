package esp

import "testing"

func TestWindow(t *testing.T) {
	type step struct {
		seq   uint32
		fresh bool
	}
	for _, test := range []struct {
		name  string
		steps []step
	}{
		{"zero never", []step{{0, false}, {1, true}, {0, false}}},
		{"zero never, within the window", []step{{63, true}, {0, false}}},
		{"duplicates", []step{{1, true}, {1, false}, {2, true}, {1, false}, {2, false}}},
		{"first is far", []step{{1000, true}, {937, true}, {936, false}, {1000, false}}},
		{"behind by 63", []step{{64, true}, {1, true}, {1, false}}},
		{"behind by 64", []step{{65, true}, {1, false}, {2, true}}},
		{"in reverse", []step{{4, true}, {3, true}, {2, true}, {1, true}, {3, false}}},
		{"jump of 63 keeps the last", []step{{10, true}, {73, true}, {10, false}, {11, true}}},
		{"jump of 64 drops it", []step{{10, true}, {74, true}, {10, false}, {11, true}}},
		{"jump of 65", []step{{10, true}, {75, true}, {11, false}, {12, true}}},
		{"far jump", []step{{1, true}, {4000000000, true}, {2, false}, {3999999937, true}}},
		{"the end", []step{{4294967295, true}, {4294967295, false}, {4294967232, true}, {4294967231, false}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var w window
			for i, step := range test.steps {
				if got := w.fresh(step.seq); got != step.fresh {
					t.Fatalf("step %d: fresh(%d) = %v", i, step.seq, got)
				}
				if step.fresh {
					w.accept(step.seq)
				}
			}
		})
	}
}

// TestWindowAgainstSet compares with a set of all numbers seen, over a long walk.
func TestWindowAgainstSet(t *testing.T) {
	var w window
	seen, top := map[uint32]bool{}, uint32(0)
	random := &drift{7}
	var b [2]byte
	for range 100000 {
		_, _ = random.Read(b[:])
		seq := top + uint32(b[0]%90) // 70 behind to 19 ahead …
		if b[1] == 0 {
			seq += 200 // … and some jumps
		}
		if seq < 70 {
			seq = 70
		}
		seq -= 70
		want := seq != 0 && !seen[seq] && (seq > top || top-seq < 64)
		if got := w.fresh(seq); got != want {
			t.Fatalf("top %d: fresh(%d) = %v", top, seq, got)
		}
		if want {
			w.accept(seq)
			seen[seq] = true
			top = max(top, seq)
		}
	}
	if top < 10000 {
		t.Fatalf("the walk came to %d only", top)
	}
}
