package userspace

import (
	"io"
	"slices"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/imsphone/imsphone/protocol/esp"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// outbound is an SA that we send by.
type outbound struct {
	*esp.Sealer
	path path
	mode secagree.Mode
	set  *Handle
}

// sender seals what the TCP/IP stack sends.
type sender struct {
	wire  wire
	drops *drops

	mu sync.Mutex // also of every Sealer
	// sas are by their selectors. Where sets share the selectors of an SA, the
	// last one installed is used, and the former one again when that goes.
	sas    map[path][]*outbound
	plain  []byte
	sealed []byte
	last   time.Time // of the last packet
}

func newSender(w wire, d *drops) *sender {
	return &sender{wire: w, drops: d, sas: map[path][]*outbound{}}
}

func newOutbound(h *Handle, sa secagree.SA, random io.Reader) (*outbound, error) {
	s, err := esp.NewSealer(sa.SPI, h.set.Suite, h.set.IK, h.set.CK, random)
	if err != nil {
		return nil, err
	}
	return &outbound{Sealer: s, path: path{sa.Source, sa.Destination}, mode: h.set.Mode, set: h}, nil
}

func (s *sender) add(o *outbound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sas[o.path] = append(s.sas[o.path], o)
}

func (s *sender) remove(o *outbound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := slices.DeleteFunc(s.sas[o.path], func(x *outbound) bool { return x == o })
	s.sas[o.path] = left
	if len(left) == 0 {
		delete(s.sas, o.path)
	}
}

// protects tells whether there is an SA for a path.
func (s *sender) protects(p path) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sas[p]) > 0
}

// send seals a packet and hands it to the wire, or drops and counts it.
func (s *sender) send(p *stack.PacketBuffer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plain = flatten(s.plain[:0], p)
	inner, ok := readPacket(s.plain)
	sas := s.sas[inner.path]
	if !ok || len(sas) == 0 {
		s.drops.unprotected.Add(1)
		return
	}
	sa := sas[len(sas)-1]
	to := sa.set.outerAddr()
	if !to.IsValid() {
		s.drops.noPeer.Add(1)
		return
	}
	payload, next := inner.payload, inner.protocol
	if sa.mode == secagree.UDPTunnel {
		payload, next = s.plain, tunnelled(inner)
	}
	sealed, err := sa.Seal(s.sealed[:0], payload, next)
	if err != nil {
		s.drops.unsealed.Add(1)
		return
	}
	s.sealed, s.last = sealed, time.Now()
	if s.wire.write(sealed, to) != nil {
		s.drops.unsent.Add(1)
	}
}

// tunnelled is the next header of a whole IP packet (RFC 4303 §2.6).
func tunnelled(inner packet) byte {
	if inner.from.Addr().Is4() {
		return protocolIPv4
	}
	return protocolIPv6
}

// flatten appends the bytes of p, from its IP header on, to b.
func flatten(b []byte, p *stack.PacketBuffer) []byte {
	views, skip := p.AsViewList()
	for v := views.Front(); v != nil; v = v.Next() {
		part := v.AsSlice()
		n := min(skip, len(part))
		skip -= n
		b = append(b, part[n:]...)
	}
	return b
}
