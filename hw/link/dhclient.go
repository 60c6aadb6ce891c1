package link

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// lease is what dhclient was told at one time.
type lease struct {
	kind      string // lease of IPv4, lease6 of IPv6
	link      string
	addresses []netip.Addr // none where the network only gives information
	servers   []string
	released  bool
}

// dhclientServers reads the leases that dhclient keeps: the last one of a link
// is the valid one, if the machine has its address.
func dhclientServers(text string, held []netip.Addr) []string {
	leases := dhclientLeases(text)
	var servers []string
	for i, l := range leases {
		later := func(o lease) bool { return o.kind == l.kind && o.link == l.link }
		ours := func(a netip.Addr) bool { return slices.Contains(held, a) }
		inUse := len(l.addresses) == 0 && l.kind == "lease6" || slices.ContainsFunc(l.addresses, ours)
		if inUse && !l.released && !slices.ContainsFunc(leases[i+1:], later) {
			servers = append(servers, l.servers...)
		}
	}
	return servers
}

// dhclientLeases reads the leases of a file, in its order:
//
//	lease { interface "eth0"; fixed-address 192.0.2.5; option name value, value; }
//	lease6 { interface "eth0"; ia-na 1:2:3:4 { iaaddr 2001:db8::5 { } } option dhcp6.name value; }
//
// One that is cut short by the end of the file doesn't count.
func dhclientLeases(text string) []lease {
	var leases []lease
	var now lease
	var words []token
	depth := 0
	for t := range tokens(text) {
		switch {
		case t.quoted:
			words = append(words, t)
		case t.text == "{":
			if depth == 0 {
				now = lease{kind: first(words)}
			} else {
				now.statement(words) // iaaddr has its block behind it
			}
			depth, words = depth+1, nil
		case t.text == ";":
			now.statement(words)
			words = nil
		case t.text == "}":
			if depth == 1 && (now.kind == "lease" || now.kind == "lease6") {
				leases = append(leases, now)
			}
			depth, words = max(depth-1, 0), nil
		default:
			words = append(words, t)
		}
	}
	return leases
}

func first(words []token) string {
	if len(words) == 0 || words[0].quoted {
		return ""
	}
	return words[0].text
}

// statement takes one statement of a lease.
func (l *lease) statement(words []token) {
	switch name := first(words); {
	case name == "released":
		l.released = true
	case len(words) < 2:
	case name == "interface":
		l.link = words[1].text
	case name == "fixed-address" || name == "iaaddr":
		if a, err := netip.ParseAddr(words[1].text); err == nil {
			l.addresses = append(l.addresses, a)
		}
	case name == "option":
		l.option(words[1].text, words[2:])
	}
}

// option takes an option. dhclient has no name of its own for IPv4's; sip-servers
// is how those who configure one call it.
func (l *lease) option(name string, values []token) {
	switch name {
	case "unknown-120", "sip-servers", "dhcp.sip-servers":
		l.servers = append(l.servers, option120(values)...)
	case "dhcp6.sip-servers-addresses", "dhcp6.sip-servers-names":
		l.servers = append(l.servers, hosts(texts(values))...)
	}
}

func texts(list []token) (out []string) {
	for _, t := range list {
		out = append(out, t.text)
	}
	return out
}

// option120 reads the values of IPv4's option in the forms that dhclient writes
// them in, according to what it was told of the option's type: as octets in hex
// (1:c0:0:2:1) or, where they happen to be printable, as a quoted string; or as
// the encoding and what it says (1 192.0.2.1, 192.0.2.2).
func option120(values []token) []string {
	if len(values) == 1 {
		if b, ok := values[0].octets(); ok {
			return sipOption(b)
		}
	}
	if len(values) > 1 && !values[0].quoted && (values[0].text == "0" || values[0].text == "1") {
		values = values[1:]
	}
	return hosts(texts(values))
}

// octets reads a value that is written as octets.
func (t token) octets() ([]byte, bool) {
	if t.quoted {
		raw := t.text != "" && t.text[0] <= 1 // the encoding; else it is text
		return []byte(t.text), raw
	}
	var b []byte
	for part := range strings.SplitSeq(t.text, ":") {
		v, err := strconv.ParseUint(part, 16, 8)
		if err != nil {
			return nil, false
		}
		b = append(b, byte(v))
	}
	return b, len(b) > 1
}

// sipOption reads option 120 (RFC 3361 §3): an octet with the encoding, then
// names as DNS has them or IPv4 addresses.
//
//	0 | 3 s i p 7 e x a m p l e 3 o r g 0 | ...
//	1 | 192 0 2 1 | ...
func sipOption(b []byte) []string {
	switch {
	case len(b) > 1 && b[0] == 0:
		return dnsNames(b[1:])
	case len(b) > 4 && b[0] == 1 && len(b)%4 == 1:
		var out []string
		for quad := range slices.Chunk(b[1:], 4) {
			if h := addrHost(netip.AddrFrom4([4]byte(quad))); h != "" {
				out = append(out, h)
			}
		}
		return out
	}
	return nil
}

// dnsNames reads names of labels with their lengths (RFC 1035 §3.1); there is no
// compression. A list that is malformed has none.
func dnsNames(b []byte) []string {
	var out, labels []string
	for len(b) > 0 {
		n := int(b[0])
		if n > 63 || n >= len(b) && n > 0 {
			return nil
		}
		if b = b[1:]; n > 0 {
			labels = append(labels, string(b[:n]))
			b = b[n:]
			continue
		}
		out = append(out, hosts([]string{strings.Join(labels, ".")})...)
		labels = nil
	}
	if labels != nil {
		return nil
	}
	return out
}
