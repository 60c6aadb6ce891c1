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
// added. The error is [ErrGone] where SAs have expired.
func (h *installed) SetLifetime(d time.Duration) error {
	h.kernel.mu.Lock()
	defer h.kernel.mu.Unlock()
	for _, s := range h.states {
		got, err := h.kernel.handle.XfrmStateGet(s.id())
		if err == nil {
			// The kernel reckons by the wall clock too, so a leap of it since
			// the SA was added is in both.
			age := time.Now().Unix() - int64(got.Statistics.AddTime)
			err = h.kernel.request(nl.XFRM_MSG_UPDSA, s, uint64(max(age+seconds(d), 1)))
		}
		if err != nil {
			return fmt.Errorf("lifetime of %s: %w", s, explain(err))
		}
	}
	return nil
}

// seconds rounds up, to one at least.
func seconds(d time.Duration) int64 {
	return int64(max((d+time.Second-1)/time.Second, 1))
}

// Close removes the set from the kernel.
func (h *installed) Close() error {
	h.kernel.mu.Lock()
	defer h.kernel.mu.Unlock()
	return h.kernel.removeAll(h)
}
