package call_test

import (
	"math/rand/v2"
	"testing"

	"github.com/imsphone/imsphone/protocol/call/calltest"
)

// TestRandomPlays has the phones do random things over a bad network, with
// fixed seeds: nothing may be left when everybody has hung up.
func TestRandomPlays(t *testing.T) {
	const plays, length = 150, 50
	for seed := range uint64(plays) {
		r := rand.New(rand.NewPCG(seed, 1))
		l := calltest.New()
		w := newWorld(l)
		for i := range length {
			w.act(byte(r.IntN(256)), i)
		}
		quiet := finish(l)
		if leaks := l.Leaks(); !quiet || len(leaks) > 0 {
			t.Fatalf("seed %d: quiet %v, %q\n%s", seed, quiet, leaks, l.Ladder())
		}
	}
}
