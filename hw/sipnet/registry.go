package sipnet

import (
	"net"

	"github.com/imsphone/imsphone/protocol/transport"
)

// dialKey is what makes a dialled connection fit for another request: it was
// opened by us to that address and, for TLS, shown to be of that domain.
type dialKey struct {
	proto      transport.Proto
	remote     string
	serverName string
}

// newConn makes the connection for a TCP connection that was opened or
// accepted. It isn't known to Send yet.
func (s *Socket) newConn(raw net.Conn, proto transport.Proto, accepted bool) *conn {
	return &conn{
		socket: s, raw: raw, nc: raw, accepted: accepted,
		flow: transport.Flow{
			Local: addrPortOf(raw.LocalAddr()), Remote: addrPortOf(raw.RemoteAddr()),
			Proto: proto, Gen: s.cfg.Gen,
		},
		queue: make(chan []byte, queueLength),
		drain: make(chan struct{}), dead: make(chan struct{}),
	}
}

// track counts c in, so that Close finds it; false if it may not exist.
func (s *Socket) track(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if c.accepted {
		if s.accepted >= s.cfg.MaxAccepted && !s.evict() {
			s.turnedAway.Add(1)
			return false
		}
		s.accepted++
	}
	s.conns[c] = struct{}{}
	return true
}

// evict gives up an accepted connection on which no message ever came, so that
// nobody can lock others out by connecting alone.
func (s *Socket) evict() bool {
	for c := range s.conns {
		if c.accepted && !c.useful.Load() {
			s.turnedAway.Add(1)
			s.drop(c)
			c.fail(ErrCongested)
			return true
		}
	}
	return false
}

// begin makes c known to Send and Dial and starts it; false if it may not exist
// any more. Its end is told to recv once, after its last message.
func (s *Socket) begin(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, tracked := s.conns[c]; !tracked || s.closed {
		return false
	}
	s.flows[c.flow] = c
	if !c.accepted {
		s.dialled[c.key] = c
	}
	s.wg.Go(c.write)
	s.wg.Go(func() { s.finish(c, c.read()) })
	return true
}

// finish is the end of a connection.
func (s *Socket) finish(c *conn, err error) {
	c.fail(err)
	s.forget(c)
	if !s.isClosed() {
		s.recv(transport.Inbound{Flow: c.flow, Err: about(c.flow.Proto, c.flow.Remote, c.err)})
	}
}

// forget takes c out of the books.
func (s *Socket) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(c)
}

// drop is forget for holders of mu.
func (s *Socket) drop(c *conn) {
	if _, tracked := s.conns[c]; !tracked {
		return
	}
	delete(s.conns, c)
	if c.accepted {
		s.accepted--
	}
	if s.flows[c.flow] == c {
		delete(s.flows, c.flow)
	}
	if s.dialled[c.key] == c {
		delete(s.dialled, c.key)
	}
}
