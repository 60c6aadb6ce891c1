package lab

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/imsphone/imsphone/hw/sipnet"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// Sockets is what a Server sends on: hw/sipnet's, or a simulated network's.
type Sockets interface {
	Send(flow transport.Flow, b []byte) error
	Local(proto transport.Proto) netip.AddrPort
	Close() error
}

// core is what a Server runs: a [Proxy], or the IMS core around one.
type core interface {
	Receive(now time.Time, flow transport.Flow, msg *sip.Message) []Effect
	FlowLost(now time.Time, flow transport.Flow, err error) []Effect
	Tick(now time.Time) []Effect
	Next() time.Time
}

// Server runs a core over sockets and the clock.
type Server struct {
	mu      sync.Mutex
	core    core
	sockets Sockets
	sets    Associations // nil in a plain domain
	// failed is why the last set of SAs could not be installed.
	failed error
	timer  *time.Timer
	closed bool
	// removing are sets that are being taken down.
	removing sync.WaitGroup
}

// Listen starts a lab for a domain on real sockets; users maps names to
// passwords.
func Listen(local netip.AddrPort, domain string, users map[string]string) (*Server, error) {
	return Serve(domain, users, func(recv func(transport.Inbound)) (Sockets, error) {
		return sipnet.Listen(sipnet.Config{Local: local, UDP: true, TCP: true}, recv)
	})
}

// Serve starts a lab on the sockets that open gives.
func Serve(domain string, users map[string]string, open func(recv func(transport.Inbound)) (Sockets, error)) (*Server, error) {
	s := &Server{}
	s.mu.Lock() // what arrives before the proxy is there waits
	defer s.mu.Unlock()
	sockets, err := open(s.receive)
	if err != nil {
		return nil, fmt.Errorf("the lab can't listen: %w", err)
	}
	s.sockets = sockets
	s.core = NewProxy(ProxyConfig{UDP: sockets.Local(transport.UDP), TCP: sockets.Local(transport.TCP),
		NewBranch: rand.Text}, NewRegistrar(domain, users))
	return s, nil
}

// Addr is where the lab listens, for UDP and TCP alike.
func (s *Server) Addr() netip.AddrPort { return s.sockets.Local(transport.UDP) }

// Close ends the lab.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Unlock()
	s.removing.Wait()
	err := s.sockets.Close()
	if s.sets != nil {
		err = errors.Join(err, s.sets.Close())
	}
	return err
}

func (s *Server) receive(in transport.Inbound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	now := time.Now()
	if in.Err != nil {
		s.perform(s.core.FlowLost(now, in.Flow, in.Err))
		return
	}
	msg, err := sip.Parse(in.Data)
	switch verdict := sip.CheckRelay(msg, err); verdict.Action {
	case sip.Accept:
		s.perform(s.core.Receive(now, in.Flow, msg))
	case sip.Reject:
		s.perform([]Effect{Transmit{Flow: in.Flow, Data: sip.NewResponse(msg, verdict.Status, verdict.Reason).Bytes()}})
	}
}

// perform does what the core wants and sets its clock. A failed send is a lost
// message: the transactions see to it.
func (s *Server) perform(fx []Effect) {
	for _, effect := range fx {
		switch e := effect.(type) {
		case Transmit:
			s.send(e)
		case Install:
			s.failed = s.sets.Install(context.Background(), e.Gen, e.Set, e.Lifetime)
		case Extend:
			_ = s.sets.Extend(e.Gen, e.Lifetime) // its time was up just now
		case Remove:
			// Not here: it waits for what was sent and for what is being received.
			s.removing.Go(func() { _ = s.sets.Remove(e.Gen) })
		}
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	if next := s.core.Next(); !next.IsZero() {
		s.timer = time.AfterFunc(max(time.Until(next), 0), s.tick)
	}
}

func (s *Server) send(t Transmit) {
	if t.Flow.Gen != 0 {
		_ = s.sets.Send(t.Flow, t.Data)
		return
	}
	_ = s.sockets.Send(t.Flow, t.Data)
}

func (s *Server) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.perform(s.core.Tick(time.Now()))
	}
}
