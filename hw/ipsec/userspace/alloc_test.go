//go:build !race

package userspace

import (
	"testing"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestNoAllocations seals and opens a packet. The race detector would allocate
// itself.
func TestNoAllocations(t *testing.T) {
	for _, suite := range secagree.Suites() {
		for _, mode := range modes {
			turn, delivered := newTurn(t, suite, mode, 700)
			const n = 100
			if got := testing.AllocsPerRun(n, turn); got != 0 {
				t.Errorf("%s %s: %v allocations", suite, mode, got)
			}
			if *delivered != n+1 {
				t.Errorf("%d of %d packets came", *delivered, n+1)
			}
		}
	}
}
