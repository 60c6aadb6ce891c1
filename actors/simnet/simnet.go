// Package simnet is a network in memory: the ports of a phone without sockets,
// sound cards or real time, so that whole call flows between phones run inside
// a testing/synctest bubble. Packets take Latency to arrive, stay in order
// between two sockets, and get lost where Lose says so.
package simnet

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/protocol/transport"
)

// Net is one network. Its fields are set before it is used.
type Net struct {
	// Latency is the one-way delay of every packet.
	Latency time.Duration
	// Lose tells whether a signalling packet is lost; nil loses none.
	Lose func(data []byte) bool
	// Deaf gives the phones sound devices that never deliver a frame, for
	// tests that are about signalling only.
	Deaf bool

	mu    sync.Mutex
	sip   map[transport.Flow]*Socket // listeners by Local and Proto, connections by Flow
	media map[netip.AddrPort]*queue
	sas   map[sa]*set
	ports uint16
}

// New makes an empty network with 1 ms between any two hosts.
func New() *Net {
	return &Net{Latency: time.Millisecond, sip: map[transport.Flow]*Socket{}, media: map[netip.AddrPort]*queue{}, sas: map[sa]*set{}, ports: 20000}
}

// Ports gives a phone at addr its hands on this network.
func (n *Net) Ports(addr netip.Addr) actors.Ports {
	return actors.Ports{SIP: sipPort{n, addr}, RTP: rtpPort{n, addr}, Audio: audioPort{n}, Resolver: noDNS{}, IPsec: ipsecPort{n}}
}

var (
	errRefused = errors.New("connection refused")
	errClosed  = errors.New("closed")
)

func (n *Net) port() uint16 {
	n.ports += 2
	return n.ports
}

// packet is something on its way.
type packet struct {
	due  time.Time
	flow transport.Flow // as the receiver sees it
	data []byte
	err  error
}

// queue delivers packets in order, each at its time.
type queue struct {
	in   chan packet
	done chan struct{}
	once sync.Once
}

// How many packets may be on their way to one socket; more are lost, as in a
// full buffer. For media that is five seconds.
const (
	signallingQueue = 4096
	mediaQueue      = 256
)

func newQueue(length int) *queue {
	return &queue{in: make(chan packet, length), done: make(chan struct{})}
}

func (q *queue) push(p packet) {
	select {
	case q.in <- p:
	default:
	}
}

// next waits for the next packet; false is the end.
func (q *queue) next() (packet, bool) {
	select {
	case p := <-q.in:
		select {
		case <-time.After(time.Until(p.due)):
			return p, true
		case <-q.done:
			return packet{}, false
		}
	case <-q.done:
		return packet{}, false
	}
}

func (q *queue) close() { q.once.Do(func() { close(q.done) }) }

// Socket is the signalling sockets of one host: a UDP and a TCP listener on
// one address and port. It serves a phone's Transport, or a test's server.
type Socket struct {
	net   *Net
	addr  netip.AddrPort
	queue *queue
	flows map[transport.Flow]bool // open connections
	moved netip.Addr              // what LocalFor gives after Move
}

// Listen opens the sockets of a host and hands what comes to recv, one message
// at a time.
func (n *Net) Listen(addr netip.AddrPort, recv func(transport.Inbound)) *Socket {
	n.mu.Lock()
	defer n.mu.Unlock()
	if addr.Port() == 0 {
		addr = netip.AddrPortFrom(addr.Addr(), n.port())
	}
	s := &Socket{net: n, addr: addr, queue: newQueue(signallingQueue), flows: map[transport.Flow]bool{}}
	for _, proto := range []transport.Proto{transport.UDP, transport.TCP} {
		n.sip[transport.Flow{Local: addr, Proto: proto}] = s
	}
	go func() {
		for p, ok := s.queue.next(); ok; p, ok = s.queue.next() {
			recv(transport.Inbound{Flow: p.flow, Data: p.data, Err: p.err})
		}
	}()
	return s
}

// Local is the listening address, the same for UDP and TCP.
func (s *Socket) Local(transport.Proto) netip.AddrPort { return s.addr }

// LocalFor is the host's only address.
func (s *Socket) LocalFor(netip.Addr) netip.Addr {
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	if s.moved.IsValid() {
		return s.moved
	}
	return s.addr.Addr()
}

// Move gives a host that listens at any address another one, as roaming does.
func (n *Net) Move(from, to netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for flow, s := range n.sip {
		if s.addr.Addr() == from && flow.Local == s.addr {
			s.moved = to
			delete(n.sip, flow)
			flow.Local = netip.AddrPortFrom(to, flow.Local.Port())
			n.sip[flow] = s
		}
	}
}

// Send puts a message on its way. A connection that the far end has closed is
// an error; a datagram to nowhere vanishes.
func (s *Socket) Send(flow transport.Flow, b []byte) error {
	n := s.net
	n.mu.Lock()
	defer n.mu.Unlock()
	back := transport.Flow{Local: flow.Remote, Remote: flow.Local, Proto: flow.Proto}
	peer := n.sip[transport.Flow{Local: flow.Remote, Proto: flow.Proto}]
	if flow.Proto == transport.TCP {
		if !s.flows[flow] {
			return errClosed
		}
		peer = n.sip[back]
	}
	if peer == nil || n.Lose != nil && n.Lose(b) {
		return nil
	}
	peer.queue.push(packet{due: time.Now().Add(n.Latency), flow: back, data: append([]byte(nil), b...)})
	return nil
}

// Dial opens a TCP connection, or reuses the one that is there.
func (s *Socket) Dial(_ context.Context, proto transport.Proto, remote netip.AddrPort, _ string) (transport.Flow, error) {
	n := s.net
	n.mu.Lock()
	defer n.mu.Unlock()
	for flow := range s.flows {
		if flow.Remote == remote && flow.Proto == proto {
			return flow, nil
		}
	}
	peer := n.sip[transport.Flow{Local: remote, Proto: proto}]
	if peer == nil || proto != transport.TCP {
		return transport.Flow{}, fmt.Errorf("%s %s: %w", proto, remote, errRefused)
	}
	flow := transport.Flow{Local: netip.AddrPortFrom(s.addr.Addr(), n.port()), Remote: remote, Proto: proto}
	back := transport.Flow{Local: remote, Remote: flow.Local, Proto: proto}
	s.flows[flow], peer.flows[back] = true, true
	n.sip[flow], n.sip[back] = s, peer
	return flow, nil
}

// Cut breaks all TCP connections of the host, as a reset would.
func (s *Socket) Cut() {
	n := s.net
	n.mu.Lock()
	defer n.mu.Unlock()
	for flow := range s.flows {
		back := transport.Flow{Local: flow.Remote, Remote: flow.Local, Proto: flow.Proto}
		if peer := n.sip[back]; peer != nil {
			delete(peer.flows, back)
			peer.queue.push(packet{due: time.Now().Add(n.Latency), flow: back, err: errClosed})
		}
		s.queue.push(packet{due: time.Now(), flow: flow, err: errClosed})
		delete(n.sip, flow)
		delete(n.sip, back)
	}
	clear(s.flows)
}

// Close takes the host off the network.
func (s *Socket) Close() error {
	s.Cut()
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	for _, proto := range []transport.Proto{transport.UDP, transport.TCP} {
		delete(s.net.sip, transport.Flow{Local: s.addr, Proto: proto})
		delete(s.net.sip, transport.Flow{Local: netip.AddrPortFrom(s.moved, s.addr.Port()), Proto: proto})
	}
	s.queue.close()
	return nil
}

type sipPort struct {
	net  *Net
	addr netip.Addr
}

func (p sipPort) Listen(cfg actors.SIPConfig, recv func(transport.Inbound)) (actors.SIPSocket, error) {
	port := cfg.Local.Port()
	if port == 0 {
		port = 5060
	}
	return p.net.Listen(netip.AddrPortFrom(p.addr, port), recv), nil
}

// noDNS knows no name: simulated phones use addresses.
type noDNS struct{}

func (noDNS) Lookup(context.Context, transport.Query) (transport.Answer, error) {
	return transport.Answer{}, errors.New("there is no DNS in this network")
}
