package userspace

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// Errors of [Stack.Install].
var (
	// ErrSet: the set isn't one for this Stack.
	ErrSet = errors.New("userspace ESP: the set of SAs can't be installed")
	// ErrSPIInUse: an installed set has an SPI of the set.
	ErrSPIInUse = errors.New("userspace ESP: the SPI is in use: choose another one")
)

func spiInUse(spi uint32) error { return fmt.Errorf("%w: %d", ErrSPIInUse, spi) }

// Handle is an installed set of SAs. Its methods are safe for concurrent use.
type Handle struct {
	stack *Stack
	set   secagree.Set
	in    [2]*inbound
	out   [2]*outbound
	outer atomic.Pointer[netip.AddrPort] // where the peer is to the wire

	gone chan struct{}
	mu   sync.Mutex
	hard *time.Timer
}

// Install brings up the four SAs of a set; its end of our [Role] has the Stack's
// address. There may be many sets. The SPIs that the Stack receives by must be
// free, and those of one set differ from each other, since its SAs share their
// keys (TS 33.203 §7.1). A set is installed once in its life: the second time its
// sequence numbers, and with them the nonces of aes-gcm and aes-gmac, would begin
// anew. The error wraps [ErrSet], [ErrSPIInUse], [ErrClosed] or
// one of protocol/esp.
func (s *Stack) Install(set secagree.Set) (*Handle, error) {
	set.UE.Addr, set.PCSCF.Addr = set.UE.Addr.Unmap(), set.PCSCF.Addr.Unmap()
	if err := s.check(set); err != nil {
		return nil, err
	}
	h := &Handle{stack: s, set: set, gone: make(chan struct{})}
	if err := h.build(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	if err := s.receiver.add(h.in); err != nil {
		return nil, err
	}
	for _, o := range h.out {
		s.sender.add(o)
	}
	s.sets[h] = struct{}{}
	return h, nil
}

// check refuses sets that could only fail in silence.
func (s *Stack) check(set secagree.Set) error {
	own, peer := set.UE, set.PCSCF
	if s.cfg.Role == PCSCF {
		own, peer = peer, own
	}
	spis := [...]uint32{own.ClientSPI, own.ServerSPI, peer.ClientSPI, peer.ServerSPI}
	for i, spi := range spis {
		for _, other := range spis[:i] {
			if spi == other {
				return fmt.Errorf("%w: SPI %d is there twice", ErrSet, spi)
			}
		}
	}
	switch {
	case own.Addr != s.cfg.Local:
		return fmt.Errorf("%w: our address in it is %s, not %s", ErrSet, own.Addr, s.cfg.Local)
	case !peer.Addr.IsValid() || peer.Addr.Is4() != own.Addr.Is4():
		return fmt.Errorf("%w: the peer's address %s isn't of the family of %s", ErrSet, peer.Addr, own.Addr)
	case own.ClientPort == 0 || own.ServerPort == 0 || peer.ClientPort == 0 || peer.ServerPort == 0:
		return fmt.Errorf("%w: a port is 0", ErrSet)
	case set.Mode > secagree.UDPTunnel:
		return fmt.Errorf("%w: mode %d is unknown", ErrSet, set.Mode)
	case set.Mode == secagree.UDPTunnel && !s.cfg.Carrier.udp:
		return fmt.Errorf("%w: mode %s needs the UDP carrier", ErrSet, set.Mode)
	}
	return nil
}

// build makes both ends of ours. SAs are in the order of [secagree.Set.SAs]: the
// first and the last are the UE's to send by.
func (h *Handle) build() (err error) {
	sas := h.set.SAs()
	out, in := [2]int{0, 3}, [2]int{1, 2}
	if h.stack.cfg.Role == PCSCF {
		out, in = in, out
	}
	for i := range 2 {
		if h.out[i], err = newOutbound(h, sas[out[i]], h.stack.cfg.Random); err != nil {
			return err
		}
		if h.in[i], err = newInbound(h, sas[in[i]]); err != nil {
			return err
		}
	}
	h.outer.Store(h.firstOuter())
	return nil
}

// firstOuter is where the peer is before it has sent anything.
func (h *Handle) firstOuter() *netip.AddrPort {
	var to netip.AddrPort
	switch c := h.stack.cfg; {
	case !c.Carrier.udp:
		to = netip.AddrPortFrom(h.out[0].path.to.Addr(), 0)
	case c.Role == UE:
		to = c.Carrier.peer
	}
	return &to
}

func (h *Handle) outerAddr() netip.AddrPort { return *h.outer.Load() }

// heardFrom notes where an authentic packet came from: the UE behind an address
// translator gets its packets there (RFC 3948 §4).
func (h *Handle) heardFrom(from netip.AddrPort) {
	if c := h.stack.cfg; c.Role == PCSCF && c.Carrier.udp && h.outerAddr() != from {
		moved := from // the only one to be allocated
		h.outer.Store(&moved)
	}
}

// Counters gives what the SAs did, in the order of [secagree.Set.SAs]. It works
// after the end of the set too.
func (h *Handle) Counters() [4]Counter {
	var out, in [2]Counter
	for i := range 2 {
		out[i] = counterOf(h.out[i].Stats(), 0)
		in[i] = counterOf(h.in[i].Stats(), h.in[i].mismatched.Load())
	}
	if h.stack.cfg.Role == PCSCF {
		out, in = in, out
	}
	return [4]Counter{out[0], in[0], in[1], out[1]}
}

// SetLifetime sets the hard limit: after d the SAs are gone, as by Close. It
// replaces the former limit; without one the set stays. d of 0 or less ends it
// now.
func (h *Handle) SetLifetime(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.hard != nil {
		h.hard.Stop()
	}
	var limit *time.Timer
	limit = time.AfterFunc(d, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.hard == limit { // and not replaced in the last moment
			h.end()
		}
	})
	h.hard = limit
}

// Done is closed when the SAs are gone: by Close, by the end of their lifetime or
// with the Stack.
func (h *Handle) Done() <-chan struct{} { return h.gone }

// Close removes the SAs. What the set's ports send from then on is dropped, unless
// another set has the same ones. It gives nil.
func (h *Handle) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.end()
	return nil
}

// end is Close for holders of mu.
func (h *Handle) end() {
	if h.hard != nil {
		h.hard.Stop()
	}
	select {
	case <-h.gone:
		return
	default:
	}
	for _, o := range h.out {
		h.stack.sender.remove(o)
	}
	h.stack.receiver.remove(h.in)
	h.stack.forget(h)
	close(h.gone)
}
