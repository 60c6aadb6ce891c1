package audio

import (
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// TestDeepen: a device that ran dry holds as much more as it was short of, as long
// as that is a delay which a call bears.
func TestDeepen(t *testing.T) {
	for _, test := range []struct{ depth, missing, want int }{
		{2, 0, 3}, {2, 1, 3}, {2, 3, 5}, {2, 6, 8}, {2, 7, 3}, {2, 50, 3},
		{7, 1, 8}, {8, 1, 8}, {25, 1, 25}, {25, 50, 25},
	} {
		var o outlet
		o.depth.Store(int32(test.depth))
		if got := o.deepen(test.missing); got != test.want || o.target() != float64(test.want) || o.dry.Load() != 1 {
			t.Errorf("from %d by %d: %d, want %d", test.depth, test.missing, got, test.want)
		}
	}
}

// TestBalance: what a device has to play becomes less with the time, and then is
// missing.
func TestBalance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := outlet{opened: time.Now()}
		time.Sleep(time.Second)
		o.has(320)
		for _, want := range []struct{ balance, unplayed float64 }{{320, 320}, {120, 120}, {-80, 0}} {
			// To a thousandth of a sample: processors that multiply and add at once
			// round otherwise.
			if balance, unplayed := o.balance(8000), o.unplayed(8000); math.Abs(balance-want.balance) > 1e-3 || math.Abs(unplayed-want.unplayed) > 1e-3 {
				t.Errorf("%g and %g, want %g and %g", balance, unplayed, want.balance, want.unplayed)
			}
			time.Sleep(25 * time.Millisecond)
		}
	})
}
