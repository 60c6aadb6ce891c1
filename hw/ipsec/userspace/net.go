package userspace

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
)

// nicID names the one interface.
const nicID = 1

// TCP buffers, in bytes: SIP messages are small and wait for nobody.
const (
	minTCPBuffer     = 4 << 10
	defaultTCPBuffer = 32 << 10
	maxTCPBuffer     = 128 << 10
)

// newNet makes a TCP/IP stack of one IP version with one interface and one address.
func newNet(cfg Config, l *link) (*stack.Stack, error) {
	s := stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{networkFactory(cfg.Local)},
		TransportProtocols: []stack.TransportProtocolFactory{udp.NewProtocol, tcp.NewProtocol},
		// What we send to our own address is for a peer that shares it, never
		// for us.
		HandleLocal: false,
	})
	err := errors.Join(tuneTCP(s), explain(s.CreateNIC(nicID, l)), explain(s.AddProtocolAddress(nicID, tcpip.ProtocolAddress{
		Protocol:          protocolOf(cfg.Local),
		AddressWithPrefix: tcpip.AddrFromSlice(cfg.Local.AsSlice()).WithPrefix(),
	}, stack.AddressProperties{})))
	if err != nil {
		s.Destroy()
		return nil, fmt.Errorf("can't set up the TCP/IP stack: %w", err)
	}
	all := header.IPv6EmptySubnet
	if cfg.Local.Is4() {
		all = header.IPv4EmptySubnet
	}
	// A route's MTU is that of what is in its IP packets.
	s.SetRouteTable([]tcpip.Route{{Destination: all, NIC: nicID, MTU: uint32(cfg.pathMTU() - headerLen(cfg.Local))}})
	return s, nil
}

// networkFactory gives the IP version of an address. There are no neighbours to
// discover, so IPv6 does nothing on its own.
func networkFactory(a netip.Addr) stack.NetworkProtocolFactory {
	if a.Is4() {
		return ipv4.NewProtocolWithOptions(ipv4.Options{AllowExternalLoopbackTraffic: true})
	}
	return ipv6.NewProtocolWithOptions(ipv6.Options{AllowExternalLoopbackTraffic: true})
}

func tuneTCP(s *stack.Stack) error {
	send := tcpip.TCPSendBufferSizeRangeOption{Min: minTCPBuffer, Default: defaultTCPBuffer, Max: maxTCPBuffer}
	receive := tcpip.TCPReceiveBufferSizeRangeOption{Min: minTCPBuffer, Default: defaultTCPBuffer, Max: maxTCPBuffer}
	sack := tcpip.TCPSACKEnabled(true)
	return errors.Join(
		explain(s.SetTransportProtocolOption(tcp.ProtocolNumber, &send)),
		explain(s.SetTransportProtocolOption(tcp.ProtocolNumber, &receive)),
		explain(s.SetTransportProtocolOption(tcp.ProtocolNumber, &sack)),
	)
}

// The same as of the kernel's connections: dead peers are found without waking an
// idle phone often, and what was sent is given up before SIP's own timers end.
const (
	keepAliveIdle     = 2 * time.Minute
	keepAliveInterval = 15 * time.Second
	keepAliveCount    = 4
	userTimeout       = 20 * time.Second
)

// tune sets what a connection needs; none of it can fail for TCP.
func tune(ep tcpip.Endpoint) {
	idle, interval := tcpip.KeepaliveIdleOption(keepAliveIdle), tcpip.KeepaliveIntervalOption(keepAliveInterval)
	timeout := tcpip.TCPUserTimeoutOption(userTimeout)
	ep.SetSockOpt(&idle)
	ep.SetSockOpt(&interval)
	ep.SetSockOpt(&timeout)
	ep.SetSockOptInt(tcpip.KeepaliveCountOption, keepAliveCount)
	ep.SocketOptions().SetKeepAlive(true)
}
