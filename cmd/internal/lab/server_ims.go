package lab

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/imsphone/imsphone/hw/ipsec/userspace"
	"github.com/imsphone/imsphone/hw/sipnet"
	"github.com/imsphone/imsphone/protocol/regevent"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/transport"
)

// Associations is the protected side of a P-CSCF: sets of SAs with their sockets,
// each named by a generation (TS 33.203 §7.1).
type Associations interface {
	// Install brings a set up and opens its ports; Extend moves its hard limit;
	// Remove takes it down after what was sent.
	Install(ctx context.Context, gen uint32, set secagree.Set, lifetime time.Duration) error
	Extend(gen uint32, lifetime time.Duration) error
	Remove(gen uint32) error
	Send(flow transport.Flow, b []byte) error
	Close() error
}

// ErrNotIMS: the server is that of a plain SIP domain.
var ErrNotIMS = errors.New("this lab is a plain SIP domain: it has no IMS core")

// ListenIMS starts an IMS core on real sockets. ESP is in UDP, at a port of its
// own, and needs no privilege: see [Server.Encapsulation]. With cfg.Modes of
// [secagree.Transport] alone it is IP protocol 50, which takes CAP_NET_RAW and is
// what a phone's kernel speaks.
func ListenIMS(local netip.AddrPort, encapsulation uint16, cfg IMSConfig) (*Server, error) {
	if !local.Addr().IsValid() || local.Addr().IsUnspecified() {
		return nil, fmt.Errorf("the IMS core needs an address of its own, since SAs are between addresses: not %s", local)
	}
	here := local.Addr().Unmap()
	carrier := userspace.RawIP()
	if !slices.Equal(cfg.Modes, []secagree.Mode{secagree.Transport}) {
		cfg.Modes = []secagree.Mode{secagree.UDPTunnel}
		carrier = userspace.UDP(netip.AddrPortFrom(here, encapsulation), netip.AddrPort{})
	}
	return ServeIMS(cfg, func(recv func(transport.Inbound)) (Sockets, Associations, error) {
		sockets, err := sipnet.Listen(sipnet.Config{Local: local, UDP: true, TCP: true}, recv)
		if err != nil {
			return nil, nil, err
		}
		sets, err := newESP(here, carrier, recv)
		if err != nil {
			return nil, nil, errors.Join(err, sockets.Close())
		}
		return sockets, sets, nil
	})
}

// ServeIMS starts an IMS core on the sockets that open gives, the unprotected
// ones first. What cfg says of random numbers may be left out.
func ServeIMS(cfg IMSConfig, open func(recv func(transport.Inbound)) (Sockets, Associations, error)) (*Server, error) {
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Number == nil {
		cfg.Number = mathrand.IntN
	}
	if cfg.NewToken == nil {
		cfg.NewToken = rand.Text
	}
	s := &Server{}
	s.mu.Lock() // what arrives before the core is there waits
	defer s.mu.Unlock()
	sockets, sets, err := open(s.receive)
	if err != nil {
		return nil, fmt.Errorf("the lab can't listen: %w", err)
	}
	s.sockets, s.sets = sockets, sets
	s.core, err = NewIMS(cfg, ProxyConfig{UDP: sockets.Local(transport.UDP), TCP: sockets.Local(transport.TCP), NewBranch: cfg.NewToken})
	if err != nil {
		s.closed = true
		return nil, errors.Join(err, sockets.Close(), sets.Close())
	}
	return s, nil
}

// Encapsulation is the P-CSCF's address and port for ESP in UDP (TS 33.203 Annex
// M); without port where ESP is IP protocol 50 or not at all.
func (s *Server) Encapsulation() netip.AddrPort {
	if e, ok := s.sets.(*esp); ok {
		return e.stack.Outer()
	}
	return netip.AddrPort{}
}

// Failure is why the last set of SAs could not be installed, nil where it could.
func (s *Server) Failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// Misbehave sets what the IMS core does wrong from now on.
func (s *Server) Misbehave(m Misbehaviour) error {
	return s.ims(func(core *IMS) ([]Effect, error) {
		core.Misbehave(m)
		return nil, nil
	})
}

// Deregister ends a user's registration on the network's side: see
// [IMS.Deregister].
func (s *Server) Deregister(user string, event regevent.Event, retry time.Duration) error {
	return s.ims(func(core *IMS) ([]Effect, error) { return core.Deregister(time.Now(), user, event, retry) })
}

// Outside counts what the P-CSCF refused because it came from outside the SAs:
// requests at its unprotected port, and packets that its ESP could not open.
func (s *Server) Outside() (requests, packets uint64, err error) {
	if e, ok := s.sets.(*esp); ok {
		packets = e.stack.Stats().Outside() + e.Protected.Outside()
	}
	err = s.ims(func(core *IMS) ([]Effect, error) {
		requests = core.Outside()
		return nil, nil
	})
	return requests, packets, err
}

// ims does something with the IMS core.
func (s *Server) ims(what func(*IMS) ([]Effect, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	core, ok := s.core.(*IMS)
	if !ok {
		return ErrNotIMS
	}
	fx, err := what(core)
	s.perform(fx)
	return err
}
