package userspace

import (
	"net/netip"
	"time"
)

// EncapsulationPort is the UDP port of a P-CSCF for ESP in UDP (RFC 3948 §2).
const EncapsulationPort = 4500

// Carrier is a way for ESP packets from host to host.
type Carrier struct {
	udp        bool
	bind, peer netip.AddrPort
}

// RawIP carries ESP in IP, as protocol 50. It needs the right to open raw sockets
// (CAP_NET_RAW), and takes sets in transport mode only.
func RawIP() Carrier { return Carrier{} }

// UDP carries ESP in UDP (RFC 3948, TS 33.203 Annex M) and needs no privilege. bind
// is the outer address and port of this side: without an address it is any, with
// port 0 any. peer is the P-CSCF's, for the UE; port 0 is [EncapsulationPort]. The
// P-CSCF gives the zero AddrPort: it sends to each UE where the last authentic
// packet of the UE's set came from.
func UDP(bind, peer netip.AddrPort) Carrier {
	if peer.IsValid() && peer.Port() == 0 {
		peer = netip.AddrPortFrom(peer.Addr(), EncapsulationPort)
	}
	return Carrier{udp: true, bind: bind, peer: unmap(peer)}
}

// wire is an open carrier. read and write are called by one goroutine each.
type wire interface {
	// read gives the next ESP packet, which is valid until the next read, and
	// where it came from. An empty packet is none.
	read() (packet []byte, from netip.AddrPort, err error)
	// write sends one; a raw wire doesn't use the port.
	write(packet []byte, to netip.AddrPort) error
	// at gives the outer address, with port 0 where there are no ports.
	at() netip.AddrPort
	// hurry bounds the time that writes may take from now on.
	hurry(d time.Duration)
	// close ends a read that waits.
	close() error
}

func (c Config) openWire() (wire, error) {
	if c.Carrier.udp {
		return openUDP(c.Carrier.bind)
	}
	return openRaw(c.Local)
}

func unmap(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }
