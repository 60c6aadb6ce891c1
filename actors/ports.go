package actors

import (
	"context"
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/protocol/transport"
)

// Ports are the phone's hands: everything in it that blocks or touches the
// machine. cmd fills them from hw; tests from fakes.
type Ports struct {
	SIP      SIPPort
	RTP      RTPPort
	Audio    AudioPort
	Resolver Resolver
}

// SIPPort opens the signalling sockets of a line.
type SIPPort interface {
	// Listen binds what cfg names and calls recv for each message, in order
	// within a flow, and with Inbound.Err once for each flow that is lost.
	Listen(cfg SIPConfig, recv func(transport.Inbound)) (SIPSocket, error)
}

// SIPConfig says what a line's sockets are bound to.
type SIPConfig struct {
	// Local is the address to bind; an unspecified address means any, port 0
	// any port.
	Local netip.AddrPort
	// KeepAlive is the idle time after which a stream connection is pinged
	// (RFC 5626 §3.5.1); 0 never pings.
	KeepAlive time.Duration
	// TLSCAFile is a PEM file of the authorities to trust instead of the
	// system's; "" trusts the system's.
	TLSCAFile string
}

// SIPSocket is the signalling sockets of one line. Send never blocks.
type SIPSocket interface {
	// Local is the bound address of the listener for proto, which is what
	// others reach us by.
	Local(proto transport.Proto) netip.AddrPort
	// LocalFor is the address that packets to remote leave from, also where
	// the socket is bound to any address.
	LocalFor(remote netip.Addr) netip.Addr
	Send(flow transport.Flow, b []byte) error
	// Dial opens or reuses a connection; serverName is what a TLS certificate
	// must hold.
	Dial(ctx context.Context, proto transport.Proto, remote netip.AddrPort, serverName string) (transport.Flow, error)
	Close() error
}

// RTPPort opens media sockets.
type RTPPort interface {
	// Open binds an even RTP port and the odd port above it for RTCP on addr
	// (RFC 3550 §11).
	Open(addr netip.Addr) (RTPSocket, error)
	// LocalFor is the address that packets to remote leave from.
	LocalFor(remote netip.Addr) (netip.Addr, error)
}

// RTPSocket is a pair of RTP and RTCP sockets. The reads block and are used by
// one goroutine each; Close ends them.
type RTPSocket interface {
	LocalPort() uint16
	ReadRTP(b []byte) (n int, from netip.AddrPort, err error)
	ReadRTCP(b []byte) (n int, from netip.AddrPort, err error)
	WriteRTP(b []byte, to netip.AddrPort) error
	WriteRTCP(b []byte, to netip.AddrPort) error
	Close() error
}

// AudioPort opens the sound device.
type AudioPort interface {
	// Open starts capture and playback at rate Hz, mono, with frames of the
	// given period. It may block while the device settles.
	Open(rate int, period time.Duration) (AudioStream, error)
	// Silence is the same without a device: it captures silence at the device's
	// pace, so that a call lives on while the device is away.
	Silence(rate int, period time.Duration) AudioStream
}

// AudioStream is a running sound device. Read is the clock of a call's media:
// it blocks until one frame was captured. Write queues one frame and never
// blocks.
type AudioStream interface {
	Read(pcm []int16) error
	Write(pcm []int16) error
	Close() error
}

// Resolver answers the DNS questions of RFC 3263; each call may block until
// ctx ends.
type Resolver interface {
	Lookup(ctx context.Context, q transport.Query) (transport.Answer, error)
}
