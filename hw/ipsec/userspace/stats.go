package userspace

import (
	"sync/atomic"

	"github.com/imsphone/imsphone/protocol/esp"
)

// Stats counts packets that a [Stack] dropped, since it was made.
type Stats struct {
	// Outbound.
	// Unprotected: no installed SA has the packet's addresses and ports. ICMP,
	// with which the stack answers datagrams to ports that aren't bound, has
	// none.
	Unprotected uint64
	NoPeer      uint64 // the UE's outer address isn't known: it hasn't sent yet
	Unsealed    uint64 // the SA is used up, too much for one packet, no random numbers
	Unsent      uint64 // the system didn't take the ESP packet

	// Inbound.
	// UnknownSPI: no SA of ours has the SPI. What isn't ESP counts here too, and
	// with [RawIP] the ESP of all other programs and Stacks at the address.
	UnknownSPI uint64
	Replayed   uint64 // by the anti-replay window (RFC 4303 §3.4.3)
	AuthFailed uint64 // wrong ICV: other keys, or a forged packet
	Malformed  uint64 // wrong length or padding
	Mismatched uint64 // authentic, but from or to what the SA isn't for
}

// Outside counts the packets that came from outside the SAs.
func (s Stats) Outside() uint64 {
	return s.UnknownSPI + s.Replayed + s.AuthFailed + s.Malformed + s.Mismatched
}

// drops are Stats that any goroutine writes.
type drops struct {
	unprotected, noPeer, unsealed, unsent                   atomic.Uint64
	unknownSPI, replayed, authFailed, malformed, mismatched atomic.Uint64
}

func (d *drops) read() Stats {
	return Stats{
		Unprotected: d.unprotected.Load(),
		NoPeer:      d.noPeer.Load(),
		Unsealed:    d.unsealed.Load(),
		Unsent:      d.unsent.Load(),
		UnknownSPI:  d.unknownSPI.Load(),
		Replayed:    d.replayed.Load(),
		AuthFailed:  d.authFailed.Load(),
		Malformed:   d.malformed.Load(),
		Mismatched:  d.mismatched.Load(),
	}
}

// refused counts an inbound packet that an SA didn't open, by its error.
func (d *drops) refused(err error) {
	switch err {
	case esp.ErrDummy: // to be dropped in silence (RFC 4303 §2.6)
	case esp.ErrReplay:
		d.replayed.Add(1)
	case esp.ErrAuth:
		d.authFailed.Add(1)
	default:
		d.malformed.Add(1)
	}
}

// Counter counts what one SA did.
type Counter struct {
	Packets, Bytes uint64 // sealed, or opened and authentic; bytes of payload

	// Of inbound SAs: packets dropped, as in [Stats].
	Replayed, AuthFailed, Malformed, Mismatched uint64
}

func counterOf(s esp.Stats, mismatched uint64) Counter {
	return Counter{Packets: s.Packets, Bytes: s.Bytes, Replayed: s.Replays, AuthFailed: s.AuthFailures,
		Malformed: s.Malformed, Mismatched: mismatched}
}
