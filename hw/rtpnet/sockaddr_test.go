package rtpnet

import (
	"net/netip"
	"testing"
)

// TestSockaddr: an address comes back as it was, in either kind of socket.
func TestSockaddr(t *testing.T) {
	for _, test := range []struct {
		in, v4, v6 string // "" where the socket can't reach it
	}{
		{"192.0.2.7:5004", "192.0.2.7:5004", "192.0.2.7:5004"},
		{"[::ffff:192.0.2.7]:65534", "192.0.2.7:65534", "192.0.2.7:65534"},
		{"[2001:db8::1]:258", "", "[2001:db8::1]:258"},
		{"[fe80::1%3]:5004", "", "[fe80::1%3]:5004"},
		{"[fe80::1%lo]:5004", "", "[fe80::1%1]:5004"},
	} {
		for v6, want := range map[bool]string{false: test.v4, true: test.v6} {
			var s sockaddr
			size := s.set(netip.MustParseAddrPort(test.in), v6)
			if (size == 0) != (want == "") {
				t.Errorf("%s, IPv6 %v: size %d", test.in, v6, size)
			} else if size > 0 && s.addrPort() != netip.MustParseAddrPort(want) {
				t.Errorf("%s, IPv6 %v: %v, want %s", test.in, v6, s.addrPort(), want)
			}
		}
	}
}
