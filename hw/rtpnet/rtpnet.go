// Package rtpnet opens the socket pairs of media streams: an even UDP port for
// RTP and the odd one above it for RTCP (RFC 3550 §11). Reading and writing a
// packet does not allocate.
package rtpnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrNoPort says that every port of the range is taken.
var ErrNoPort = errors.New("no free media port")

// Range is the ports that streams may use, Low and High included. It hands
// them out in turn, so that a port rests as long as possible before late
// packets of its former stream could reach a new one.
type Range struct {
	Low, High uint16
	next      atomic.Uint32
}

// Open binds a pair on addr, whose packets are marked with a class.
func (r *Range) Open(addr netip.Addr, class Class) (*Pair, error) {
	low := uint32(r.Low) + uint32(r.Low)&1
	pairs := (uint32(r.High) + 1 - low) / 2
	var last error
	for range pairs {
		port := uint16(low + r.next.Add(1)%pairs*2)
		pair, err := listen(addr, port, class)
		if err == nil {
			return pair, nil
		}
		last = err
		if !errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("can't open a media port on %s: %w", addr, err)
		}
	}
	return nil, fmt.Errorf("%w in media.rtp_ports %d-%d: widen the range (%w)", ErrNoPort, r.Low, r.High, last)
}

func listen(addr netip.Addr, port uint16, class Class) (*Pair, error) {
	rtp, err := newDatagrams(netip.AddrPortFrom(addr, port))
	if err != nil {
		return nil, err
	}
	rtcp, err := newDatagrams(netip.AddrPortFrom(addr, port+1))
	if err != nil {
		rtp.conn.Close()
		return nil, err
	}
	mark(rtp.raw, class)
	if class == Video {
		// The kernel may grant less, which is no reason not to see anything.
		_ = rtp.conn.SetReadBuffer(videoBuffer)
	}
	return &Pair{rtp: rtp, rtcp: rtcp, port: port}, nil
}

// Class is a traffic class: a DSCP in the upper six bits.
type Class uint8

// The classes of a call's media: EF (RFC 3246, RFC 4594 §4.1) and AF41 (RFC 2597,
// RFC 4594 §4.3), so that pictures never get into the way of voice.
const (
	Voice Class = 46 << 2
	Video Class = 34 << 2
)

// videoBuffer is how much of video the kernel is asked to hold for a phone that
// stands still, in bytes. What it has by default ends after about 90 packets, one
// second of video, each of which takes more than its length.
const videoBuffer = 1 << 20

// mark asks the network for a class. A kernel or container that refuses does no
// harm, so errors are of no interest.
func mark(raw syscall.RawConn, class Class) {
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS, int(class))
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_TCLASS, int(class))
	})
}

// LocalFor gives the address that packets to remote leave from, as the kernel
// routes now. Nothing is sent.
func LocalFor(remote netip.Addr) (netip.Addr, error) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(remote, discardPort)))
	if err != nil {
		return netip.Addr{}, fmt.Errorf("no way to %s: %w", remote, err)
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), nil
}

// discardPort stands for any port: only the route counts.
const discardPort = 9

// Pair is the two sockets of one stream. Reads block until a packet or Close;
// each read method is for one goroutine.
type Pair struct {
	rtp, rtcp *datagrams
	port      uint16
}

// LocalPort is the RTP port; RTCP's is one higher.
func (p *Pair) LocalPort() uint16 { return p.port }

// ReadRTP reads one RTP packet.
func (p *Pair) ReadRTP(b []byte) (int, netip.AddrPort, error) { return p.rtp.read(b) }

// ReadRTCP reads one RTCP packet.
func (p *Pair) ReadRTCP(b []byte) (int, netip.AddrPort, error) { return p.rtcp.read(b) }

// WriteRTP sends one RTP packet.
func (p *Pair) WriteRTP(b []byte, to netip.AddrPort) error { return p.rtp.write(b, to) }

// WriteRTCP sends one RTCP packet.
func (p *Pair) WriteRTCP(b []byte, to netip.AddrPort) error { return p.rtcp.write(b, to) }

// Close ends the reads.
func (p *Pair) Close() error { return errors.Join(p.rtp.conn.Close(), p.rtcp.conn.Close()) }
