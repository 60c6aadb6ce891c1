package sipnet

import (
	"bytes"
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

// Path is the ports of one set of security associations, as one of its two ends
// sees them (TS 33.203 §7.1). Requests and, over UDP, responses leave from the
// client port to the peer's server port; over TCP responses go back on the
// connection of their request.
type Path struct {
	// Gen is the generation that the Path's flows carry, never 0.
	Gen                        uint32
	LocalClient, LocalServer   netip.AddrPort
	RemoteClient, RemoteServer netip.AddrPort
}

// flow is the one UDP flow of a Path. It is named by the server ports, whatever
// port a datagram really used.
func (p Path) flow() transport.Flow {
	return transport.Flow{Local: p.LocalServer, Remote: p.RemoteServer, Proto: transport.UDP, Gen: p.Gen}
}

// ProtectedConfig says how a [Protected] works.
type ProtectedConfig struct {
	Network Network
	// KeepAlive, IdleTimeout and MaxAccepted are as in [Config]; MaxAccepted is
	// that of each Path.
	KeepAlive, IdleTimeout time.Duration
	MaxAccepted            int
}

// Protected is the sockets of sets of security associations. Sets share the
// ports that they have in common; what comes to a port from anywhere but the
// peer ports of a set is dropped and counted. Its methods are safe for
// concurrent use.
type Protected struct {
	cfg  ProtectedConfig
	recv func(transport.Inbound)

	mu      sync.Mutex
	closed  bool
	paths   map[uint32]*path
	peers   map[link]*path // by the two ports of each direction
	clients map[netip.AddrPort]*port
	servers map[netip.AddrPort]*port
	wg      sync.WaitGroup

	outside atomic.Uint64
}

// link is one local and one remote port of a set.
type link struct{ local, remote netip.AddrPort }

// path is a Path with its sockets.
type path struct {
	Path
	client *port
	// tcp holds the connections; it listens at nothing itself.
	tcp *Socket
	// order keeps what comes to the two UDP ports apart.
	order sync.Mutex
}

// port is a bound port that paths share.
type port struct {
	at   netip.AddrPort
	udp  PacketConn
	tcp  net.Listener // nil for a client port
	uses int
}

// NewProtected makes the sockets' owner. recv is called as that of [Listen].
func NewProtected(cfg ProtectedConfig, recv func(transport.Inbound)) *Protected {
	return &Protected{cfg: cfg, recv: recv, paths: map[uint32]*path{}, peers: map[link]*path{},
		clients: map[netip.AddrPort]*port{}, servers: map[netip.AddrPort]*port{}}
}

// Outside counts what came to protected ports from outside the sets.
func (p *Protected) Outside() uint64 { return p.outside.Load() }

// Add binds what a Path needs.
func (p *Protected) Add(at Path) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return ErrClosed
	case p.paths[at.Gen] != nil:
		return fmt.Errorf("set %d is there already", at.Gen)
	}
	for _, l := range at.links() {
		if p.peers[l] != nil {
			return fmt.Errorf("another set has the ports %s and %s: %w", l.local, l.remote, ErrInUse)
		}
	}
	client, err := p.bind(p.clients, at.LocalClient, false)
	if err != nil {
		return err
	}
	if _, err := p.bind(p.servers, at.LocalServer, true); err != nil {
		p.release(p.clients, at.LocalClient)
		return err
	}
	x := &path{Path: at, client: client}
	x.tcp = p.connections(x)
	p.paths[at.Gen] = x
	for _, l := range at.links() {
		p.peers[l] = x
	}
	return nil
}

// links are the two pairs of ports that datagrams of a Path use to come in.
func (p Path) links() [2]link {
	return [2]link{{p.LocalServer, p.RemoteClient}, {p.LocalClient, p.RemoteServer}}
}

// connections makes the holder of a path's TCP connections.
func (p *Protected) connections(x *path) *Socket {
	cfg, _ := Config{Gen: x.Gen, KeepAlive: p.cfg.KeepAlive, IdleTimeout: p.cfg.IdleTimeout, MaxAccepted: p.cfg.MaxAccepted}.complete()
	cfg.reset = true
	cfg.dial = func(ctx context.Context) (net.Conn, error) {
		return p.cfg.Network.DialTCP(ctx, x.LocalClient, x.RemoteServer)
	}
	return newSocket(cfg, p.recv)
}

// bind gives the port, opened where it is new.
func (p *Protected) bind(ports map[netip.AddrPort]*port, at netip.AddrPort, listen bool) (*port, error) {
	if b := ports[at]; b != nil {
		b.uses++
		return b, nil
	}
	udp, err := p.cfg.Network.ListenUDP(at)
	if err != nil {
		return nil, fmt.Errorf("can't open the protected port %s for UDP: %w", at, err)
	}
	b := &port{at: at, udp: udp, uses: 1}
	if listen {
		if b.tcp, err = p.cfg.Network.ListenTCP(at); err != nil {
			udp.Close()
			return nil, fmt.Errorf("can't open the protected port %s for TCP: %w", at, err)
		}
		p.wg.Go(func() { p.accept(b) })
	}
	ports[at] = b
	p.wg.Go(func() { p.read(b) })
	return b, nil
}

func (p *Protected) release(ports map[netip.AddrPort]*port, at netip.AddrPort) {
	b := ports[at]
	if b.uses--; b.uses > 0 {
		return
	}
	delete(ports, at)
	b.udp.Close() // its readers end by it
	if b.tcp != nil {
		b.tcp.Close()
	}
}

// Remove closes what no other Path uses. A generation that isn't there is no
// error.
func (p *Protected) Remove(gen uint32) {
	p.mu.Lock()
	x := p.paths[gen]
	if x == nil {
		p.mu.Unlock()
		return
	}
	delete(p.paths, gen)
	for _, l := range x.links() {
		delete(p.peers, l)
	}
	p.mu.Unlock()
	x.tcp.Close() // lets out what was sent before
	p.mu.Lock()
	defer p.mu.Unlock()
	p.release(p.clients, x.LocalClient)
	p.release(p.servers, x.LocalServer)
}

// Connect gives the flow of requests over a Path. For TCP it opens the
// connection where there is none.
func (p *Protected) Connect(ctx context.Context, gen uint32, proto transport.Proto) (transport.Flow, error) {
	x := p.path(gen)
	switch {
	case x == nil:
		return transport.Flow{}, fmt.Errorf("set %d: %w", gen, ErrNoFlow)
	case proto == transport.UDP:
		return x.flow(), nil
	}
	return x.tcp.Dial(ctx, transport.TCP, x.RemoteServer, "")
}

func (p *Protected) path(gen uint32) *path {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paths[gen]
}

// Send sends one whole message on a flow of a Path.
func (p *Protected) Send(flow transport.Flow, b []byte) error {
	x := p.path(flow.Gen)
	if x == nil {
		return fmt.Errorf("%s: %w", flow, ErrNoFlow)
	}
	if flow.Proto != transport.UDP {
		return x.tcp.Send(flow, b)
	}
	if _, err := x.client.udp.WriteToUDPAddrPort(b, x.RemoteServer); err != nil {
		return about(transport.UDP, x.RemoteServer, explain(err))
	}
	return nil
}

// read is the goroutine of a port's datagrams.
func (p *Protected) read(b *port) {
	buf := make([]byte, maxDatagram)
	for failures := 0; ; {
		n, from, err := b.udp.ReadFromUDPAddrPort(buf)
		switch {
		case err == nil:
			failures = 0
			p.take(b, buf[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
		case errors.Is(err, net.ErrClosed):
			return
		default: // the network's news on something that was sent
			if failures++; failures > maxFailures {
				time.Sleep(failurePause)
			}
		}
	}
}

func (p *Protected) take(b *port, data []byte, from netip.AddrPort) {
	p.mu.Lock()
	x := p.peers[link{b.at, from}]
	p.mu.Unlock()
	switch {
	case x == nil:
		p.outside.Add(1)
	case len(bytes.Trim(data, "\r\n \x00")) > 0:
		x.order.Lock()
		defer x.order.Unlock()
		p.recv(transport.Inbound{Flow: x.flow(), Data: data})
	}
}

// accept is the goroutine of a server port's connections.
func (p *Protected) accept(b *port) {
	for {
		raw, err := b.tcp.Accept()
		if err != nil {
			if p.stillOpen(b) {
				time.Sleep(failurePause) // out of file descriptors
				continue
			}
			return
		}
		p.mu.Lock()
		x := p.peers[link{b.at, addrPortOf(raw.RemoteAddr())}]
		p.mu.Unlock()
		if x == nil {
			p.outside.Add(1)
			raw.Close()
			continue
		}
		x.tcp.welcome(x.tcp.newConn(raw, transport.TCP, true))
	}
}

func (p *Protected) stillOpen(b *port) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.servers[b.at] == b
}

// Close removes all Paths and waits for what they did.
func (p *Protected) Close() error {
	p.mu.Lock()
	p.closed = true
	gens := make([]uint32, 0, len(p.paths))
	for gen := range p.paths {
		gens = append(gens, gen)
	}
	p.mu.Unlock()
	for _, gen := range gens {
		p.Remove(gen)
	}
	p.wg.Wait()
	return nil
}
