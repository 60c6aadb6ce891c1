package video

import (
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/media/rtpend"
)

// Config is what offer and answer have agreed on, and the stream's own
// beginnings.
type Config struct {
	// SSRC, SeqStart and TSStart are random (RFC 3550 §5.1), CNAME is that of
	// the call's other streams. They and Random count at New only, see
	// [rtpend.Config].
	SSRC     uint32
	SeqStart uint16
	TSStart  uint32
	CNAME    string
	Random   func() float64

	// PayloadType is what to send JPEG with, ReceiveType what the peer sends it
	// with.
	PayloadType, ReceiveType uint8
	// Send and Receive are the direction.
	Send, Receive bool
	// Rate is the pictures a second that the camera makes; 0 is 15.
	Rate int
	// Bandwidth bounds what is sent, headers included, in kbit/s; 0 is no bound.
	Bandwidth int
	// PayloadSize bounds the RTP payloads in bytes; 0 is 1200, which passes
	// everywhere.
	PayloadSize int
	// Remote and RemoteRTCP are as in [rtpend.Config].
	Remote, RemoteRTCP netip.AddrPort
}

// ClockRate is the RTP clock of video in Hz (RFC 2435 §3).
const ClockRate = 90000

const (
	defaultRate    = 15
	defaultPayload = 1200
	// reportShare is RTCP's part of the bandwidth (RFC 3550 §6.2), in bytes a
	// second of a kbit/s; assumedBandwidth in kbit/s is taken where there is no
	// bound.
	reportShare      = 1000.0 / 8 / 20
	assumedBandwidth = 512
)

func (c Config) filled() Config {
	if c.Rate <= 0 {
		c.Rate = defaultRate
	}
	if c.PayloadSize <= 0 {
		c.PayloadSize = defaultPayload
	}
	return c
}

// end is the part of the configuration that is every stream's.
func (c *Config) end() rtpend.Config {
	bandwidth := c.Bandwidth
	if bandwidth == 0 {
		bandwidth = assumedBandwidth
	}
	return rtpend.Config{SSRC: c.SSRC, SeqStart: c.SeqStart, CNAME: c.CNAME, Random: c.Random,
		ClockRate: ClockRate, Bandwidth: reportShare * float64(bandwidth), Receive: c.Receive,
		Remote: c.Remote, RemoteRTCP: c.RemoteRTCP}
}

// interval is the time between two pictures.
func (c *Config) interval() time.Duration { return time.Second / time.Duration(c.Rate) }
