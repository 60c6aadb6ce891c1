package phone

import (
	"testing"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/hw/ipsec"
	"github.com/imsphone/imsphone/hw/ipsec/userspace"
)

func TestHintsOfOurOwnESP(t *testing.T) {
	if got := hintsOf(userspace.Stats{UnknownSPI: 3, NoPeer: 1}); got != "" {
		t.Errorf("what others send explains nothing: %q", got)
	}
	const want = "2 packets failed the integrity check: the P-CSCF's keys or algorithms differ from ours, or somebody forges; " +
		"1 packets came by an SA that isn't for their ports: the P-CSCF has mistaken SPIs or ports"
	if got := hintsOf(userspace.Stats{AuthFailed: 2, Mismatched: 1}); got != want {
		t.Errorf("%q", got)
	}
}

// TestOneLineCountsForTheKernel: its count is of all lines together.
func TestOneLineCountsForTheKernel(t *testing.T) {
	e := newESP(zerolog.Nop())
	e.kernel, e.swept[loopback] = &ipsec.Kernel{}, true
	counts := func(b backend, err error) bool {
		if err != nil {
			t.Fatal(err)
		}
		return b.(kernelBackend).counts
	}
	first, err := e.openKernel(loopback)
	if !counts(first, err) || counts(e.openKernel(loopback)) {
		t.Error("not just the first line counts")
	}
	if err := first.close(); err != nil || !counts(e.openKernel(loopback)) {
		t.Error("nobody counts any more")
	}
}
