package userspace

import (
	"errors"
	"net/netip"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/imsphone/imsphone/hw/sipnet"
)

// Stack is a TCP/IP stack of one address all of whose packets are protected. Its
// methods are safe for concurrent use.
type Stack struct {
	cfg      Config
	wire     wire
	link     *link
	net      *stack.Stack
	drops    drops
	sender   *sender
	receiver *receiver
	running  sync.WaitGroup

	mu     sync.Mutex
	closed bool
	sets   map[*Handle]struct{}
	silent *time.Timer // nil without keep-alives
}

// A Stack is a network for protected sockets.
var _ sipnet.Network = (*Stack)(nil)

// ErrClosed: the Stack was closed.
var ErrClosed = errors.New("userspace ESP: closed")

// New opens the carrier and makes the stack. The error wraps [ErrConfig] or is one
// of the system's sockets.
func New(cfg Config) (*Stack, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	w, err := cfg.openWire()
	if err != nil {
		return nil, err
	}
	s := &Stack{cfg: cfg, wire: w, sets: map[*Handle]struct{}{}}
	s.sender = newSender(w, &s.drops)
	s.link = &link{sender: s.sender}
	s.receiver = &receiver{wire: w, raw: !cfg.Carrier.udp, drops: &s.drops, deliver: s.link.inject,
		done: make(chan struct{}), sas: map[uint32]*inbound{}}
	if s.net, err = newNet(cfg, s.link); err != nil {
		return nil, errors.Join(err, w.close())
	}
	s.running.Go(s.receiver.run)
	s.startKeepAlive()
	return s, nil
}

// Outer gives the address and port of this side's carrier. The port is 0 with
// [RawIP].
func (s *Stack) Outer() netip.AddrPort { return s.wire.at() }

// Stats tells how many packets were dropped, and why.
func (s *Stack) Stats() Stats { return s.drops.read() }

// open makes a socket, which Close then knows of.
func (s *Stack) open(socket func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	return socket()
}

func (s *Stack) forget(h *Handle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sets, h)
}

// closeLimit is how long the system may take for the last packets.
const closeLimit = time.Second

// Close breaks off the connections, which peers learn as long as their SAs are
// there, and removes all sets. No goroutine is left.
func (s *Stack) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	sets := make([]*Handle, 0, len(s.sets))
	for h := range s.sets {
		sets = append(sets, h)
	}
	if s.silent != nil {
		s.silent.Stop()
	}
	s.mu.Unlock()
	s.wire.hurry(closeLimit)
	s.link.Attach(nil) // nothing comes in that would open a connection
	s.net.Close()
	for _, h := range sets {
		h.Close()
	}
	close(s.receiver.done)
	err := s.wire.close()
	s.running.Wait()
	for _, late := range s.net.RegisteredEndpoints() { // was accepted meanwhile
		late.Abort()
	}
	s.net.Wait()
	return err
}
