package transport

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/imsphone/imsphone/protocol/sip"
)

// RecordType is a DNS record type that RFC 3263 asks for.
type RecordType uint8

// The record types of RFC 3263 §4.
const (
	NAPTR RecordType = iota
	SRV
	A
	AAAA
)

// String gives the type's name.
func (t RecordType) String() string {
	return [...]string{"NAPTR", "SRV", "A", "AAAA"}[t]
}

// Query is one DNS question. Name has no final dot.
type Query struct {
	Type RecordType
	Name string
}

// Record is one DNS record of any of the types; only the fields of its type
// are set.
type Record struct {
	// Order, Preference, Service and Replacement are NAPTR's (RFC 3403 §4.1),
	// for flag "s".
	Order, Preference    uint16
	Service, Replacement string
	// Priority, Weight, Port and Target are SRV's (RFC 2782).
	Priority, Weight, Port uint16
	Target                 string
	// Addr is A's and AAAA's.
	Addr netip.Addr
}

// Answer is what DNS said to a Query. No records is an answer too.
type Answer struct{ Records []Record }

// Target is one place that a request can be sent to.
type Target struct {
	Proto Proto
	Addr  netip.AddrPort
	// ServerName is what a TLS certificate must name: the domain of the URI
	// that was asked for, not what DNS led to (RFC 5922 §4).
	ServerName string
}

// Errors of Locate.
var (
	// ErrUnlocatable: the URI names no host that SIP can reach.
	ErrUnlocatable = errors.New("not a SIP address")
	// ErrNoAddress: DNS knows no address for the host.
	ErrNoAddress = errors.New("DNS knows no address")
)

// Locator finds the servers of a URI by the procedures of RFC 3263 §4. It is a
// pure value: Next gives the question to ask, Answer takes what came of it,
// until Next says that it is done.
type Locator struct {
	uri     sip.URI
	random  func(n int) int
	want    Proto
	fixed   bool // the URI or the port decides the transport
	secure  bool // sips: TLS only
	queries []step
	targets []Target
	failure error
}

// step is a question with what its answer is for.
type step struct {
	Query
	proto Proto
	port  uint16
}

// ports are the default ports (RFC 3261 §19.1.2).
func defaultPort(p Proto) uint16 {
	if p == TLS {
		return 5061
	}
	return 5060
}

// NewLocator begins the search for a sip: or sips: URI. random gives a number
// in [0, n), for the weights of SRV.
func NewLocator(uri string, random func(n int) int) (*Locator, error) {
	u, err := sip.ParseURI(uri)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", uri, err)
	}
	if !strings.EqualFold(u.Scheme, "sip") && !strings.EqualFold(u.Scheme, "sips") || u.Host == "" {
		return nil, fmt.Errorf("%q: %w", uri, ErrUnlocatable)
	}
	l := &Locator{uri: u, random: random, secure: strings.EqualFold(u.Scheme, "sips")}
	if name, ok := u.Params.Get("transport"); ok {
		if l.want, l.fixed = ParseProto(name); !l.fixed {
			return nil, fmt.Errorf("%q: transport %s is not spoken here: %w", uri, name, ErrUnlocatable)
		}
	}
	if l.secure {
		// sips over TCP means TLS over TCP (RFC 3261 §26.2.2).
		l.want, l.fixed = TLS, true
	}
	l.begin()
	return l, nil
}

// begin chooses the first questions (RFC 3263 §4.1, §4.2).
func (l *Locator) begin() {
	host := l.host()
	if addr, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		l.add(l.want, addr, l.uri.Port)
		return
	}
	switch {
	case l.uri.Port != 0:
		l.askAddresses(host, l.want, l.uri.Port)
	case l.fixed:
		l.ask(SRV, srvName(l.want, host), l.want, 0)
	default:
		l.ask(NAPTR, host, UDP, 0)
	}
}

// host is what is looked up: maddr overrides the host part (§4).
func (l *Locator) host() string {
	if maddr, ok := l.uri.Params.Get("maddr"); ok && maddr != "" {
		return maddr
	}
	return l.uri.Host
}

func srvName(p Proto, host string) string {
	switch p {
	case TCP:
		return "_sip._tcp." + host
	case TLS:
		return "_sips._tcp." + host
	}
	return "_sip._udp." + host
}

func (l *Locator) ask(t RecordType, name string, proto Proto, port uint16) {
	l.queries = append(l.queries, step{Query{t, strings.TrimSuffix(name, ".")}, proto, port})
}

// askAddresses asks for both families; IPv6 is tried first (RFC 7984 §3.1
// leaves the order to the host's policy).
func (l *Locator) askAddresses(host string, proto Proto, port uint16) {
	l.ask(AAAA, host, proto, port)
	l.ask(A, host, proto, port)
}

func (l *Locator) add(proto Proto, addr netip.Addr, port uint16) {
	if port == 0 {
		port = defaultPort(proto)
	}
	t := Target{Proto: proto, Addr: netip.AddrPortFrom(addr.Unmap(), port), ServerName: l.uri.Host}
	if !slices.Contains(l.targets, t) {
		l.targets = append(l.targets, t)
	}
}

// Next gives the next question; ok is false when the search is over.
func (l *Locator) Next() (q Query, ok bool) {
	if len(l.queries) == 0 {
		return Query{}, false
	}
	return l.queries[0].Query, true
}

// Answer takes the answer to the question of Next. An error counts as an empty
// answer, and is what Targets reports if nothing else is found.
func (l *Locator) Answer(a Answer, err error) {
	asked := l.queries[0]
	l.queries = l.queries[1:]
	if err != nil {
		l.failure = err
	}
	switch asked.Type {
	case NAPTR:
		l.naptr(a.Records)
	case SRV:
		l.srv(asked, a.Records)
	default:
		for _, r := range a.Records {
			l.add(asked.proto, r.Addr, asked.port)
		}
	}
}

// services are the NAPTR services of RFC 3263 §4.1 that we speak.
var services = map[string]Proto{"SIP+D2U": UDP, "SIP+D2T": TCP, "SIPS+D2T": TLS}

// naptr orders the transports as the domain wants; without an answer each is
// asked for by SRV, UDP first.
func (l *Locator) naptr(records []Record) {
	usable := slices.DeleteFunc(slices.Clone(records), func(r Record) bool {
		_, ok := services[strings.ToUpper(r.Service)]
		return !ok
	})
	slices.SortStableFunc(usable, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Preference, b.Preference))
	})
	for _, r := range usable {
		l.ask(SRV, r.Replacement, services[strings.ToUpper(r.Service)], 0)
	}
	if len(usable) == 0 {
		for _, p := range []Proto{UDP, TCP} {
			l.ask(SRV, srvName(p, l.host()), p, 0)
		}
	}
}

// srv puts the addresses of the servers in the order of RFC 2782 before what
// is still to be asked; a domain without SRV is a host itself.
func (l *Locator) srv(asked step, records []Record) {
	later := l.queries
	l.queries = nil
	for _, r := range l.weigh(records) {
		if r.Target == "." || r.Target == "" {
			continue // the service is decidedly not there
		}
		l.askAddresses(r.Target, asked.proto, r.Port)
	}
	l.queries = append(l.queries, later...)
	if len(l.queries) == 0 && len(l.targets) == 0 {
		l.askAddresses(l.host(), l.want, 0)
	}
}

// weigh sorts by priority, and draws within one priority by weight (RFC 2782).
func (l *Locator) weigh(records []Record) []Record {
	rest := slices.Clone(records)
	slices.SortStableFunc(rest, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Weight, b.Weight))
	})
	var ordered []Record
	for len(rest) > 0 {
		n, total := 0, 0
		for n < len(rest) && rest[n].Priority == rest[0].Priority {
			total += int(rest[n].Weight)
			n++
		}
		draw, chosen := l.random(total+1), 0
		for sum := int(rest[0].Weight); sum < draw && chosen < n-1; sum += int(rest[chosen].Weight) {
			chosen++
		}
		ordered = append(ordered, rest[chosen])
		rest = slices.Delete(rest, chosen, chosen+1)
	}
	return ordered
}

// Targets gives the places to try, best first, once Next is done.
func (l *Locator) Targets() ([]Target, error) {
	if len(l.targets) > 0 {
		return l.targets, nil
	}
	if l.failure != nil {
		return nil, fmt.Errorf("%s: %w", l.uri.Host, l.failure)
	}
	return nil, fmt.Errorf("%w for %s", ErrNoAddress, l.uri.Host)
}
