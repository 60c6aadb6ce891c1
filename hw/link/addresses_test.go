package link

import (
	"net/netip"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func TestMainAddresses(t *testing.T) {
	more := [][]byte{
		addrMessage(unix.RTM_NEWADDR, 2, "192.168.1.4/24", 0),
		linkMessage(unix.RTM_NEWLINK, 3, running),
		addrMessage(unix.RTM_NEWADDR, 3, "2001:db8::3/64", 0),
		addrMessage(unix.RTM_NEWADDR, 3, "fe80::3/64", 0),
		addrMessage(unix.RTM_NEWADDR, 4, "192.0.2.4/24", 0), // no carrier
	}
	var got []string
	for _, a := range snap(t, append(home(), more...)...).main() {
		got = append(got, a.prefix.Addr().String())
	}
	if want := []string{"192.168.1.4", "192.168.1.5", "2001:db8::3"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if none := snap(t).main(); len(none) != 0 {
		t.Errorf("without a link: %v", none)
	}
}

// TestAddresses of the machine that the test runs on.
func TestAddresses(t *testing.T) {
	list, err := Addresses()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if a.Link == "" || a.Link == "lo" || !a.Addr.IsGlobalUnicast() {
			t.Errorf("%v", a)
		}
	}
	if got := (Address{"eth0", netip.MustParseAddr("192.0.2.7")}).String(); got != "eth0 192.0.2.7" {
		t.Error(got)
	}
}
