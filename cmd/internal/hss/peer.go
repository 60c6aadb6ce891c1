package hss

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/imsphone/imsphone/cmd/internal/hss/diameter"
)

// peer is one connection from a CSCF.
type peer struct {
	conn net.Conn
	// writing keeps what is written in one piece. A write may block, so that
	// nobody who holds it holds mu.
	writing sync.Mutex

	// mu guards the fields below.
	mu      sync.Mutex
	host    string // Origin-Host of its CER, "" before
	realm   string
	last    uint32 // Hop-by-Hop Identifier of our last request
	pending map[uint32]chan diameter.Message
}

func newPeer(conn net.Conn) *peer {
	return &peer{conn: conn, pending: make(map[uint32]chan diameter.Message)}
}

// name is the peer's Diameter identity, its address until it has told it.
func (p *peer) name() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.host == "" {
		return p.conn.RemoteAddr().String()
	}
	return p.host
}

// introduce notes who the peer says it is.
func (p *peer) introduce(host, realm string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.host, p.realm = host, realm
}

// open tells whether capabilities have been exchanged.
func (p *peer) open() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.host != ""
}

func (p *peer) send(m diameter.Message) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	_, err := p.conn.Write(m.Append(nil))
	return err
}

// request sends a request of ours under a new Hop-by-Hop Identifier. The
// channel gives its answer, or closes without one when the connection ends.
func (p *peer) request(m diameter.Message) (id uint32, answer <-chan diameter.Message, err error) {
	m.HopByHop, answer = p.expect()
	m.EndToEnd = m.HopByHop
	if err := p.send(m); err != nil {
		p.forget(m.HopByHop)
		return 0, nil, err
	}
	return m.HopByHop, answer, nil
}

// expect prepares for the answer to a next request of ours.
func (p *peer) expect() (id uint32, answer <-chan diameter.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	c := make(chan diameter.Message, 1)
	if p.pending == nil {
		close(c)
	} else {
		p.pending[p.last] = c
	}
	return p.last, c
}

// forget gives up waiting for an answer.
func (p *peer) forget(id uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.pending, id)
}

// answered hands an answer to whoever waits for it.
func (p *peer) answered(m diameter.Message) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.pending[m.HopByHop]
	if ok {
		delete(p.pending, m.HopByHop)
		c <- m
	}
	return ok
}

// end closes the connection; nobody waits for an answer on it any longer.
func (p *peer) end() {
	p.conn.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.pending {
		close(c)
	}
	p.pending = nil
}

// errGoodbye ends a connection in good order.
var errGoodbye = errors.New("the peer disconnects")

// converse reads a connection until it ends. nil is an end in good order.
func (s *Server) converse(p *peer) error {
	defer p.end()
	r := bufio.NewReader(p.conn)
	for {
		m, err := diameter.Read(r)
		if err == nil {
			err = s.receive(p, m)
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, errGoodbye), errors.Is(err, net.ErrClosed):
			return nil
		default:
			return err
		}
	}
}

// receive does what one message asks for. An error ends the connection.
func (s *Server) receive(p *peer, m diameter.Message) error {
	switch {
	case !m.IsRequest():
		if !p.answered(m) {
			s.cfg.Log.Debug().Uint32("command", m.Command).Msg("hss: an answer that nobody waits for")
		}
		return nil
	case m.Command == diameter.CapabilitiesExchange:
		return s.capabilities(p, m)
	case !p.open():
		return fmt.Errorf("command %d before the capabilities exchange", m.Command)
	case m.Command == diameter.DeviceWatchdog:
		return p.send(s.base(m, diameter.Success))
	case m.Command == diameter.DisconnectPeer:
		return errors.Join(p.send(s.base(m, diameter.Success)), errGoodbye)
	case m.Application != diameter.Cx:
		return p.send(s.protocolError(m, diameter.ApplicationUnsupported))
	}
	return p.send(s.cx(p, m))
}
