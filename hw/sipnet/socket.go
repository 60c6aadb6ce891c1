package sipnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imsphone/imsphone/protocol/transport"
)

// Socket is the SIP sockets of one local address: see the package comment. Its
// methods are safe for concurrent use.
type Socket struct {
	cfg  Config
	recv func(transport.Inbound)

	udp      *udpSocket   // nil if not bound
	tcp, tls net.Listener // nil if not bound

	ctx    context.Context // done once closed
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu        sync.Mutex
	closed    bool
	conns     map[*conn]struct{}       // all, also before they are ready
	flows     map[transport.Flow]*conn // those that messages can go through
	dialled   map[dialKey]*conn
	dialling  map[dialKey]*pending
	accepted  int       // of conns
	drainBy   time.Time // set before any conn's drain is closed
	closeOnce sync.Once
	closeErr  error

	turnedAway atomic.Uint64
}

// Listen binds what cfg says and calls recv with what comes: each message, and
// once for each flow that is lost Inbound.Err. Calls for one flow don't overlap
// and keep the order in which things came; calls for different flows may
// overlap. recv may call Send and Dial but not Close, and while it runs nothing
// more is read from the flow.
//
// For UDP, Inbound.Err means that the network reported the failure of something
// sent on the flow (ICMP); the flow can still be used.
func Listen(cfg Config, recv func(transport.Inbound)) (*Socket, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	s := newSocket(cfg, recv)
	if err := s.bind(); err != nil {
		s.cancel()
		s.unbind() // what was bound before carries nothing yet
		return nil, err
	}
	if s.udp != nil {
		s.wg.Go(s.udp.read)
	}
	if s.tcp != nil {
		s.wg.Go(func() { s.accept(s.tcp, transport.TCP) })
	}
	if s.tls != nil {
		s.wg.Go(func() { s.accept(s.tls, transport.TLS) })
	}
	return s, nil
}

// newSocket makes a Socket that is bound to nothing.
func newSocket(cfg Config, recv func(transport.Inbound)) *Socket {
	s := &Socket{
		cfg: cfg, recv: recv,
		conns: make(map[*conn]struct{}), flows: make(map[transport.Flow]*conn),
		dialled: make(map[dialKey]*conn), dialling: make(map[dialKey]*pending),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Send sends b, one whole message or keep-alive, on flow and never blocks. An
// error tells that it didn't leave; no error doesn't tell that it arrived.
func (s *Socket) Send(flow transport.Flow, b []byte) error {
	if flow.Gen != s.cfg.Gen {
		return fmt.Errorf("%s: %w", flow, ErrNoFlow)
	}
	if flow.Proto == transport.UDP {
		if s.udp == nil {
			return fmt.Errorf("%s: %w", flow, ErrNoFlow)
		}
		return s.udp.send(flow, b)
	}
	s.mu.Lock()
	c := s.flows[flow]
	s.mu.Unlock()
	if c == nil {
		return fmt.Errorf("%s: %w", flow, ErrNoFlow)
	}
	return c.send(b)
}

// Ping sends the keep-alive CRLFCRLF on flow (RFC 5626 §3.5.1), which over UDP
// does no more than keep the way through address translators open.
func (s *Socket) Ping(flow transport.Flow) error { return s.Send(flow, keepAlivePing) }

// Local gives the bound address for proto, with the port that was chosen where
// Config left it open; the zero AddrPort where nothing is bound.
func (s *Socket) Local(proto transport.Proto) netip.AddrPort {
	switch {
	case proto == transport.UDP && s.udp != nil:
		return s.udp.local
	case proto == transport.TCP && s.tcp != nil:
		return addrPortOf(s.tcp.Addr())
	case proto == transport.TLS && s.tls != nil:
		return addrPortOf(s.tls.Addr())
	}
	return netip.AddrPort{}
}

// LocalFor gives the address that packets to remote leave from: the bound one,
// or where that is any address the one that the system chooses at the moment.
// It is the zero Addr where there is no way to remote.
func (s *Socket) LocalFor(remote netip.Addr) netip.Addr {
	if local := s.cfg.Local.Addr(); local.IsValid() && !local.IsUnspecified() {
		return local.Unmap()
	}
	// A UDP socket that is connected sends nothing but makes the system decide.
	const discard = 9
	probe, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(remote.Unmap(), discard)))
	if err != nil {
		return netip.Addr{}
	}
	defer probe.Close()
	return addrPortOf(probe.LocalAddr()).Addr()
}

// udpFlow gives the flow to remote over the UDP socket.
func (s *Socket) udpFlow(remote netip.AddrPort) (transport.Flow, error) {
	if s.udp == nil {
		return transport.Flow{}, fmt.Errorf("UDP %s: %w", remote, ErrNoFlow)
	}
	local := s.LocalFor(remote.Addr())
	if !local.IsValid() {
		return transport.Flow{}, fmt.Errorf("UDP %s: %w", remote, ErrUnreachable)
	}
	return transport.Flow{
		Local: netip.AddrPortFrom(local, s.udp.local.Port()), Remote: remote,
		Proto: transport.UDP, Gen: s.cfg.Gen,
	}, nil
}

// Stats counts what a Socket has to do with.
type Stats struct {
	Connections int    // open, in both directions
	TurnedAway  uint64 // connections from outside that were too many
}

// Stats gives the counts of the moment.
func (s *Socket) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{Connections: len(s.conns), TurnedAway: s.turnedAway.Load()}
}

func (s *Socket) isClosed() bool { return s.ctx.Err() != nil }

// Close ends everything. What was sent before still goes out where the peer
// takes it within half a second. After Close recv isn't called any more.
func (s *Socket) Close() error {
	s.closeOnce.Do(func() { s.closeErr = s.close() })
	return s.closeErr
}

func (s *Socket) close() error {
	s.mu.Lock()
	s.closed = true
	s.drainBy = time.Now().Add(drainTimeout)
	s.cancel()
	for c := range s.conns {
		if s.flows[c.flow] == c {
			close(c.drain)
			c.hurry()
		} else {
			c.fail(ErrClosed) // in its handshake
		}
	}
	s.mu.Unlock()
	err := s.unbind()
	s.wg.Wait()
	return err
}

// unbind closes what bind opened.
func (s *Socket) unbind() error {
	var errs []error
	if s.udp != nil {
		errs = append(errs, s.udp.conn.Close())
	}
	for _, l := range []net.Listener{s.tcp, s.tls} {
		if l != nil {
			errs = append(errs, l.Close())
		}
	}
	return errors.Join(errs...)
}
