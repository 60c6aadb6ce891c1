package resolver

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Resolver answers questions from the hosts file, its memory or the DNS. Its
// methods are safe for concurrent use.
type Resolver struct {
	fixed   *servers // of Config.Servers; nil asks those of resolv.conf
	timeout time.Duration
	conf    watched[servers]
	hosts   watched[hosts]
	cache   *cache
	now     func() time.Time
}

// New makes a Resolver. The error wraps ErrServer if one of cfg.Servers can't be used.
func New(cfg Config) (*Resolver, error) {
	r := &Resolver{
		timeout: cfg.Timeout,
		conf:    watched[servers]{path: orElse(cfg.ResolvConf, defaultResolvConf), parse: parseResolvConf, none: systemServers()},
		hosts:   watched[hosts]{path: orElse(cfg.Hosts, defaultHosts), parse: parseHosts},
		cache:   newCache(defaultCacheSize),
		now:     time.Now,
	}
	if cfg.CacheSize > 0 {
		r.cache.size = cfg.CacheSize
	}
	if len(cfg.Servers) == 0 {
		return r, nil
	}
	fixed := systemServers()
	fixed.addrs = nil
	for _, text := range cfg.Servers {
		addr, err := parseServer(text)
		if err != nil {
			return nil, err
		}
		fixed.addrs = append(fixed.addrs, addr)
	}
	r.fixed = &fixed
	return r, nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// Lookup answers one question; it may take until ctx ends. An Answer without
// records says that there are none. Errors wrap ErrName, or ErrNoServer and
// where it is the reason the error of ctx.
//
// A name without any dot is looked for in the search domains of resolv.conf
// first, if its addresses are asked for.
func (r *Resolver) Lookup(ctx context.Context, kind Kind, name string) (Answer, error) {
	if _, ok := dns.IsDomainName(name); !ok || canonical(name) == "" {
		return Answer{}, fmt.Errorf("%q is %w: correct the address", name, ErrName)
	}
	if kind == A || kind == AAAA {
		if addrs, found, err := r.lookupHosts(kind, name); found || err != nil {
			return Answer{Addrs: addrs}, err
		}
	}
	asked, err := r.servers()
	if err != nil {
		return Answer{}, err
	}
	var a Answer
	for _, full := range candidates(kind, name, asked.search) {
		if a, err = r.query(ctx, asked, kind, full); err != nil || a.any() {
			break
		}
	}
	return a, err
}

// Forget drops all that is remembered: on a new network the DNS may say
// something else.
func (r *Resolver) Forget() { r.cache.clear() }

func (r *Resolver) lookupHosts(kind Kind, name string) (addrs []netip.Addr, found bool, err error) {
	known, err := r.hosts.get()
	if err != nil {
		return nil, false, err
	}
	addrs, found = known.lookup(kind, name)
	return addrs, found, nil
}

// servers gives whom to ask now.
func (r *Resolver) servers() (servers, error) {
	var s servers
	var err error
	if r.fixed != nil {
		s = *r.fixed
	} else {
		s, err = r.conf.get()
	}
	if r.timeout > 0 {
		s.timeout = r.timeout
	}
	return s, err
}

// candidates gives the names to ask for, one after the other.
func candidates(kind Kind, name string, search []string) []string {
	var names []string
	if (kind == A || kind == AAAA) && !strings.Contains(name, ".") {
		for _, domain := range search {
			names = append(names, name+"."+domain)
		}
	}
	return append(names, name)
}

var errAliases = errors.New("its aliases (CNAME) don't end")

// query answers for one full name, following aliases.
func (r *Resolver) query(ctx context.Context, asked servers, kind Kind, name string) (Answer, error) {
	q := question{kind, canonical(name)}
	if a, ok := r.cache.get(r.now(), q); ok {
		return a, nil
	}
	ttl := maxTTL
	for range maxAliases {
		m, err := asked.ask(ctx, kind, name)
		if err != nil {
			return Answer{}, err
		}
		read := readResponse(m, kind, name)
		ttl = min(ttl, read.answer.TTL)
		if read.alias == "" {
			read.answer.TTL = ttl
			r.cache.put(r.now(), q, read.answer)
			return read.answer, nil
		}
		name = read.alias
	}
	return Answer{}, &QueryError{kind, q.name, errAliases}
}
