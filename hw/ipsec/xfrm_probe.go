package ipsec

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink/nl"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// Available tells whether the kernel can do ESP for us: it installs an SA
// between loopback addresses and removes it. The error, [ErrPrivilege] or
// [ErrNoESP], says what to do.
func Available() error {
	k, err := NewKernel()
	if err != nil {
		return err
	}
	defer k.Close()
	return k.probe(secagree.Suite{Integrity: secagree.HMACSHA1})
}

// Suites gives those of [secagree.Suites] that the kernel can do: what to offer.
// The error says why it is none of them.
func (k *Kernel) Suites() ([]secagree.Suite, error) {
	var suites []secagree.Suite
	var first error
	for _, s := range secagree.Suites() {
		switch err := k.probe(s); {
		case err == nil:
			suites = append(suites, s)
		case first == nil:
			first = fmt.Errorf("%s: %w", s, err)
		}
	}
	if len(suites) == 0 {
		return nil, first
	}
	return suites, nil
}

// probeSPI is that of the SA that is only tried out.
const probeSPI = reqids

// probe installs one SA without a policy, so that nothing ever goes through it,
// and removes it. Should the removal fail, it expires in a second.
func (k *Kernel) probe(suite secagree.Suite) error {
	loopback := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 9)
	s := state{SA: secagree.SA{SPI: probeSPI, Source: loopback, Destination: loopback}, reqid: reqids}
	s.algorithms(secagree.Set{Suite: suite, IK: aka.NewKey([16]byte{1}), CK: aka.NewKey([16]byte{2})})
	k.mu.Lock()
	defer k.mu.Unlock()
	err := explain(k.request(nl.XFRM_MSG_NEWSA, s, 1))
	if errors.Is(err, ErrTaken) {
		return nil // somebody else probes: it can
	}
	if err != nil {
		return err
	}
	return k.removeState(s)
}
