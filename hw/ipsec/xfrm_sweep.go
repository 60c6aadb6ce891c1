package ipsec

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
)

// Sweep removes states and policies that bear our reqids and have addr on one
// side, but for those of open handles.
func (k *Kernel) Sweep(addr netip.Addr) (removed int, err error) {
	addr = plain(addr)
	k.mu.Lock()
	defer k.mu.Unlock()
	states, err := dump(k.handle.XfrmStateList, int(family(addr)))
	if err != nil {
		return 0, fmt.Errorf("list SAs: %w", explain(err))
	}
	policies, err := dump(k.handle.XfrmPolicyList, int(family(addr)))
	if err != nil {
		return 0, fmt.Errorf("list policies: %w", explain(err))
	}
	var errs []error
	for _, s := range states {
		if k.leftState(s, addr) {
			removed, errs = count(k.handle.XfrmStateDel(&s), removed, errs)
		}
	}
	for _, p := range policies {
		if k.leftPolicy(p, addr) {
			removed, errs = count(k.handle.XfrmPolicyDel(&p), removed, errs)
		}
	}
	return removed, errors.Join(errs...)
}

// count counts a removal.
func count(err error, removed int, errs []error) (int, []error) {
	switch {
	case err == nil:
		return removed + 1, errs
	case absent(err):
		return removed, errs
	}
	return removed, append(errs, explain(err))
}

// dumps is how often a list is read that changes meanwhile.
const dumps = 5

// dump reads a list in one piece.
func dump[T any](list func(family int) ([]T, error), family int) (all []T, err error) {
	for range dumps {
		if all, err = list(family); !errors.Is(err, netlink.ErrDumpInterrupted) {
			break
		}
	}
	return all, err
}

// leftState tells whether an earlier process left s behind. One without an SPI
// is the kernel's own mark that it waits for one.
func (k *Kernel) leftState(s netlink.XfrmState, addr netip.Addr) bool {
	src, dst := address(s.Src), address(s.Dst)
	return s.Proto == netlink.XFRM_PROTO_ESP && s.Spi != 0 && ours(uint32(s.Reqid)) && (src == addr || dst == addr) &&
		!k.states[stateKey{dst, uint32(s.Spi)}]
}

// leftPolicy tells whether an earlier process left p behind.
func (k *Kernel) leftPolicy(p netlink.XfrmPolicy, addr netip.Addr) bool {
	if len(p.Tmpls) != 1 || p.Dir > netlink.XFRM_DIR_OUT || p.Src == nil || p.Dst == nil {
		return false
	}
	reqid, src, dst := uint32(p.Tmpls[0].Reqid), address(p.Src.IP), address(p.Dst.IP)
	return ours(reqid) && (src == addr || dst == addr) && k.policies[policyKey{
		netip.AddrPortFrom(src, uint16(p.SrcPort)), netip.AddrPortFrom(dst, uint16(p.DstPort)),
		reqid, p.Dir == netlink.XFRM_DIR_OUT}] == 0
}

func address(ip net.IP) netip.Addr {
	a, _ := netip.AddrFromSlice(ip)
	return a.Unmap()
}
