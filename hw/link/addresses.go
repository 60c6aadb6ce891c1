package link

import (
	"cmp"
	"errors"
	"net"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"
)

// Address is one that others reach this machine at.
type Address struct {
	Link string // the network interface, such as "eth0"
	Addr netip.Addr
}

func (a Address) String() string { return a.Link + " " + a.Addr.String() }

// Addresses lists the machine's addresses by their links: those of IPv6, of which
// a link has many that change by the day, only of links that have no other. None
// is no network. Addresses that are only good on their link don't count.
func Addresses() ([]Address, error) {
	l, err := openLister()
	if err != nil {
		return nil, err
	}
	s, err := l.part(unix.RTM_GETLINK, unix.RTM_GETADDR) // a status asks every few seconds
	if err := errors.Join(err, l.close()); err != nil {
		return nil, err
	}
	var list []Address
	for _, a := range s.main() {
		// A link that has gone since has no name.
		if i, err := net.InterfaceByIndex(int(a.link)); err == nil {
			list = append(list, Address{i.Name, a.prefix.Addr()})
		}
	}
	return list, nil
}

// main gives the addresses that people want to know, in the order of the links.
func (s snapshot) main() []address {
	four := map[int32]bool{}
	var list []address
	for a := range s.addresses {
		four[a.link] = four[a.link] || a.prefix.Addr().Is4()
		list = append(list, a)
	}
	list = slices.DeleteFunc(list, func(a address) bool { return four[a.link] && !a.prefix.Addr().Is4() })
	slices.SortFunc(list, func(a, b address) int {
		return cmp.Or(cmp.Compare(a.link, b.link), a.prefix.Addr().Compare(b.prefix.Addr()))
	})
	return list
}
