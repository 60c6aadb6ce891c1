package userspace

import (
	"net/netip"
	"sync/atomic"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// link is the one network interface of the TCP/IP stack. It sends in the
// goroutine of the one who sends, without a queue.
type link struct {
	sender *sender
	up     atomic.Pointer[dispatcher]
}

// dispatcher is where packets go that come in.
type dispatcher struct{ stack.NetworkDispatcher }

// inject hands an inbound IP packet to the stack, which copies it.
func (l *link) inject(inner []byte, verified bool) {
	up := l.up.Load()
	if up == nil {
		return
	}
	p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(inner)})
	p.RXChecksumValidated = verified
	up.DeliverNetworkPacket(version(inner), p)
	p.DecRef()
}

func version(ip []byte) tcpip.NetworkProtocolNumber {
	if ip[0]>>4 == 4 {
		return header.IPv4ProtocolNumber
	}
	return header.IPv6ProtocolNumber
}

func protocolOf(a netip.Addr) tcpip.NetworkProtocolNumber {
	if a.Is4() {
		return header.IPv4ProtocolNumber
	}
	return header.IPv6ProtocolNumber
}

// WritePackets takes every packet: one that is dropped is as good as lost on its
// way.
func (l *link) WritePackets(l2 stack.PacketBufferList) (int, tcpip.Error) {
	for _, p := range l2.AsSlice() {
		l.sender.send(p)
	}
	return l2.Len(), nil
}

// Attach notes the stack; nil detaches it.
func (l *link) Attach(d stack.NetworkDispatcher) {
	if d == nil {
		l.up.Store(nil)
		return
	}
	l.up.Store(&dispatcher{d})
}

// IsAttached tells whether there is a stack.
func (l *link) IsAttached() bool { return l.up.Load() != nil }

// MTU is so long that nothing is fragmented before ESP; the routes have one for
// TCP.
func (*link) MTU() uint32 { return maxPacket }

// The rest is of a link without addresses and headers.

func (*link) SetMTU(uint32)                                {}
func (*link) MaxHeaderLength() uint16                      { return 0 }
func (*link) LinkAddress() tcpip.LinkAddress               { return "" }
func (*link) SetLinkAddress(tcpip.LinkAddress)             {}
func (*link) Capabilities() stack.LinkEndpointCapabilities { return 0 }
func (*link) Wait()                                        {}
func (*link) Close()                                       {}
func (*link) SetOnCloseAction(func())                      {}
func (*link) ARPHardwareType() header.ARPHardwareType      { return header.ARPHardwareNone }
func (*link) AddHeader(*stack.PacketBuffer)                {}
func (*link) ParseHeader(*stack.PacketBuffer) bool         { return true }
