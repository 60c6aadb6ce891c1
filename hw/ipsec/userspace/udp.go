package userspace

import (
	"bytes"
	"net"
	"net/netip"
	"sync"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"

	"github.com/imsphone/imsphone/hw/sipnet"
)

// udpConn is a bound UDP socket of a [Stack].
type udpConn struct {
	ep    tcpip.Endpoint
	queue waiter.Queue
	entry waiter.Entry
	ready chan struct{}

	once sync.Once
	done chan struct{}

	reading sync.Mutex
	into    tcpip.SliceWriter

	writing sync.Mutex
	from    bytes.Reader
	to      tcpip.FullAddress
}

// ListenUDP binds a UDP socket to the Stack's address and a port. It receives from
// any peer of an installed set that has the port. What it sends elsewhere is
// dropped and counted in [Stats]. The error wraps one of the system's, such as
// EADDRINUSE.
func (s *Stack) ListenUDP(local netip.AddrPort) (sipnet.PacketConn, error) {
	c := &udpConn{done: make(chan struct{})}
	c.entry, c.ready = waiter.NewChannelEntry(waiter.ReadableEvents)
	if err := s.open(func() error { return s.bindUDP(c, local) }); err != nil {
		return nil, opError("listen", "udp", local, netip.AddrPort{}, err)
	}
	c.queue.EventRegister(&c.entry)
	return c, nil
}

func (s *Stack) bindUDP(c *udpConn, local netip.AddrPort) error {
	ep, err := s.net.NewEndpoint(udp.ProtocolNumber, protocolOf(s.cfg.Local), &c.queue)
	if err != nil {
		return explain(err)
	}
	if err := ep.Bind(fullAddress(local)); err != nil {
		ep.Close()
		return explain(err)
	}
	c.ep = ep
	return nil
}

// ReadFromUDPAddrPort waits for a datagram. What doesn't fit b is lost. The error
// is net.ErrClosed after Close.
func (c *udpConn) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	for {
		c.into = b
		res, err := c.ep.Read(&c.into, tcpip.ReadOptions{NeedRemoteAddr: true})
		switch err.(type) {
		case nil:
			return res.Count, addrPort(res.RemoteAddr), nil
		case *tcpip.ErrWouldBlock:
		default:
			return 0, netip.AddrPort{}, explain(err)
		}
		select {
		case <-c.done:
			return 0, netip.AddrPort{}, net.ErrClosed
		case <-c.ready:
		}
	}
}

// WriteToUDPAddrPort sends a datagram. It doesn't wait.
func (c *udpConn) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.from.Reset(b)
	c.to = fullAddress(to)
	n, err := c.ep.Write(&c.from, tcpip.WriteOptions{To: &c.to})
	c.from.Reset(nil)
	if err != nil {
		return 0, opError("write", "udp", netip.AddrPort{}, to, explain(err))
	}
	return int(n), nil
}

// Close ends reads that wait.
func (c *udpConn) Close() error {
	c.once.Do(func() {
		close(c.done)
		c.queue.EventUnregister(&c.entry)
		c.ep.Close()
	})
	return nil
}

func fullAddress(a netip.AddrPort) tcpip.FullAddress {
	switch addr := a.Addr().Unmap(); {
	case addr.Is4():
		return tcpip.FullAddress{Addr: tcpip.AddrFrom4(addr.As4()), Port: a.Port()}
	case addr.Is6():
		return tcpip.FullAddress{Addr: tcpip.AddrFrom16(addr.As16()), Port: a.Port()}
	}
	return tcpip.FullAddress{Port: a.Port()}
}

func addrPort(a tcpip.FullAddress) netip.AddrPort {
	if a.Addr.Len() == 4 {
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr.As4()), a.Port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(a.Addr.As16()), a.Port)
}

// opError says what failed between which addresses, as the package net does.
func opError(op, network string, local, remote netip.AddrPort, err error) error {
	e := &net.OpError{Op: op, Net: network, Err: err}
	addr := func(a netip.AddrPort) net.Addr {
		if network == "udp" {
			return net.UDPAddrFromAddrPort(a)
		}
		return net.TCPAddrFromAddrPort(a)
	}
	if local.IsValid() {
		e.Source = addr(local)
	}
	if remote.IsValid() {
		e.Addr = addr(remote)
	}
	return e
}
