package sipnet

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/imsphone/imsphone/protocol/transport"
)

// pending is a Dial under way, which others with the same aim wait for.
type pending struct {
	done chan struct{}
	flow transport.Flow // these two are readable once done is closed
	err  error
}

// Dial gives a flow to remote. For TCP and TLS it opens a connection, or reuses
// one that it opened before for the same address and serverName; ctx bounds the
// opening. serverName is the domain of the URI that led to remote, without
// which TLS doesn't work: the server's certificate has to speak for it
// (RFC 5922 §7).
func (s *Socket) Dial(ctx context.Context, proto transport.Proto, remote netip.AddrPort, serverName string) (transport.Flow, error) {
	remote = netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port())
	if !remote.IsValid() || remote.Port() == 0 {
		return transport.Flow{}, fmt.Errorf("%s %s: no address to connect to", proto, remote)
	}
	switch {
	case proto == transport.UDP:
		return s.udpFlow(remote)
	case proto == transport.TLS && serverName == "":
		return transport.Flow{}, fmt.Errorf("TLS %s: the name that the certificate has to hold isn't known: use a domain in the address", remote)
	case proto == transport.TCP:
		serverName = ""
	}
	key := dialKey{proto, remote.String(), serverName}
	for {
		p, mine, err := s.pendingDial(key)
		switch {
		case err != nil:
			return transport.Flow{}, err
		case mine:
			p.flow, p.err = s.connect(ctx, key)
			s.settle(key, p)
			return p.flow, p.err
		}
		select {
		case <-p.done:
		case <-ctx.Done():
			return transport.Flow{}, about(proto, remote, ctx.Err())
		}
		if !errors.Is(p.err, context.Canceled) { // else only the other gave up
			return p.flow, p.err
		}
	}
}

// pendingDial gives the Dial that is under way for key, a settled one if there
// is a connection already; mine tells that there was none and the caller has to
// connect.
func (s *Socket) pendingDial(key dialKey) (p *pending, mine bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, false, ErrClosed
	}
	if c, ok := s.dialled[key]; ok && !c.broken() {
		done := make(chan struct{})
		close(done)
		return &pending{done: done, flow: c.flow}, false, nil
	}
	if p, ok := s.dialling[key]; ok {
		return p, false, nil
	}
	p = &pending{done: make(chan struct{})}
	s.dialling[key] = p
	return p, true, nil
}

func (s *Socket) settle(key dialKey, p *pending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.dialling, key)
	close(p.done)
}

// connect opens the connection for key and starts it.
func (s *Socket) connect(ctx context.Context, key dialKey) (transport.Flow, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	c, err := s.open(ctx, key)
	if err != nil {
		if s.isClosed() {
			err = ErrClosed
		}
		return transport.Flow{}, fmt.Errorf("%s %s: %w", key.proto, key.remote, explain(err))
	}
	if !s.begin(c) {
		c.fail(ErrClosed)
		s.forget(c)
		return transport.Flow{}, ErrClosed
	}
	return c.flow, nil
}

// dial opens a TCP connection.
func (s *Socket) dial(ctx context.Context, remote string) (net.Conn, error) {
	if s.cfg.dial != nil {
		return s.cfg.dial(ctx)
	}
	dialer := net.Dialer{KeepAliveConfig: tcpKeepAlive}
	if local := s.cfg.Local.Addr(); local.IsValid() && !local.IsUnspecified() {
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(local, 0))
	}
	return dialer.DialContext(ctx, "tcp", remote)
}

// open makes the connection itself, with its handshake.
func (s *Socket) open(ctx context.Context, key dialKey) (*conn, error) {
	raw, err := s.dial(ctx, key.remote)
	if err != nil {
		return nil, err
	}
	c := s.newConn(raw, key.proto, false)
	c.key = key
	if !s.track(c) {
		raw.Close()
		return nil, ErrClosed
	}
	tune(raw)
	if key.proto == transport.TLS {
		if err := c.handshake(ctx, tls.Client(raw, clientTLS(s.cfg.TLS, key.serverName))); err != nil {
			c.fail(err)
			s.forget(c)
			return nil, err
		}
	}
	return c, nil
}
