package resolver

import (
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// maxAliases is how long a chain of CNAME records may be.
const maxAliases = 8

// reading is what one response says about a name.
type reading struct {
	answer Answer
	alias  string // where the chain of aliases leads outside of the response; "" is nowhere
}

// readResponse takes the records of one kind for name out of a response with
// RCODE NOERROR or NXDOMAIN. The TTL is the shortest of all that led to them.
func readResponse(m *dns.Msg, kind Kind, name string) reading {
	ttl := maxTTL
	name, aliases := followAliases(m.Answer, canonical(name), &ttl)
	var r reading
	for _, rr := range m.Answer {
		h := rr.Header()
		if canonical(h.Name) == name && h.Rrtype == uint16(kind) && h.Class == dns.ClassINET && r.answer.add(rr) {
			ttl = min(ttl, seconds(h.Ttl))
		}
	}
	switch {
	case r.answer.any():
	case m.Rcode == dns.RcodeNameError:
		r.answer.NoName = true
		ttl = min(ttl, negativeTTL(m))
	case aliases > 0 && !hasSOA(m):
		r.alias = name
	default:
		ttl = min(ttl, negativeTTL(m))
	}
	r.answer.TTL = ttl
	return r
}

// followAliases gives where the CNAME records lead from name.
func followAliases(answer []dns.RR, name string, ttl *time.Duration) (end string, aliases int) {
	for aliases < maxAliases {
		next := ""
		for _, rr := range answer {
			if c, ok := rr.(*dns.CNAME); ok && canonical(c.Hdr.Name) == name {
				next = canonical(c.Target)
				*ttl = min(*ttl, seconds(c.Hdr.Ttl))
			}
		}
		if next == "" {
			break
		}
		name = next
		aliases++
	}
	return name, aliases
}

// add takes one record in, if it makes sense.
func (a *Answer) add(rr dns.RR) bool {
	switch rr := rr.(type) {
	case *dns.A:
		return a.addAddr(rr.A.To4())
	case *dns.AAAA:
		return a.addAddr(rr.AAAA)
	case *dns.SRV:
		a.SRV = append(a.SRV, Service{
			Priority: rr.Priority, Weight: rr.Weight, Port: rr.Port,
			Target: strings.TrimSuffix(rr.Target, "."),
		})
	case *dns.NAPTR:
		a.NAPTR = append(a.NAPTR, Pointer{
			Order: rr.Order, Preference: rr.Preference, Flags: rr.Flags, Service: rr.Service,
			Regexp: rr.Regexp, Replacement: strings.TrimSuffix(rr.Replacement, "."),
		})
	default:
		return false
	}
	return true
}

func (a *Answer) addAddr(ip []byte) bool {
	addr, ok := netip.AddrFromSlice(ip)
	if ok {
		a.Addrs = append(a.Addrs, addr)
	}
	return ok
}

func (a *Answer) any() bool { return len(a.Addrs)+len(a.SRV)+len(a.NAPTR) > 0 }

// negativeTTL is how long the absence of records holds (RFC 2308 §5); without
// an SOA record it isn't remembered.
func negativeTTL(m *dns.Msg) time.Duration {
	for _, rr := range m.Ns {
		if soa, ok := rr.(*dns.SOA); ok {
			return min(seconds(soa.Hdr.Ttl), seconds(soa.Minttl), maxNegativeTTL)
		}
	}
	return 0
}

func hasSOA(m *dns.Msg) bool {
	for _, rr := range m.Ns {
		if _, ok := rr.(*dns.SOA); ok {
			return true
		}
	}
	return false
}

// seconds reads a TTL; one with the top bit set counts as 0 (RFC 2181 §8).
func seconds(ttl uint32) time.Duration {
	if ttl > 1<<31-1 {
		return 0
	}
	return time.Duration(ttl) * time.Second
}
