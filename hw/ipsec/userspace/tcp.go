package userspace

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"
)

// backlog is how many connections may wait for Accept.
const backlog = 64

// newTCP makes a bound endpoint. A port may have one listener and any number of
// connections, each to another peer.
func (s *Stack) newTCP(local netip.AddrPort, queue *waiter.Queue) (tcpip.Endpoint, error) {
	ep, err := s.net.NewEndpoint(tcp.ProtocolNumber, protocolOf(s.cfg.Local), queue)
	if err != nil {
		return nil, explain(err)
	}
	ep.SocketOptions().SetReuseAddress(true)
	// The route's MTU doesn't count on the way to a loopback address.
	ep.SetSockOptInt(tcpip.MaxSegOption, s.cfg.segment())
	if err := ep.Bind(fullAddress(local)); err != nil {
		ep.Close()
		return nil, explain(err)
	}
	return ep, nil
}

// DialTCP connects from exactly that address and port. It fails at once with
// [ErrNoSA] if no installed set protects the connection; other errors wrap the
// system's, such as ECONNREFUSED, or ctx's.
func (s *Stack) DialTCP(ctx context.Context, local, remote netip.AddrPort) (net.Conn, error) {
	c, err := s.dial(ctx, local, remote)
	if err != nil {
		return nil, opError("dial", "tcp", local, remote, err)
	}
	return c, nil
}

func (s *Stack) dial(ctx context.Context, local, remote netip.AddrPort) (net.Conn, error) {
	if !s.sender.protects(path{unmap(local), unmap(remote)}) {
		return nil, ErrNoSA
	}
	queue := new(waiter.Queue)
	entry, connected := waiter.NewChannelEntry(waiter.WritableEvents | waiter.EventErr | waiter.EventHUp)
	queue.EventRegister(&entry)
	defer queue.EventUnregister(&entry)
	var ep tcpip.Endpoint
	if err := s.open(func() (err error) { ep, err = s.connect(queue, local, remote); return err }); err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		ep.Abort()
		return nil, ctx.Err()
	case <-connected:
	}
	if err := ep.LastError(); err != nil {
		ep.Close()
		return nil, explain(err)
	}
	return &conn{TCPConn: gonet.NewTCPConn(queue, ep)}, nil
}

// connect begins to.
func (s *Stack) connect(queue *waiter.Queue, local, remote netip.AddrPort) (tcpip.Endpoint, error) {
	ep, err := s.newTCP(local, queue)
	if err != nil {
		return nil, err
	}
	tune(ep)
	s.makeWay(local, remote)
	switch err := ep.Connect(fullAddress(remote)); err.(type) {
	case nil, *tcpip.ErrConnectStarted:
		return ep, nil
	default:
		ep.Close()
		return nil, explain(err)
	}
}

// makeWay ends a former connection between the same ports that is closed and only
// lingers, since the ports of a set are pinned. What it hadn't delivered is lost.
func (s *Stack) makeWay(local, remote netip.AddrPort) {
	from, to := fullAddress(local), fullAddress(remote)
	former, ok := s.net.FindTransportEndpoint(protocolOf(s.cfg.Local), tcp.ProtocolNumber, stack.TransportEndpointID{
		LocalAddress: from.Addr, LocalPort: from.Port, RemoteAddress: to.Addr, RemotePort: to.Port,
	}, nicID).(*tcp.Endpoint)
	if !ok {
		return
	}
	switch former.EndpointState() {
	case tcp.StateFinWait1, tcp.StateFinWait2, tcp.StateClosing, tcp.StateLastAck, tcp.StateTimeWait:
		former.Abort()
	}
}

// conn makes a connection's errors those of the system.
type conn struct {
	*gonet.TCPConn
	closed atomic.Bool
}

// Read is that of net.Conn.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	return n, c.explain(err)
}

// Write is that of net.Conn.
func (c *conn) Write(b []byte) (int, error) {
	n, err := c.TCPConn.Write(b)
	return n, c.explain(err)
}

// Close lets out what was written, in the background.
func (c *conn) Close() error {
	c.closed.Store(true)
	return c.TCPConn.Close()
}

func (c *conn) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case c.closed.Load():
		return net.ErrClosed
	}
	return explainText(err)
}

// listener is a listening TCP socket of a [Stack].
type listener struct {
	ep    tcpip.Endpoint
	at    net.Addr
	queue waiter.Queue
	once  sync.Once
	done  chan struct{}
}

// ListenTCP listens at the Stack's address and a port. The error wraps one of the
// system's, such as EADDRINUSE.
func (s *Stack) ListenTCP(local netip.AddrPort) (net.Listener, error) {
	l := &listener{at: net.TCPAddrFromAddrPort(local), done: make(chan struct{})}
	if err := s.open(func() error { return s.listen(l, local) }); err != nil {
		return nil, opError("listen", "tcp", local, netip.AddrPort{}, err)
	}
	return l, nil
}

func (s *Stack) listen(l *listener, local netip.AddrPort) error {
	ep, err := s.newTCP(local, &l.queue)
	if err != nil {
		return err
	}
	if err := ep.Listen(backlog); err != nil {
		ep.Close()
		return explain(err)
	}
	l.ep = ep
	return nil
}

// Accept waits for a connection. The error is net.ErrClosed after Close.
func (l *listener) Accept() (net.Conn, error) {
	entry, ready := waiter.NewChannelEntry(waiter.ReadableEvents | waiter.EventErr | waiter.EventHUp)
	l.queue.EventRegister(&entry)
	defer l.queue.EventUnregister(&entry)
	for {
		ep, queue, err := l.ep.Accept(nil)
		switch err.(type) {
		case nil:
			tune(ep)
			return &conn{TCPConn: gonet.NewTCPConn(queue, ep)}, nil
		case *tcpip.ErrWouldBlock:
		default:
			return nil, explain(err)
		}
		select {
		case <-l.done:
			return nil, net.ErrClosed
		case <-ready:
		}
	}
}

// Close ends an Accept that waits.
func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.done)
		l.ep.Close()
	})
	return nil
}

// Addr gives the address and port.
func (l *listener) Addr() net.Addr { return l.at }
