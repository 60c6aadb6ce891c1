package link

import (
	"io"
	"io/fs"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// leaseFiles are where DHCP clients leave what they were told, and how it is
// written there.
func leaseFiles() map[string]func(text string, held []netip.Addr) []string {
	networkd := func(text string, _ []netip.Addr) []string { return networkdServers(text) }
	return map[string]func(string, []netip.Addr) []string{
		"run/systemd/netif/links/*":             networkd,
		"var/lib/dhcp/dhclient*.leases":         dhclientServers, // Debian
		"var/lib/dhclient/dhclient*.leases":     dhclientServers, // Red Hat
		"var/lib/NetworkManager/dhclient*lease": dhclientServers, // where NetworkManager runs dhclient
	}
}

// maxLeaseFile is how much of a file is read.
const maxLeaseFile = 1 << 20

// SIPServers gives the SIP servers that DHCP has told the machine of (RFC 3361,
// RFC 3319), which are the P-CSCFs of an access network (TS 24.229 §9.2.1): each
// a host of a SIP URI, so an IPv6 address has its brackets. root is the file
// system's root; held are the machine's addresses, by which leases of other
// networks are told apart. Files that aren't there, that may not be read or that
// make no sense have none.
func SIPServers(root fs.FS, held []netip.Addr) []string {
	files := leaseFiles()
	var servers []string
	for _, pattern := range slices.Sorted(maps.Keys(files)) {
		names, err := fs.Glob(root, pattern)
		if err != nil {
			continue
		}
		for _, name := range names {
			servers = append(servers, files[pattern](readLease(root, name), held)...)
		}
	}
	return unique(servers)
}

// unique removes repetitions and keeps the order.
func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func readLease(root fs.FS, name string) string {
	f, err := root.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxLeaseFile))
	if err != nil {
		return ""
	}
	return string(text)
}

// networkdServers reads the state that systemd-networkd keeps of a link while
// the link has it: NAME=value lines, the servers of both IP versions in SIP,
// with a space between them.
func networkdServers(text string) []string {
	var servers []string
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "SIP="); ok {
			servers = append(servers, hosts(strings.Fields(value))...)
		}
	}
	return servers
}

// hosts keeps what can be a SIP server.
func hosts(list []string) []string {
	var out []string
	for _, s := range list {
		if h := host(s); h != "" {
			out = append(out, h)
		}
	}
	return out
}

// host writes an address or a name as a URI has it; "" for what is neither.
func host(s string) string {
	if a, err := netip.ParseAddr(s); err == nil {
		return addrHost(a)
	}
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if s == "" || len(s) > 253 || strings.Trim(s, "0123456789.") == "" {
		return ""
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return ""
		}
	}
	return s
}

func addrHost(a netip.Addr) string {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.Zone() != "" {
		return ""
	}
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}
