package rtpend

import (
	"net/netip"
	"time"
)

// Config is what offer and answer have agreed on about the peer, and the
// stream's own beginnings.
type Config struct {
	// SSRC and SeqStart are random (RFC 3550 §5.1). They and the other fields
	// of this group count at New only: a re-negotiation goes on with the same
	// source.
	SSRC     uint32
	SeqStart uint16
	// CNAME is the canonical name in our reports, the same in all streams of a
	// call; it should tell neither who nor where we are (RFC 7022).
	CNAME string
	// Random gives numbers in [0, 1): for the intervals of reports, and for
	// another SSRC after a collision. nil always gives 0.5.
	Random func() float64
	// ReportInterval is the mean time between reports; 0 is RFC 3550's 5 s.
	ReportInterval time.Duration
	// StallAfter is how long nothing may come before Stalled says so; 0 is
	// 10 s.
	StallAfter time.Duration
	// LatchWindow is how long after a negotiation the peer may turn out to
	// send from another address than it said; 0 is 5 s, negative is never.
	LatchWindow time.Duration
	// LatchAnyHost allows that for other hosts, too, as behind an address
	// translator that the peer knows nothing of. Without it only the port may
	// differ.
	LatchAnyHost bool

	// ClockRate is the RTP clock in Hz.
	ClockRate int
	// Bandwidth is RTCP's share in bytes a second (RFC 3550 §6.2).
	Bandwidth float64
	// Receive tells that the peer should be heard.
	Receive bool
	// Remote is where the peer receives RTP, and so where it has to send from
	// (RFC 4961). RemoteRTCP is the same for reports; the same address as
	// Remote stands for RFC 5761, an invalid one for the port above Remote's.
	Remote, RemoteRTCP netip.AddrPort
}

const (
	defaultStall = 10 * time.Second
	defaultLatch = 5 * time.Second
)

// filled gives the configuration with defaults in the place of zeros.
func (c Config) filled() Config {
	if c.Random == nil {
		c.Random = func() float64 { return 0.5 }
	}
	if c.StallAfter <= 0 {
		c.StallAfter = defaultStall
	}
	if c.LatchWindow == 0 {
		c.LatchWindow = defaultLatch
	}
	c.Remote, c.RemoteRTCP = Unmapped(c.Remote), Unmapped(c.RemoteRTCP)
	if c.Remote.IsValid() && !c.RemoteRTCP.IsValid() {
		c.RemoteRTCP = above(c.Remote)
	}
	return c
}

// renegotiated gives c as what was negotiated anew, with the beginnings of old.
func (c Config) renegotiated(old Config) Config {
	c.SSRC, c.SeqStart, c.CNAME, c.Random = old.SSRC, old.SeqStart, old.CNAME, old.Random
	c.ReportInterval, c.StallAfter = old.ReportInterval, old.StallAfter
	c.LatchWindow, c.LatchAnyHost = old.LatchWindow, old.LatchAnyHost
	return c
}

// Ticks gives a duration in units of the RTP clock.
func (c *Config) Ticks(d time.Duration) int64 {
	rate := int64(c.ClockRate)
	return int64(d/time.Second)*rate + int64(d%time.Second)*rate/int64(time.Second)
}

// Duration is the other way around.
func (c *Config) Duration(ticks int64) time.Duration {
	rate := int64(c.ClockRate)
	return time.Duration(ticks/rate)*time.Second + time.Duration(ticks%rate*int64(time.Second)/rate)
}

// Unmapped gives IPv4 addresses one form, whichever kind of socket they came
// from.
func Unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// above is the address with the next port, RTCP's by custom (RFC 3550 §11).
func above(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), a.Port()+1) }
