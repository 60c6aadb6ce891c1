package hss

import (
	"errors"
	"net"
	"slices"
	"sync"

	"github.com/rs/zerolog"
)

// Config says who a [Server] is.
type Config struct {
	// Realm is the home network's domain: Diameter realm and digest realm.
	Realm string
	// Host is the HSS's own Diameter identity; "" is hss.REALM.
	Host string
	// SCSCF is the SIP URI of the S-CSCF that the HSS proposes for a first
	// registration; "" is sip:scscf.REALM:6060.
	SCSCF string
	// Capabilities are those that an S-CSCF must have (TS 29.228 §6.7).
	Capabilities []uint32
	// Charging goes to the S-CSCF with each profile.
	Charging Charging
	// Store holds the subscribers.
	Store *Store
	Log   zerolog.Logger
}

// Charging names the charging functions (TS 29.229 §6.3.19): collection is
// offline charging, event is online charging. Empty names are left out.
type Charging struct {
	PrimaryCollection, SecondaryCollection string
	PrimaryEvent, SecondaryEvent           string
}

// Server answers the CSCFs of a [Store]'s network by Diameter.
type Server struct {
	cfg     Config
	journal journal

	running sync.WaitGroup

	mu        sync.Mutex
	closed    bool
	listeners map[net.Listener]struct{}
	peers     map[*peer]struct{}
	// homes is the Diameter identity of the S-CSCF that authenticated a
	// subscriber last, by private identity.
	homes map[string]string
	// sessions counts the Session-Ids of our own requests.
	sessions uint32
}

// NewServer makes a server; it listens where [Server.Serve] says.
func NewServer(cfg Config) *Server {
	if cfg.Host == "" {
		cfg.Host = "hss." + cfg.Realm
	}
	if cfg.SCSCF == "" {
		cfg.SCSCF = "sip:scscf." + cfg.Realm + ":6060"
	}
	return &Server{
		cfg:       cfg,
		listeners: make(map[net.Listener]struct{}), peers: make(map[*peer]struct{}), homes: make(map[string]string),
	}
}

// Serve answers the CSCFs that connect to l, and closes l at the end. It
// returns nil after [Server.Close], and the error that ends it otherwise. The
// listener may come from another network namespace.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	if !s.enter(func() { s.listeners[l] = struct{}{} }) {
		return nil
	}
	defer s.leave(func() { delete(s.listeners, l) })
	for {
		conn, err := l.Accept()
		if err != nil {
			if s.isClosed() {
				return nil
			}
			return err
		}
		s.start(conn)
	}
}

// start serves a connection in a goroutine of its own.
func (s *Server) start(conn net.Conn) {
	p := newPeer(conn)
	if !s.enter(func() { s.peers[p] = struct{}{} }) {
		conn.Close()
		return
	}
	go func() {
		defer s.leave(func() { delete(s.peers, p) })
		if err := s.converse(p); err != nil {
			s.cfg.Log.Warn().Err(err).Str("peer", p.name()).Msg("hss: connection lost")
		}
	}()
}

// enter counts a goroutine and notes what it owns, unless the server is
// closed.
func (s *Server) enter(note func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	note()
	s.running.Add(1)
	return true
}

func (s *Server) leave(forget func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	forget()
	s.running.Done()
}

func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Close ends all connections and waits until nothing of the server runs any
// more.
func (s *Server) Close() error {
	err := s.closeAll()
	s.running.Wait()
	return err
}

func (s *Server) closeAll() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var all []error
	for l := range s.listeners {
		all = append(all, ignoreClosed(l.Close()))
	}
	for p := range s.peers {
		all = append(all, ignoreClosed(p.conn.Close()))
	}
	return errors.Join(all...)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Peers gives the Diameter identities of the CSCFs that are connected and have
// exchanged capabilities, in order.
func (s *Server) Peers() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for p := range s.peers {
		if host, _ := p.identity(); host != "" {
			names = append(names, host)
		}
	}
	slices.Sort(names)
	return names
}
