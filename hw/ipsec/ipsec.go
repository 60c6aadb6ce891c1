package ipsec

import (
	"context"
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// Backend installs and removes sets of SAs. Its methods may be called from
// anywhere at any time.
type Backend interface {
	// Install brings up all four SAs of a set, or none. The side that role
	// names is ours.
	Install(ctx context.Context, set secagree.Set, role Role) (Handle, error)
	// Sweep removes what an earlier process left behind of sets that have addr
	// on one side, and tells how many SAs and policies that were. It touches
	// neither what this Backend's handles hold nor what other programs
	// installed; but two processes with sets of the same address sweep each
	// other's.
	Sweep(addr netip.Addr) (removed int, err error)
	// Close gives the backend's own resources back. It leaves sets in place:
	// close their handles first.
	Close() error
}

// Handle is an installed set.
type Handle interface {
	// Counters tells what each SA carried, in the order of
	// [secagree.Set.SAs].
	Counters() ([4]Counter, error)
	// SetLifetime has the SAs expire by themselves after d from now, as a
	// safety net: TS 33.203 §7 leaves it to the registration's timers to remove
	// them in time. Seconds count, a part of one counts as one.
	SetLifetime(d time.Duration) error
	// Close removes the SAs and their policies. Closing again does nothing.
	Close() error
}

// Counter is what one SA carried and refused.
type Counter struct {
	Packets, Bytes uint64
	// Replayed are packets that came twice or too late for the replay window.
	Replayed uint64
	// Forged are packets that failed the integrity check.
	Forged uint64
}

// Role is the side of a set that is ours.
type Role uint8

// The roles.
const (
	UE Role = iota
	PCSCF
)

// String names the role.
func (r Role) String() string { return [...]string{"UE", "P-CSCF"}[r] }

// sends tells whether the SA at place i of [secagree.Set.SAs] is one that r
// sends by.
func (r Role) sends(i int) bool {
	bySender := [4]Role{UE, PCSCF, PCSCF, UE}
	return bySender[i] == r
}
