// Package transport holds what the SIP transport layer knows without touching
// a socket: the names of flows, and where a request goes (RFC 3261 §18,
// RFC 3263).
package transport

import (
	"fmt"
	"net/netip"
)

// Proto is a SIP transport protocol.
type Proto uint8

// The transports of RFC 3261 §18 that the phone speaks.
const (
	UDP Proto = iota
	TCP
	TLS
)

// String gives the name as the Via header writes it: "UDP", "TCP", "TLS".
func (p Proto) String() string {
	switch p {
	case UDP:
		return "UDP"
	case TCP:
		return "TCP"
	case TLS:
		return "TLS"
	}
	return fmt.Sprintf("Proto(%d)", uint8(p))
}

// Param gives the name as a transport= URI parameter writes it: "udp", "tcp",
// "tls" (RFC 3261 §19.1.1).
func (p Proto) Param() string {
	switch p {
	case TCP:
		return "tcp"
	case TLS:
		return "tls"
	}
	return "udp"
}

// Reliable tells whether the transport delivers or says that it didn't, so
// that transactions need no retransmissions (RFC 3261 §17).
func (p Proto) Reliable() bool { return p != UDP }

// ParseProto reads a transport name in any case ("UDP", "tcp").
func ParseProto(s string) (Proto, bool) {
	switch {
	case equalFold(s, "udp"):
		return UDP, true
	case equalFold(s, "tcp"):
		return TCP, true
	case equalFold(s, "tls"):
		return TLS, true
	}
	return 0, false
}

// equalFold compares ASCII tokens without case; want is lower case.
func equalFold(s, want string) bool {
	if len(s) != len(want) {
		return false
	}
	for i := range len(s) {
		if s[i]|0x20 != want[i] {
			return false
		}
	}
	return true
}

// Flow names one way between us and a peer. A transaction carries its flow,
// so nothing is ever looked up by the remote address alone; Gen tells apart
// the sockets of successive security association sets that share addresses
// (0 is the open, unprotected set).
type Flow struct {
	Local, Remote netip.AddrPort
	Proto         Proto
	Gen           uint32
}

// String gives "UDP 10.0.0.2:5060→10.0.0.1:5060".
func (f Flow) String() string {
	s := fmt.Sprintf("%s %s→%s", f.Proto, f.Local, f.Remote)
	if f.Gen != 0 {
		s += fmt.Sprintf("#%d", f.Gen)
	}
	return s
}

// Inbound is what a socket hands up: bytes of one message that came on Flow,
// or, with Err set, the news that the flow is gone. Data is only valid until
// the receiver returns.
type Inbound struct {
	Flow Flow
	Data []byte
	Err  error
}
