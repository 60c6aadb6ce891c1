package audio

import (
	"math"
	"runtime"
	"testing"
)

func TestRingSize(t *testing.T) {
	for _, test := range [][2]int{{0, 1}, {1, 1}, {2, 2}, {3, 4}, {160, 256}, {256, 256}, {257, 512}} {
		if got := newRing(test[0]).size(); got != test[1] {
			t.Errorf("newRing(%d) has size %d, want %d", test[0], got, test[1])
		}
	}
}

// TestRingOrder pushes and pops pieces of changing sizes, also across the wrap
// of the counters, and expects every sample once and in order.
func TestRingOrder(t *testing.T) {
	r := newRing(16)
	r.put.Store(math.MaxUint32 - 100)
	r.got.Store(math.MaxUint32 - 100)
	var in, out int16
	for round := range 500 {
		pcm := make([]int16, round%19)
		for i := range pcm {
			pcm[i] = in + int16(i)
		}
		free := r.size() - r.len()
		n := r.push(pcm)
		if n != min(len(pcm), free) {
			t.Fatalf("round %d: pushed %d of %d with %d free", round, n, len(pcm), free)
		}
		in += int16(n)
		got := make([]int16, round%13)
		queued := r.len()
		n = r.pop(got)
		if n != min(len(got), queued) {
			t.Fatalf("round %d: popped %d of %d with %d queued", round, n, len(got), queued)
		}
		for _, s := range got[:n] {
			if s != out {
				t.Fatalf("round %d: popped %d, want %d", round, s, out)
			}
			out++
		}
	}
	if r.put.Load() > math.MaxUint32-100 {
		t.Error("the counters didn't wrap")
	}
}

func TestRingDrop(t *testing.T) {
	r := newRing(8)
	r.push([]int16{1, 2, 3, 4, 5})
	r.drop(2)
	one := make([]int16, 1)
	if r.pop(one); one[0] != 3 {
		t.Errorf("after dropping two: %d", one[0])
	}
	r.drop(100)
	if r.len() != 0 {
		t.Errorf("%d samples left after dropping all", r.len())
	}
}

// TestRingConcurrent is for the race detector; the consumer checks the order.
func TestRingConcurrent(t *testing.T) {
	const total = 1 << 17
	r := newRing(64)
	go func() {
		pcm := make([]int16, 17)
		for next := 0; next < total; {
			want := min(len(pcm), total-next)
			for i := range want {
				pcm[i] = int16(next + i)
			}
			n := r.push(pcm[:want])
			next += n
			if n == 0 {
				runtime.Gosched()
			}
		}
	}()
	pcm := make([]int16, 23)
	for next := 0; next < total; {
		n := r.pop(pcm)
		for _, s := range pcm[:n] {
			if s != int16(next) {
				t.Fatalf("sample %d is %d", next, s)
			}
			next++
		}
		if n == 0 {
			runtime.Gosched()
		}
	}
}
