//go:build !race

package esp

import (
	"testing"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestNoAllocations is not for the race detector, which allocates itself.
func TestNoAllocations(t *testing.T) {
	everySuite(t, func(t *testing.T, suite secagree.Suite) {
		s, o := pair(t, suite)
		body := payload(700)
		sealed, opened := make([]byte, 0, 2000), make([]byte, 0, 2000)
		forged := mustSeal(t, s, body)
		forged[len(forged)-1] ^= 1
		forged[7] = 200
		if n := testing.AllocsPerRun(100, func() {
			p, err := s.Seal(sealed, body, 17)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := o.Open(opened, p); err != nil {
				t.Fatal(err)
			}
			if _, _, err := o.Open(opened, forged); err != ErrAuth {
				t.Fatal(err)
			}
			if _, _, err := o.Open(opened, p); err != ErrReplay {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
