package userspace

import (
	"errors"
	"net/netip"
	"sync"

	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/imsphone/imsphone/hw/sipnet"
)

// Stack is a TCP/IP stack of one address all of whose packets are protected. Its
// methods are safe for concurrent use.
type Stack struct {
	cfg      Config
	wire     wire
	net      *stack.Stack
	drops    drops
	sender   *sender
	receiver *receiver
	running  sync.WaitGroup

	mu     sync.Mutex
	closed bool
	sets   map[*Handle]struct{}
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
	l := &link{sender: s.sender}
	s.receiver = &receiver{wire: w, raw: !cfg.Carrier.udp, drops: &s.drops, deliver: l.inject,
		done: make(chan struct{}), sas: map[uint32]*inbound{}}
	if s.net, err = newNet(cfg, l); err != nil {
		return nil, errors.Join(err, w.close())
	}
	s.running.Go(s.receiver.run)
	return s, nil
}

// Outer gives the address and port of this side's carrier. The port is 0 with
// [RawIP].
func (s *Stack) Outer() netip.AddrPort { return s.wire.at() }

// Stats tells how many packets were dropped, and why.
func (s *Stack) Stats() Stats { return s.drops.read() }

func (s *Stack) forget(h *Handle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sets, h)
}

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
	s.mu.Unlock()
	s.net.Close()
	for _, h := range sets {
		h.Close()
	}
	close(s.receiver.done)
	err := s.wire.close()
	s.running.Wait()
	s.net.Wait()
	return err
}
