package secagree

import (
	"net/netip"

	"github.com/imsphone/imsphone/protocol/aka"
)

// Mode says how packets are wrapped: the mod parameter of ipsec-3gpp.
type Mode uint8

// The modes.
const (
	// Transport is ESP in transport mode: mod=trans, the default.
	Transport Mode = iota
	// UDPTunnel is ESP in tunnel mode within UDP, for the way through an
	// address translator: mod=UDP-enc-tun (TS 33.203 Annex M, RFC 3948).
	UDPTunnel
)

// String gives the mod parameter's value.
func (m Mode) String() string { return [...]string{"trans", "UDP-enc-tun"}[m] }

// End is one side's part of a set: its address, its protected ports, and the
// SPIs that it allocated for what it receives there.
type End struct {
	Addr                   netip.Addr
	ClientPort, ServerPort uint16
	ClientSPI, ServerSPI   uint32
}

// Set is what it takes to install the four SAs of one agreement between a UE
// and its P-CSCF (TS 33.203 §7.1).
type Set struct {
	Suite  Suite
	Mode   Mode
	UE     End
	PCSCF  End
	IK, CK aka.Key
}

// SA is one unidirectional SA of a [Set] and its selectors: one address and port
// on each side, any transport protocol.
type SA struct {
	SPI                 uint32
	Source, Destination netip.AddrPort
}

// SAs gives the four SAs, always in the order of TS 33.203 §7.1: the UE's
// requests, their responses over TCP, the P-CSCF's requests, their responses
// over TCP. The SPI of each is its receiver's.
func (s Set) SAs() [4]SA {
	uc := netip.AddrPortFrom(s.UE.Addr, s.UE.ClientPort)
	us := netip.AddrPortFrom(s.UE.Addr, s.UE.ServerPort)
	pc := netip.AddrPortFrom(s.PCSCF.Addr, s.PCSCF.ClientPort)
	ps := netip.AddrPortFrom(s.PCSCF.Addr, s.PCSCF.ServerPort)
	return [4]SA{
		{s.PCSCF.ServerSPI, uc, ps},
		{s.UE.ClientSPI, ps, uc},
		{s.UE.ServerSPI, pc, us},
		{s.PCSCF.ClientSPI, us, pc},
	}
}
