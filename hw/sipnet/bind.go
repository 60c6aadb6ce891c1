package sipnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// bindTries is how often a port that the system chose for UDP may turn out to
// be taken for TCP.
const bindTries = 20

// bind opens the UDP socket and the listeners of s.cfg.
func (s *Socket) bind() error {
	for try := 1; ; try++ {
		err := s.bindLocal()
		if err == nil {
			break
		}
		s.unbind() // another try, or none, needs none of it
		s.udp, s.tcp = nil, nil
		if s.cfg.Local.Port() != 0 || !errors.Is(err, ErrInUse) || try == bindTries {
			return err
		}
	}
	if !s.cfg.TLSListen.IsValid() {
		return nil
	}
	var err error
	s.tls, err = listenTCP(s.cfg.TLSListen)
	return err
}

// bindLocal binds UDP and TCP to the same port.
func (s *Socket) bindLocal() error {
	at := s.cfg.Local
	if s.cfg.UDP {
		udp, err := s.listenUDP(at)
		if err != nil {
			return err
		}
		s.udp, at = udp, netip.AddrPortFrom(at.Addr(), udp.local.Port())
	}
	if s.cfg.TCP {
		tcp, err := listenTCP(at)
		if err != nil {
			return err
		}
		s.tcp = tcp
	}
	return nil
}

func listenTCP(at netip.AddrPort) (net.Listener, error) {
	lc := net.ListenConfig{KeepAliveConfig: tcpKeepAlive}
	l, err := lc.Listen(context.Background(), network("tcp", at.Addr()), hostPort(at))
	if err != nil {
		return nil, fmt.Errorf("can't listen at %s for TCP: %w", hostPort(at), explain(err))
	}
	return l, nil
}

// network names the network to bind addr in: IPv4 has its own "any" address,
// while IPv6's stands for both.
func network(name string, addr netip.Addr) string {
	if addr.Is4() {
		return name + "4"
	}
	return name
}

// hostPort writes an address for package net; the zero Addr is any of both IP
// versions.
func hostPort(at netip.AddrPort) string {
	if !at.Addr().IsValid() {
		return fmt.Sprintf(":%d", at.Port())
	}
	return at.String()
}
