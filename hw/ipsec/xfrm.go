package ipsec

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// Kernel is the [Backend] that has the kernel do ESP. It belongs to the network
// namespace in which it was opened, whoever calls it.
type Kernel struct {
	handle *netlink.Handle
	socket *nl.SocketHandle // for what the handle can't say
	stats  *statistics

	// mu makes a set's installation and removal one step for others, and
	// guards what is installed.
	mu       sync.Mutex
	states   map[stateKey]bool
	policies map[policyKey]int // how many sets need it
}

var _ Backend = (*Kernel)(nil)

// stateKey is what states of one kernel differ in.
type stateKey struct {
	dst netip.Addr
	spi uint32
}

func (s state) key() stateKey { return stateKey{s.Destination.Addr(), s.SPI} }

// policyKey is what our policies differ in.
type policyKey struct {
	src, dst netip.AddrPort
	reqid    uint32
	outbound bool
}

func (s state) policyKey() policyKey { return policyKey{s.Source, s.Destination, s.reqid, s.outbound} }

// NewKernel opens the kernel's XFRM in the current network namespace. The error
// is [ErrNoESP] where the kernel has none. Use one Kernel for all sets of a
// process: see [Backend.Sweep].
func NewKernel() (*Kernel, error) {
	handle, err := netlink.NewHandle(unix.NETLINK_XFRM)
	if err != nil {
		return nil, explain(err)
	}
	socket, err := nl.Subscribe(unix.NETLINK_XFRM)
	if err != nil {
		handle.Close()
		return nil, explain(err)
	}
	// Kernels that can't give reasons give numbers.
	_ = socket.SetExtAck(true)
	return &Kernel{
		handle: handle, socket: &nl.SocketHandle{Socket: socket}, stats: openStatistics(statisticsPath),
		states: map[stateKey]bool{}, policies: map[policyKey]int{},
	}, nil
}

// Close closes the way to the kernel. What is installed stays.
func (k *Kernel) Close() error {
	k.handle.Close()
	k.socket.Close()
	return k.stats.close()
}

// Install installs a set in transport mode. Errors are, or wrap, [ErrTunnel],
// [ErrPrivilege], [ErrNoESP] or [ErrTaken].
func (k *Kernel) Install(ctx context.Context, set secagree.Set, role Role) (Handle, error) {
	states, err := plan(set, role)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	h := &installed{kernel: k, states: states}
	if err := k.addAll(ctx, h); err != nil {
		return nil, errors.Join(err, k.removeAll(h))
	}
	return h, nil
}

// addAll installs all policies first: from then on nothing leaves in the clear.
func (k *Kernel) addAll(ctx context.Context, h *installed) error {
	for i, s := range h.states {
		if err := k.addPolicy(ctx, s); err != nil {
			return err
		}
		h.hasPolicy[i] = true
	}
	for i, s := range h.states {
		if err := k.addState(ctx, s); err != nil {
			return err
		}
		h.hasState[i] = true
	}
	return nil
}

// removeAll removes what a set has, policies last.
func (k *Kernel) removeAll(h *installed) error {
	var errs []error
	for i, s := range h.states {
		if h.hasState[i] {
			errs = append(errs, k.removeState(s))
		}
	}
	for i, s := range h.states {
		if h.hasPolicy[i] {
			errs = append(errs, k.removePolicy(s))
		}
	}
	h.hasState, h.hasPolicy = [4]bool{}, [4]bool{}
	return errors.Join(errs...)
}

func (k *Kernel) addPolicy(ctx context.Context, s state) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	key := s.policyKey()
	if k.policies[key] == 0 {
		if err := k.handle.XfrmPolicyAdd(s.policy()); err != nil {
			return fmt.Errorf("policy of %s: %w", s, explain(err))
		}
	}
	k.policies[key]++
	return nil
}

func (k *Kernel) removePolicy(s state) error {
	key := s.policyKey()
	if k.policies[key]--; k.policies[key] > 0 {
		return nil
	}
	delete(k.policies, key)
	if err := k.handle.XfrmPolicyDel(s.policy()); err != nil && !absent(err) {
		return fmt.Errorf("remove the policy of %s: %w", s, explain(err))
	}
	return nil
}

func (k *Kernel) addState(ctx context.Context, s state) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := k.request(nl.XFRM_MSG_NEWSA, s, uint64(seconds(initialLifetime))); err != nil {
		return fmt.Errorf("%s: %w", s, explain(err))
	}
	k.states[s.key()] = true
	return nil
}

func (k *Kernel) removeState(s state) error {
	delete(k.states, s.key())
	if err := k.handle.XfrmStateDel(s.id()); err != nil && !absent(err) {
		return fmt.Errorf("remove %s: %w", s, explain(err))
	}
	return nil
}

// request sends a state to the kernel.
func (k *Kernel) request(kind int, s state, expiry uint64) error {
	req := nl.NewNetlinkRequest(kind, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_ACK)
	req.Sockets = map[int]*nl.SocketHandle{unix.NETLINK_XFRM: k.socket}
	for _, part := range s.message(expiry) {
		req.AddData(part)
	}
	_, err := req.Execute(unix.NETLINK_XFRM, 0)
	return err
}

// absent tells whether what was to be removed wasn't there: states expire.
func absent(err error) bool { return errors.Is(err, unix.ESRCH) || errors.Is(err, unix.ENOENT) }
