//go:build linux

package qemutest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// Clock is a time server on the network, whose time is another one than ours.
type Clock struct {
	ahead time.Duration
	conn  *net.UDPConn
}

// ntpPort is NTP's (RFC 5905 §7.2).
const ntpPort = 123

// StartClock serves a time that is ahead of ours, by SNTP, at the core's address.
func StartClock(ahead time.Duration) (*Clock, error) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(coreAddr, ntpPort)))
	if err != nil {
		return nil, fmt.Errorf("time server: %w", err)
	}
	c := &Clock{ahead, conn}
	go c.serve()
	return c, nil
}

// Addr is where it is asked.
func (c *Clock) Addr() netip.Addr { return coreAddr }

// Now is its time.
func (c *Clock) Now() time.Time { return time.Now().Add(c.ahead) }

// Close ends it.
func (c *Clock) Close() error { return c.conn.Close() }

func (c *Clock) serve() {
	packet := make([]byte, 512)
	for {
		n, from, err := c.conn.ReadFromUDPAddrPort(packet)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if answer := answerTime(packet[:n], c.Now()); err == nil && answer != nil {
			c.conn.WriteToUDPAddrPort(answer, from) // who gets none asks again
		}
	}
}

// Of NTP's packets (RFC 5905 §7.3): their size without extensions, and where their
// times are, in seconds since 1900 and fractions of one.
const (
	ntpSize      = 48
	ntpReference = 16
	ntpOrigin    = 24
	ntpReceive   = 32
	ntpTransmit  = 40
)

// answerTime gives a server's answer to a client's request at a time; nil to
// anything else.
func answerTime(request []byte, now time.Time) []byte {
	const client, server = 3, 4
	if len(request) < ntpSize || request[0]&7 != client {
		return nil
	}
	answer := make([]byte, ntpSize)
	answer[0] = request[0]&0x38 | server // its version, no leap second
	answer[1] = 1                        // a clock that asks no other
	answer[2] = request[2]
	answer[3] = 0xec          // 2^-20 s
	copy(answer[12:], "LOCL") // a reference that nobody knows
	copy(answer[ntpOrigin:], request[ntpTransmit:ntpSize])
	for _, at := range []int{ntpReference, ntpReceive, ntpTransmit} {
		binary.BigEndian.PutUint64(answer[at:], ntpTime(now))
	}
	return answer
}

// ntpTime is a time of ours as NTP writes it.
func ntpTime(t time.Time) uint64 {
	const since1900 = 2208988800 // s until 1970
	return uint64(uint32(t.Unix()+since1900))<<32 | uint64(t.Nanosecond())<<32/1e9
}
