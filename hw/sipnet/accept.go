package sipnet

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"github.com/imsphone/imsphone/protocol/transport"
)

// accept is the goroutine that takes connections from outside.
func (s *Socket) accept(l net.Listener, proto transport.Proto) {
	pause := time.Duration(0)
	for {
		raw, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // out of file descriptors, or the peer is gone already
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			if !s.sleep(pause) {
				return
			}
			continue
		}
		pause = 0
		s.welcome(s.newConn(raw, proto, true))
	}
}

// sleep waits for d; false if the Socket was closed meanwhile.
func (s *Socket) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// welcome takes an accepted connection in, or closes it.
func (s *Socket) welcome(c *conn) {
	if !s.track(c) {
		c.raw.Close()
		return
	}
	tune(c.raw)
	if c.flow.Proto != transport.TLS {
		s.admit(c)
		return
	}
	s.wg.Go(func() {
		if err := c.handshake(s.ctx, tls.Server(c.raw, s.cfg.TLS)); err != nil {
			c.fail(err)
			s.forget(c)
			return
		}
		s.admit(c)
	})
}

// admit starts an accepted connection that is ready for messages.
func (s *Socket) admit(c *conn) {
	if !s.begin(c) {
		c.fail(ErrClosed)
		s.forget(c)
	}
}

// handshake runs the TLS handshake of either side.
func (c *conn) handshake(ctx context.Context, t *tls.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	c.nc = t
	return t.HandshakeContext(ctx)
}
