package call_test

import (
	"math/rand/v2"
	"testing"

	"github.com/imsphone/imsphone/protocol/call/calltest"
)

// TestRandomPlays has the phones do random things over a bad network, with
// fixed seeds, half of them with the actors running in any order: nothing may be left when everybody has hung up.
func TestRandomPlays(t *testing.T) {
	const plays, length = 150, 50
	for seed := uint64(0); seed < plays; seed += uint64(stride()) {
		r := rand.New(rand.NewPCG(seed, 1))
		l := calltest.New()
		w := newWorld(l)
		if seed%2 == 0 {
			l.Shuffle(r.IntN)
		}
		for i := range length {
			w.act(byte(r.IntN(256)), i)
		}
		quiet := finish(l)
		if leaks := l.Leaks(); !quiet || len(leaks) > 0 {
			t.Fatalf("seed %d: quiet %v, %q\n%s", seed, quiet, leaks, l.Ladder())
		}
	}
}

// TestAnyOrderOfActors plays the scenarios with the actors running in any order:
// every call goes through the same states, and nothing is unexpected. Those in
// which two things happen at once may end either way.
func TestAnyOrderOfActors(t *testing.T) {
	races := map[string]bool{"fork-double-200-crossing": true, "cancel-200-race": true, "cancel-before-ringing": true,
		"bye-crossing": true, "glare": true, "update-glare": true}
	for _, s := range scenarios() {
		straight := calltest.New()
		s.play(straight)
		finish(straight)
		for seed := range uint64(8) {
			l := calltest.New()
			l.Shuffle(rand.New(rand.NewPCG(seed, 2)).IntN)
			s.play(l)
			quiet := finish(l)
			if leaks := l.Leaks(); !quiet || len(leaks) > 0 {
				t.Fatalf("%s, seed %d: quiet %v, %q\n%s", s.name, seed, quiet, leaks, l.Ladder())
			}
			if !races[s.name] && (l.States() != straight.States() || l.Unexpected() > 0) {
				t.Fatalf("%s, seed %d: %d unexpected events, states\n%swant\n%s\n%s",
					s.name, seed, l.Unexpected(), l.States(), straight.States(), l.Ladder())
			}
		}
	}
}
