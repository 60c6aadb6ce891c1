package resolver

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// Config says whom to ask. The zero value asks as the system is set up.
type Config struct {
	// Servers are asked instead of those of ResolvConf, in their order; each is
	// "address:port" or "address".
	Servers []string
	// ResolvConf and Hosts are the system's files; "" is /etc/resolv.conf and
	// /etc/hosts. They are read again when they change.
	ResolvConf, Hosts string
	// Timeout is the wait for one server; 0 is what ResolvConf says but not
	// more than 2 s, as a caller waits.
	Timeout time.Duration
	// CacheSize is how many answers are remembered; 0 is 256.
	CacheSize int
}

const (
	defaultResolvConf = "/etc/resolv.conf"
	defaultHosts      = "/etc/hosts"
	defaultCacheSize  = 256
	maxTimeout        = 2 * time.Second
	maxRounds         = 3 // through all servers
)

// servers is whom to ask, and how.
type servers struct {
	addrs   []string // host:port
	search  []string // domains for names without a dot
	timeout time.Duration
	rounds  int
}

// systemServers are asked where there is no resolv.conf (resolv.conf(5)).
func systemServers() servers {
	return servers{addrs: []string{"127.0.0.1:53"}, timeout: maxTimeout, rounds: 2}
}

// parseResolvConf reads a resolv.conf; one without servers means the local one.
func parseResolvConf(text []byte) (servers, error) {
	conf, err := dns.ClientConfigFromReader(bytes.NewReader(text))
	if err != nil {
		return servers{}, err
	}
	s := systemServers()
	s.search = conf.Search
	s.timeout = min(time.Duration(conf.Timeout)*time.Second, maxTimeout)
	s.rounds = min(conf.Attempts, maxRounds)
	if len(conf.Servers) > 0 {
		s.addrs = nil
	}
	for _, server := range conf.Servers {
		s.addrs = append(s.addrs, net.JoinHostPort(server, conf.Port))
	}
	return s, nil
}

// parseServer reads one of Config.Servers.
func parseServer(text string) (string, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return net.JoinHostPort(addr.String(), "53"), nil
	}
	ap, err := netip.ParseAddrPort(text)
	if err != nil || ap.Port() == 0 {
		return "", fmt.Errorf("%w %q: write dns.server as an IP address with or without a port, as in \"192.0.2.1:53\"", ErrServer, text)
	}
	return ap.String(), nil
}
