package link

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// home is a machine with one link, an address of each family and default routes.
func home() [][]byte {
	return [][]byte{
		linkMessage(unix.RTM_NEWLINK, 1, running|unix.IFF_LOOPBACK),
		linkMessage(unix.RTM_NEWLINK, 2, running),
		addrMessage(unix.RTM_NEWADDR, 1, "127.0.0.1/8", unix.IFA_F_PERMANENT),
		addrMessage(unix.RTM_NEWADDR, 2, "192.168.1.5/24", 0),
		addrMessage(unix.RTM_NEWADDR, 2, "2001:db8::5/64", 0),
		routeMessage(unix.RTM_NEWROUTE, "0.0.0.0/0", "192.168.1.1", 2, 100),
		routeMessage(unix.RTM_NEWROUTE, "::/0", "fe80::1", 2, 1024),
	}
}

func snap(t *testing.T, lists ...[]byte) snapshot {
	t.Helper()
	s, err := newSnapshot(lists...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSnapshotHoldsWhatMatters(t *testing.T) {
	if s := snap(t, home()...); len(s.addresses) != 2 || len(s.routes) != 2 || !s.uses(2) || s.uses(1) {
		t.Errorf("%+v", s)
	}
	unreachable := routeMessage(unix.RTM_NEWROUTE, "::/0", "", 1, 1<<32-1)
	unreachable[unix.NLMSG_HDRLEN+7] = unix.RTN_UNREACHABLE
	cached := routeMessage(unix.RTM_NEWROUTE, "::/0", "fe80::2", 2, 0)
	binary.NativeEndian.PutUint32(cached[unix.NLMSG_HDRLEN+8:], unix.RTM_F_CLONED)
	for _, c := range []struct {
		name    string
		more    []byte
		matters bool
	}{
		{"address", addrMessage(unix.RTM_NEWADDR, 2, "192.168.1.6/24", 0), true},
		{"temporary address", addrMessage(unix.RTM_NEWADDR, 2, "2001:db8::7/64", unix.IFA_F_TEMPORARY), true},
		{"optimistic address", addrMessage(unix.RTM_NEWADDR, 2, "2001:db8::7/64", unix.IFA_F_TENTATIVE|unix.IFA_F_OPTIMISTIC), true},
		{"same address with another lifetime", addrMessage(unix.RTM_NEWADDR, 2, "192.168.1.5/24", unix.IFA_F_NOPREFIXROUTE), false},
		{"tentative address", addrMessage(unix.RTM_NEWADDR, 2, "2001:db8::6/64", unix.IFA_F_TENTATIVE), false},
		{"duplicate address", addrMessage(unix.RTM_NEWADDR, 2, "2001:db8::6/64", unix.IFA_F_DADFAILED), false},
		{"deprecated address", addrMessage(unix.RTM_NEWADDR, 2, "2001:db8::6/64", unix.IFA_F_DEPRECATED), false},
		{"address of the link only", addrMessage(unix.RTM_NEWADDR, 2, "fe80::5/64", 0), false},
		{"address for want of DHCP", addrMessage(unix.RTM_NEWADDR, 2, "169.254.7.7/16", 0), false},
		{"address of a link without carrier", addrMessage(unix.RTM_NEWADDR, 3, "192.0.2.3/24", 0), false},
		{"empty link", linkMessage(unix.RTM_NEWLINK, 3, running), false},
		{"another default route", routeMessage(unix.RTM_NEWROUTE, "0.0.0.0/0", "192.168.1.2", 2, 100), true},
		{"a VPN's half", routeMessage(unix.RTM_NEWROUTE, "128.0.0.0/1", "10.8.0.1", 2, 0), true},
		{"a network's route", routeMessage(unix.RTM_NEWROUTE, "10.0.0.0/8", "192.168.1.2", 2, 0), false},
		{"no route", unreachable, false},
		{"cached route", cached, false},
		{"unknown message", pack(999, make([]byte, 20)), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, after := snap(t, home()...), snap(t, append(home(), c.more)...)
			if before.equal(after) == c.matters {
				t.Errorf("from %+v to %+v", before, after)
			}
		})
	}
}

func TestLinkWithoutCarrierTakesItsAddressesAlong(t *testing.T) {
	for _, flags := range []uint32{0, unix.IFF_UP, unix.IFF_RUNNING} {
		list := home()
		list[1] = linkMessage(unix.RTM_NEWLINK, 2, flags)
		if s := snap(t, list...); len(s.addresses) != 0 {
			t.Errorf("flags %x: %+v", flags, s)
		}
	}
}

func TestPointToPointHasItsOwnAddress(t *testing.T) {
	fixed := []byte{unix.AF_INET, 32, 0, 0, 2, 0, 0, 0}
	binary.NativeEndian.PutUint32(fixed[4:], 2)
	m := pack(unix.RTM_NEWADDR, fixed, attr(unix.IFA_ADDRESS, []byte{192, 0, 2, 1}), attr(unix.IFA_LOCAL, []byte{192, 0, 2, 2}))
	for msg := range messages(m) {
		if a, ok := readAddress(msg); !ok || a.prefix.String() != "192.0.2.2/32" || a.link != 2 {
			t.Errorf("%+v, %v", a, ok)
		}
	}
}

func TestNotices(t *testing.T) {
	now := snap(t, home()...)
	for _, c := range []struct {
		name string
		b    []byte
		want news
	}{
		{"address", addrMessage(unix.RTM_DELADDR, 2, "192.168.1.5/24", 0), look},
		{"default route", routeMessage(unix.RTM_DELROUTE, "0.0.0.0/0", "192.168.1.1", 2, 100), look},
		{"network's route", routeMessage(unix.RTM_NEWROUTE, "10.0.0.0/8", "", 2, 0), 0},
		{"neighbour", pack(unix.RTM_NEWNEIGH, make([]byte, unix.SizeofNdMsg)), 0},
		{"link in use stays", linkMessage(unix.RTM_NEWLINK, 2, running), look},
		{"link in use loses its carrier", linkMessage(unix.RTM_NEWLINK, 2, unix.IFF_UP), look | certain},
		{"link in use goes", linkMessage(unix.RTM_DELLINK, 2, running), look | certain},
		{"unused link goes", linkMessage(unix.RTM_DELLINK, 7, 0), look},
		{"cut short", []byte{200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, look},
		{"nothing", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := readNotice(c.b).worth(now); got != c.want {
				t.Errorf("%b, want %b", got, c.want)
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	list := slices.Concat(home()...)
	done := pack(unix.NLMSG_DONE, u32(0))
	if part, end, err := answer(list, 0); !bytes.Equal(part, list) || end || err != nil {
		t.Errorf("a part: %d bytes, %v, %v", len(part), end, err)
	}
	if part, end, err := answer(slices.Concat(list, done), 0); !bytes.HasPrefix(part, list) || !end || err != nil {
		t.Errorf("the last part: %d bytes, %v, %v", len(part), end, err)
	}
	if part, end, err := answer(done, 1); part != nil || end || err != nil {
		t.Errorf("the answer to an older question: %d bytes, %v, %v", len(part), end, err)
	}
	refused := -int32(unix.EPERM)
	if _, _, err := answer(pack(unix.NLMSG_ERROR, u32(uint32(refused))), 0); err != unix.EPERM {
		t.Errorf("refusal: %v", err)
	}
	if _, _, err := answer(list[:20], 0); err == nil {
		t.Error("a part cut short was taken")
	}
}

func FuzzMessages(f *testing.F) {
	for _, m := range home() {
		f.Add(m)
	}
	f.Add(slices.Concat(home()...))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := readNotice(b)
		s, err := newSnapshot(b)
		if err != nil && n.news&look == 0 {
			t.Error("what can't be read isn't worth a look")
		}
		if len(s.routes) > 0 && n.news&look == 0 {
			t.Error("a default route isn't worth a look")
		}
		if err != nil {
			return
		}
		again, err := newSnapshot(b, b)
		if err != nil || !s.equal(again) {
			t.Errorf("said twice: %+v, once: %+v (%v)", again, s, err)
		}
	})
}
