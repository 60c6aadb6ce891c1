package ipsec

import (
	"fmt"
	"time"

	"github.com/vishvananda/netlink/nl"
)

// installed is a set that the kernel has. Its fields are guarded by the kernel's
// mu.
type installed struct {
	kernel              *Kernel
	states              [4]state
	hasPolicy, hasState [4]bool
}

// Counters reads the kernel's counters. The error is [ErrGone] where SAs have
// expired.
func (h *installed) Counters() ([4]Counter, error) {
	var counters [4]Counter
	for i, s := range h.states {
		got, err := h.kernel.handle.XfrmStateGet(s.id())
		if err != nil {
			return counters, fmt.Errorf("%s: %w", s, explain(err))
		}
		stats := got.Statistics
		counters[i] = Counter{Packets: stats.Packets, Bytes: stats.Bytes,
			Replayed: uint64(stats.Replay) + uint64(stats.ReplayWindow), Forged: uint64(stats.Failed)}
	}
	return counters, nil
}

// SetLifetime sets the kernel's hard limit, which counts from when the SA was
// added, by the wall clock. The error is [ErrGone] where SAs have expired.
func (h *installed) SetLifetime(d time.Duration) error {
	h.kernel.mu.Lock()
	defer h.kernel.mu.Unlock()
	for _, s := range h.states {
		got, err := h.kernel.handle.XfrmStateGet(s.id())
		if err == nil {
			age := max(time.Now().Unix()-int64(got.Statistics.AddTime), 0)
			err = h.kernel.request(nl.XFRM_MSG_UPDSA, s, newLimits(uint64(age)+seconds(d)))
		}
		if err != nil {
			return fmt.Errorf("lifetime of %s: %w", s, explain(err))
		}
	}
	return nil
}

// seconds rounds up, to one at least.
func seconds(d time.Duration) uint64 {
	return uint64(max((d+time.Second-1)/time.Second, 1))
}

// Close removes the set from the kernel.
func (h *installed) Close() error {
	h.kernel.mu.Lock()
	defer h.kernel.mu.Unlock()
	return h.kernel.removeAll(h)
}
