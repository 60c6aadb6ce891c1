package link

import "golang.org/x/sys/unix"

// notice is what one read of the kernel's notices or clocks tells.
type notice struct {
	news news
	// down are the links that don't run now.
	down []int32
}

// readNotice reads what the kernel has sent. What can't be read is worth a look.
func readNotice(b []byte) notice {
	var n notice
	for m, err := range messages(b) {
		if err != nil {
			n.news |= look
			break
		}
		n.add(m)
	}
	return n
}

func (n *notice) add(m message) {
	switch m.kind {
	case unix.RTM_NEWADDR, unix.RTM_DELADDR:
		n.news |= look
	case unix.RTM_NEWLINK, unix.RTM_DELLINK:
		n.news |= look
		if i, ok := readInterface(m); ok && !i.runs {
			n.down = append(n.down, i.index)
		}
	case unix.RTM_NEWROUTE, unix.RTM_DELROUTE:
		if _, ok := readRoute(m); ok {
			n.news |= look
		}
	}
}

// worth is what the notice means to one who knows s. A link in use that went
// down is a change also where all is as before when it is looked at: it may be
// in another network, which has the same private addresses.
func (n notice) worth(s snapshot) news {
	for _, link := range n.down {
		if s.uses(link) {
			return n.news | certain
		}
	}
	return n.news
}
