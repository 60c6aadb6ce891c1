package userspace

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imsphone/imsphone/protocol/esp"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// inbound is an SA that we receive by.
type inbound struct {
	*esp.Opener
	path       path
	mode       secagree.Mode
	set        *Handle
	mismatched atomic.Uint64
}

// receiver opens what the wire brings.
type receiver struct {
	wire    wire
	raw     bool // the outer addresses are the inner ones
	drops   *drops
	deliver func(inner []byte, verified bool)
	done    chan struct{} // closed to end run

	mu    sync.Mutex // also of every Opener
	sas   map[uint32]*inbound
	plain []byte
}

func newInbound(h *Handle, sa secagree.SA) (*inbound, error) {
	o, err := esp.NewOpener(sa.SPI, h.set.Suite, h.set.IK, h.set.CK)
	if err != nil {
		return nil, err
	}
	return &inbound{Opener: o, path: path{sa.Source, sa.Destination}, mode: h.set.Mode, set: h}, nil
}

// readPause is the time after which a wire is read again that failed.
const readPause = 100 * time.Millisecond

// run is the goroutine that reads the wire until it is closed.
func (r *receiver) run() {
	for {
		p, from, err := r.wire.read()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // out of memory, network down
			select {
			case <-r.done:
				return
			case <-time.After(readPause):
			}
		case len(p) > 0:
			r.take(p, from)
		}
	}
}

// take hands what is in an ESP packet to the TCP/IP stack. That may answer at
// once, so it mustn't be called with mu held.
func (r *receiver) take(p []byte, from netip.AddrPort) {
	if inner, verified := r.open(p, from); inner != nil {
		r.deliver(inner, verified)
	}
}

// open gives the IP packet in an ESP packet, nil if there is none to be believed.
// Only the goroutine of run calls it, so the packet is valid until the next one.
// verified tells that the packet's checksum doesn't count any more.
func (r *receiver) open(p []byte, from netip.AddrPort) (inner []byte, verified bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	spi, err := esp.SPI(p)
	sa := r.sas[spi]
	if err != nil || sa == nil {
		r.drops.unknownSPI.Add(1)
		return nil, false
	}
	room := 0
	if sa.mode == secagree.Transport {
		room = headerLen(sa.path.from.Addr())
	}
	r.plain = slices.Grow(r.plain[:0], room+len(p))
	inner, next, err := sa.Open(r.plain[:room], p)
	if err != nil {
		r.drops.refused(err)
		return nil, false
	}
	r.plain = inner[:0]
	if !r.matches(sa, inner, next, from) {
		sa.mismatched.Add(1)
		r.drops.mismatched.Add(1)
		return nil, false
	}
	sa.set.heardFrom(from)
	// An address translator may have spoilt the checksum of transport mode; the
	// ICV covers the same bytes (RFC 3948 §3.1.2).
	return inner, sa.mode == secagree.Transport
}

// matches tells whether the packet is of those that the SA is for. In transport
// mode it completes it with the header that the selectors say (RFC 3948 §3.1.2:
// the outer one may have been translated on its way).
func (r *receiver) matches(sa *inbound, inner []byte, next byte, from netip.AddrPort) bool {
	if sa.mode == secagree.Transport {
		if r.raw && from.Addr() != sa.path.from.Addr() ||
			!putHeader(inner, sa.path.from.Addr(), sa.path.to.Addr(), next) {
			return false
		}
	}
	k, ok := readPacket(inner)
	return ok && k.path == sa.path && (sa.mode == secagree.Transport || next == tunnelled(k))
}

// add fails if an SPI is in use.
func (r *receiver) add(sas [2]*inbound) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, sa := range sas {
		if r.sas[sa.SPI()] != nil {
			return spiInUse(sa.SPI())
		}
	}
	for _, sa := range sas {
		r.sas[sa.SPI()] = sa
	}
	return nil
}

func (r *receiver) remove(sas [2]*inbound) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, sa := range sas {
		delete(r.sas, sa.SPI())
	}
}
