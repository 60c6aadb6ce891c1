// Package userspace protects the signalling of an IMS without the kernel's help:
// a TCP/IP stack of our own makes and takes the IP packets, and protocol/esp
// seals and opens them (TS 33.203 §7, RFC 4303). It is for machines whose kernel
// has no ESP or gives us no privilege, and for tests. One [Stack] is one protected
// address, either the phone's or that of a P-CSCF with many phones.
//
//	ListenUDP, ListenTCP, DialTCP
//	      |               ^
//	  UDP, TCP, IP of the stack
//	      v               |
//	outbound SA by      inner ports = those
//	the packet's ports  of the inbound SA?
//	      |               ^
//	     seal            open, by SPI
//	      v               |
//	carrier: IP protocol 50, or UDP (RFC 3948)
//
// What leaves the stack without matching the selectors of an outbound SA is
// dropped and counted, so nothing ever leaves in the clear. What comes in by an
// SA with other addresses or ports than the SA's is dropped and counted as well.
//
// # Lengths
//
// TCP segments are so short that their ESP packets fit an outer packet of 1500
// bytes, or 1280 bytes over IPv6. A UDP datagram is never cut before it is sealed
// (RFC 4303 §3.3.4): a long one becomes a long ESP packet, up to the 64 kB that
// UDP allows, which the machine's own kernel fragments and the peer's reassembles
// before ESP sees it.
//
// # Costs
//
// A Stack has one goroutine of ours and one of the TCP/IP stack for each
// processor, and takes 100 kB while it is idle. The way of a packet allocates nothing of its own in either direction;
// the TCP/IP stack does, and so does the system's raw socket for IPv6.
package userspace
