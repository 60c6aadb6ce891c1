package resolver

import (
	"fmt"
	"net/netip"
	"time"
)

// Kind is the type of record to ask for.
type Kind uint16

// The kinds, with the numbers of the DNS.
const (
	A     Kind = 1
	AAAA  Kind = 28
	SRV   Kind = 33
	NAPTR Kind = 35
)

// String gives the kind's name in the DNS.
func (k Kind) String() string {
	switch k {
	case A:
		return "A"
	case AAAA:
		return "AAAA"
	case SRV:
		return "SRV"
	case NAPTR:
		return "NAPTR"
	}
	return fmt.Sprintf("TYPE%d", uint16(k))
}

// Answer is what the DNS says to one question. Without records it means that
// there are none, which is no error. It is shared: don't change it.
type Answer struct {
	Addrs []netip.Addr // for A and AAAA
	SRV   []Service
	NAPTR []Pointer
	// NoName tells that the name doesn't exist at all (NXDOMAIN), for no kind.
	NoName bool
	// TTL is how long the answer may be used from now on.
	TTL time.Duration
}

// Service is an SRV record (RFC 2782).
type Service struct {
	Priority, Weight, Port uint16
	Target                 string // without final dot; "" means that there is decidedly no such service
}

// Pointer is a NAPTR record (RFC 3403).
type Pointer struct {
	Order, Preference   uint16
	Flags, Service      string // as the record has them: "s", "SIP+D2U"
	Regexp, Replacement string // the latter without final dot
}
