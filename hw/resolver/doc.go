// Package resolver asks the DNS for what RFC 3263 needs to find a SIP server:
// NAPTR, SRV, A and AAAA records.
//
// It asks the servers of resolv.conf in their order, by UDP and, for what
// doesn't fit, by TCP; it looks into the hosts file first, and remembers
// answers, the negative ones too, for as long as the DNS allows (RFC 2308).
package resolver
