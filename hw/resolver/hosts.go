package resolver

import (
	"net/netip"
	"strings"
)

// hosts maps names, in lower case and without final dot, to their addresses.
type hosts map[string][]netip.Addr

// parseHosts reads a hosts file (hosts(5)); lines that aren't right are passed
// over, as everybody does.
func parseHosts(text []byte) (hosts, error) {
	h := make(hosts)
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		addr, err := netip.ParseAddr(fields[0])
		if err != nil {
			continue
		}
		for _, name := range fields[1:] {
			name = canonical(name)
			h[name] = append(h[name], addr.Unmap())
		}
	}
	return h, nil
}

// canonical gives the form in which names are compared.
func canonical(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// lookup gives the addresses of a name for a kind; found tells that the name is
// known, so that the DNS isn't asked for the other IP version.
func (h hosts) lookup(kind Kind, name string) (addrs []netip.Addr, found bool) {
	all, found := h[canonical(name)]
	if !found && isLocalhost(name) { // never a matter of the DNS (RFC 6761 §6.3)
		all, found = []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()}, true
	}
	for _, addr := range all {
		if addr.Is4() == (kind == A) {
			addrs = append(addrs, addr)
		}
	}
	return addrs, found
}

func isLocalhost(name string) bool {
	name = canonical(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
