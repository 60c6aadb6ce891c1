package esp

import "sync/atomic"

// Stats counts what one end of an SA did since it was made.
type Stats struct {
	Packets uint64 // sealed, or opened and authentic
	Bytes   uint64 // of payload in those packets

	// The rest is of the receiving end: packets refused.
	Replays      uint64 // by the anti-replay window, sequence number 0 included
	AuthFailures uint64 // for a wrong ICV
	Malformed    uint64 // for their SPI, length or padding
}

// counters are Stats that one goroutine writes and any reads.
type counters struct {
	packets, bytes, replays, authFailures, malformed atomic.Uint64
}

func (c *counters) read() Stats {
	return Stats{
		Packets:      c.packets.Load(),
		Bytes:        c.bytes.Load(),
		Replays:      c.replays.Load(),
		AuthFailures: c.authFailures.Load(),
		Malformed:    c.malformed.Load(),
	}
}

// carried counts a packet that did its job.
func (c *counters) carried(payload int) {
	c.packets.Add(1)
	c.bytes.Add(uint64(payload))
}

// refused counts a packet by the error that it got.
func (c *counters) refused(err error) {
	switch err {
	case ErrReplay:
		c.replays.Add(1)
	case ErrAuth:
		c.authFailures.Add(1)
	default:
		c.malformed.Add(1)
	}
}
