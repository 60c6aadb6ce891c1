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

// newTurn gives a function that carries one datagram of n bytes from the TCP/IP
// stack of the UE to that of the P-CSCF, without these: it is sealed, goes around
// a ring, and is opened. delivered counts those that came.
func newTurn(t testing.TB, suite secagree.Suite, mode secagree.Mode, n int) (turn func(), delivered *int) {
	w := newWorld(t, suite, mode, v4, v4)
	wire := new(ring)
	delivered = new(int)
	w.ue.sender.wire = wire
	w.pcscf.receiver.deliver = func([]byte, bool) { *delivered++ }
	data := append(make([]byte, ipv4Header), datagram(path{w.uc(), w.ps()}, protocolUDP, pattern(n))...)
	putHeader(data, v4, v4, protocolUDP)
	p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(data)})
	t.Cleanup(p.DecRef)
	from := w.ue.Outer()
	return func() {
		w.ue.sender.send(p)
		w.pcscf.receiver.take(wire.last, from)
	}, delivered
}
