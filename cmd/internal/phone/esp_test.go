package phone

import (
	"testing"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/hw/ipsec/userspace"
)

func TestHintsOfOurOwnESP(t *testing.T) {
	if got := hintsOf(userspace.Stats{UnknownSPI: 3, NoPeer: 1}, userspace.Stats{}); got != "" {
		t.Errorf("what others send explains nothing: %q", got)
	}
	const want = "2 packets failed the integrity check: the P-CSCF's keys or algorithms differ from ours, or somebody forges; " +
		"1 packets came by an SA that isn't for their ports: the P-CSCF has mistaken SPIs or ports"
	if got := hintsOf(userspace.Stats{AuthFailed: 5, Mismatched: 1, Replayed: 4}, userspace.Stats{AuthFailed: 3, Replayed: 4}); got != want {
		t.Errorf("%q", got)
	}
}

// TestOneLineCountsForTheKernel: its count is of all lines together.
func TestOneLineCountsForTheKernel(t *testing.T) {
	e := newESP(zerolog.Nop())
	first := &kernelBackend{esp: e, counts: e.count()}
	second := &kernelBackend{esp: e, counts: e.count()}
	if !first.counts || second.counts || second.outside() != 0 {
		t.Error("not just the first line counts")
	}
	if err := second.close(); err != nil || e.count() {
		t.Error("a line that doesn't count leaves its place to another")
	}
	if err := first.close(); err != nil || !e.count() {
		t.Error("nobody counts any more")
	}
}
