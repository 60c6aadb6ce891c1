package esp

import "errors"

// What can go wrong. Errors of [Opener] are returned as they are, so that a flood
// of forged packets costs no memory.
var (
	// ErrSuite: the pair of algorithms is not one of secagree.Suites.
	ErrSuite = errors.New("esp: no such pair of algorithms: take one of secagree.Suites")
	// ErrSPI: the packet belongs to another SA, or the SPI is 0, which never
	// names one (RFC 4303 §2.1).
	ErrSPI = errors.New("esp: the SPI is not that of an SA here: look up the SA by SPI first")
	// ErrRandom: the suite draws its IVs at random and no source was given, or
	// the source failed.
	ErrRandom = errors.New("esp: aes-cbc needs a working random source for its IVs")
	// ErrOverflow: the last sequence number is used up (RFC 4303 §3.3.3).
	ErrOverflow = errors.New("esp: sequence numbers used up: agree on a new set of SAs")
	// ErrTooLong: the sealed packet would not fit into an IP packet.
	ErrTooLong = errors.New("esp: payload too long for an IP packet: send less at a time")
	// ErrShort: the packet is too short for this SA's algorithms.
	ErrShort = errors.New("esp: packet cut short: drop it")
	// ErrAlign: the encrypted part is no whole number of blocks, or of 4-byte
	// words (RFC 4303 §2.4).
	ErrAlign = errors.New("esp: packet of a length that padding never gives: drop it")
	// ErrReplay: the sequence number was seen before, lies left of the window,
	// or is 0 (RFC 4303 §3.4.3).
	ErrReplay = errors.New("esp: sequence number seen before or too old: drop the packet")
	// ErrAuth: the ICV is wrong: another key, or a forged packet.
	ErrAuth = errors.New("esp: ICV wrong: drop the packet, and compare keys and algorithms if all fail")
	// ErrPadding: an authentic packet whose padding is not 1, 2, 3, …
	// (RFC 4303 §2.4).
	ErrPadding = errors.New("esp: padding wrong: drop the packet, the peer is broken")
	// ErrDummy: the packet says next header 59. An authentic one is dropped
	// silently (RFC 4303 §2.6); none is sent (TS 33.203 §6.2).
	ErrDummy = errors.New("esp: dummy packet (next header 59): drop it")
	// ErrIP: not an IP packet that can be protected, opened or matched: cut
	// short, of another version, or with IPv6 extension headers.
	ErrIP = errors.New("esp: not a plain IPv4 or IPv6 packet: drop it")
	// ErrFragment: the packet is a fragment, which has no selectors
	// (RFC 4301 §7) and can't be opened before reassembly (RFC 4303 §3.4.1).
	ErrFragment = errors.New("esp: fragment: reassemble before ESP, or lower the MTU of the sender")
	// ErrProtocol: the packet doesn't carry the protocol that was expected.
	ErrProtocol = errors.New("esp: unexpected protocol in IP packet: drop it")
)
