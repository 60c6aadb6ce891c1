package link

import (
	"maps"

	"golang.org/x/sys/unix"
)

// snapshot is what matters of the network at one time: the addresses of links
// that run, and the default routes. A link without such an address doesn't count.
type snapshot struct {
	addresses map[address]bool
	routes    map[route]bool
}

func (s snapshot) equal(o snapshot) bool {
	return maps.Equal(s.addresses, o.addresses) && maps.Equal(s.routes, o.routes)
}

// uses tells whether a link carries an address that matters.
func (s snapshot) uses(link int32) bool {
	for a := range s.addresses {
		if a.link == link {
			return true
		}
	}
	return false
}

// newSnapshot reads the kernel's lists of links, addresses and routes.
func newSnapshot(lists ...[]byte) (snapshot, error) {
	s := snapshot{addresses: map[address]bool{}, routes: map[route]bool{}}
	run := map[int32]bool{}
	for _, list := range lists {
		for m, err := range messages(list) {
			if err != nil {
				return s, err
			}
			s.take(m, run)
		}
	}
	maps.DeleteFunc(s.addresses, func(a address, _ bool) bool { return !run[a.link] })
	return s, nil
}

func (s snapshot) take(m message, run map[int32]bool) {
	switch m.kind {
	case unix.RTM_NEWLINK:
		if i, ok := readInterface(m); ok && i.runs {
			run[i.index] = true
		}
	case unix.RTM_NEWADDR:
		if a, ok := readAddress(m); ok {
			s.addresses[a] = true
		}
	case unix.RTM_NEWROUTE:
		if r, ok := readRoute(m); ok {
			s.routes[r] = true
		}
	}
}
