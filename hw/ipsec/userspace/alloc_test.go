//go:build !race

package userspace

import (
	"io"
	"net/netip"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// ring is a wire that brings back what it took.
type ring struct{ last []byte }

func (w *ring) read() ([]byte, netip.AddrPort, error) { return nil, netip.AddrPort{}, io.EOF }
func (w *ring) at() netip.AddrPort                    { return netip.AddrPort{} }
func (w *ring) hurry(time.Duration)                   {}
func (w *ring) close() error                          { return nil }
func (w *ring) write(p []byte, _ netip.AddrPort) error {
	w.last = append(w.last[:0], p...)
	return nil
}

// TestNoAllocations seals and opens a packet. The race detector would allocate
// itself.
func TestNoAllocations(t *testing.T) {
	for _, suite := range secagree.Suites() {
		for _, mode := range modes {
			w := newWorld(t, suite, mode, v4, v4)
			wire, delivered := new(ring), 0
			w.ue.sender.wire = wire
			w.pcscf.receiver.deliver = func([]byte, bool) { delivered++ }
			data := append(make([]byte, ipv4Header), datagram(path{w.uc(), w.ps()}, protocolUDP, pattern(700))...)
			putHeader(data, v4, v4, protocolUDP)
			p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(data)})
			from, n := w.ue.Outer(), 100
			if got := testing.AllocsPerRun(n, func() {
				w.ue.sender.send(p)
				w.pcscf.receiver.take(wire.last, from)
			}); got != 0 {
				t.Errorf("%s %s: %v allocations", suite, mode, got)
			}
			p.DecRef()
			if delivered != n+1 {
				t.Errorf("%d of %d packets came", delivered, n+1)
			}
		}
	}
}
