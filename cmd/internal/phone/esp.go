package phone

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/hw/ipsec"
	"github.com/imsphone/imsphone/hw/ipsec/userspace"
	"github.com/imsphone/imsphone/hw/sipnet"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// esp opens the backends of hw/ipsec.
type esp struct {
	log zerolog.Logger

	mu     sync.Mutex
	kernel *ipsec.Kernel // nil until it's needed: one for the whole phone
	swept  map[netip.Addr]bool
	// counted: a line's backend gives the kernel's count of packets from outside.
	counted bool
}

func newESP(log zerolog.Logger) *esp { return &esp{log: log, swept: map[netip.Addr]bool{}} }

// open readies the backend of that name; "auto" is the kernel's where it can,
// else our own.
func (e *esp) open(name string, local, pcscf netip.Addr, encapsulation uint16) (backend, error) {
	switch name {
	case "kernel":
		return e.openKernel(local)
	case "userspace":
		return openUserspace(local, userspace.RawIP())
	case "unprotected":
		return openUnprotected()
	case "udp":
		peer := netip.AddrPortFrom(pcscf, encapsulation)
		return openUserspace(local, userspace.UDP(netip.AddrPortFrom(local, 0), peer))
	}
	missing := ipsec.Available()
	if missing == nil {
		return e.openKernel(local)
	}
	b, err := openUserspace(local, userspace.RawIP())
	if err != nil {
		return nil, fmt.Errorf("%w; and our own ESP can't open a raw socket either (%w): give the program CAP_NET_ADMIN or CAP_NET_RAW, or set ipsec = udp where the P-CSCF takes ESP in UDP", missing, err)
	}
	e.log.Info().Err(missing).Msg("ESP in this program, as the kernel can't do it")
	return b, nil
}

// openKernel gives the kernel's ESP, after what an earlier run may have left at
// the address has been removed.
func (e *esp) openKernel(local netip.Addr) (backend, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.kernel == nil {
		k, err := ipsec.NewKernel()
		if err != nil {
			return nil, err
		}
		e.kernel = k
	}
	if !e.swept[local] {
		n, err := e.kernel.Sweep(local)
		if err != nil {
			return nil, fmt.Errorf("the security associations of an earlier run can't be removed: %w", err)
		}
		if n > 0 {
			e.log.Warn().Int("removed", n).Msg("removed security associations and policies that an earlier run had left")
		}
		e.swept[local] = true
	}
	return &kernelBackend{e.kernel, e, e.count(), e.kernel.Mark()}, nil
}

// count tells whether a new backend gives the kernel's count, for holders of mu.
func (e *esp) count() bool {
	counts := !e.counted
	e.counted = true
	return counts
}

// uncount lets another line's backend give the kernel's count.
func (e *esp) uncount() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.counted = false
}

// kernelBackend is XFRM under the kernel's own sockets.
type kernelBackend struct {
	*ipsec.Kernel
	esp *esp
	// counts: the packets from outside are told by this line. The kernel counts
	// them for all lines together.
	counts bool
	since  ipsec.Mark
}

func (*kernelBackend) network() sipnet.Network { return sipnet.System{} }

func (k *kernelBackend) install(ctx context.Context, set secagree.Set) (handle, error) {
	h, err := k.Install(ctx, set, ipsec.UE)
	if err != nil {
		return nil, err
	}
	return kernelHandle{h}, nil
}

func (k *kernelBackend) hints() string { return k.Hints(k.since) }

func (k *kernelBackend) mark() { k.since = k.Mark() }

func (k *kernelBackend) outside() uint64 {
	if !k.counts {
		return 0
	}
	return k.Outside()
}

// close leaves the kernel, which is the whole phone's.
func (k *kernelBackend) close() error {
	if k.counts {
		k.esp.uncount()
	}
	return nil
}

type kernelHandle struct{ ipsec.Handle }

func (h kernelHandle) setLifetime(d time.Duration) error { return h.SetLifetime(d) }
func (h kernelHandle) close() error                      { return h.Close() }

func (h kernelHandle) counters() (list [4]actors.SACounters, err error) {
	counters, err := h.Counters()
	for i, c := range counters {
		list[i] = actors.SACounters{Packets: c.Packets, Bytes: c.Bytes, Refused: c.Replayed + c.Forged}
	}
	return list, err
}

// natKeepAlive is the pause after which a silent way through address translators
// is kept open (RFC 3948 §4); it has no meaning for IP protocol 50.
const natKeepAlive = 20 * time.Second

// userspaceBackend is our own ESP under a TCP/IP stack of its own.
type userspaceBackend struct {
	*userspace.Stack
	since userspace.Stats
}

func openUserspace(local netip.Addr, c userspace.Carrier) (backend, error) {
	s, err := userspace.New(userspace.Config{Role: userspace.UE, Local: local, Carrier: c, KeepAlive: natKeepAlive})
	if err != nil {
		return nil, err
	}
	return &userspaceBackend{Stack: s}, nil
}

func (u *userspaceBackend) network() sipnet.Network { return u.Stack }

func (u *userspaceBackend) install(_ context.Context, set secagree.Set) (handle, error) {
	h, err := u.Install(set)
	if err != nil {
		return nil, err
	}
	return userspaceHandle{h}, nil
}

func (u *userspaceBackend) hints() string { return hintsOf(u.Stats(), u.since) }

func (u *userspaceBackend) mark() { u.since = u.Stats() }

// hintsOf says what the counters of our own ESP explain that grew since then.
func hintsOf(s, since userspace.Stats) string {
	var hints []string
	for _, h := range []struct {
		n    uint64
		text string
	}{
		{s.AuthFailed - since.AuthFailed, "failed the integrity check: the P-CSCF's keys or algorithms differ from ours, or somebody forges"},
		{s.Mismatched - since.Mismatched, "came by an SA that isn't for their ports: the P-CSCF has mistaken SPIs or ports"},
		{s.Replayed - since.Replayed, "were replayed, or too late for the replay window"},
		{s.Malformed - since.Malformed, "had a wrong length or padding"},
		{s.Unprotected - since.Unprotected, "had no SA to leave by: it expired or was removed"},
		{s.Unsent - since.Unsent, "were not taken by the system"},
	} {
		if h.n > 0 {
			hints = append(hints, fmt.Sprintf("%d packets %s", h.n, h.text))
		}
	}
	return strings.Join(hints, "; ")
}

// outside leaves out what has an SPI that isn't ours: a raw socket sees the ESP
// of every program at its address.
func (u *userspaceBackend) outside() uint64 {
	s := u.Stats()
	return s.Outside() - s.UnknownSPI
}

func (u *userspaceBackend) close() error { return u.Close() }

type userspaceHandle struct{ *userspace.Handle }

func (h userspaceHandle) setLifetime(d time.Duration) error {
	h.SetLifetime(d)
	return nil
}

func (h userspaceHandle) counters() (list [4]actors.SACounters, err error) {
	select {
	case <-h.Done():
		return list, ipsec.ErrGone
	default:
	}
	for i, c := range h.Counters() {
		list[i] = actors.SACounters{Packets: c.Packets, Bytes: c.Bytes, Refused: c.Replayed + c.AuthFailed + c.Malformed + c.Mismatched}
	}
	return list, nil
}

func (h userspaceHandle) close() error { return h.Close() }
