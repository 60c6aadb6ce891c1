package ipsec

import (
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// message gives the parts of XFRM_MSG_NEWSA and XFRM_MSG_UPDSA. The SA expires
// the given number of seconds after it was added. The netlink package can't ask
// for a replay window of 64 without extended sequence numbers, hence our own.
func (s state) message(expiry uint64) []nl.NetlinkRequestData {
	parts := []nl.NetlinkRequestData{s.info(expiry)}
	add := func(kind int, data []byte) { parts = append(parts, nl.NewRtAttr(kind, data)) }
	if a := s.auth; a != nil {
		add(nl.XFRMA_ALG_AUTH_TRUNC, (&nl.XfrmAlgoAuth{AlgName: a.kernelName(), AlgKeyLen: a.keyBits(), AlgTruncLen: a.bits, AlgKey: a.key()}).Serialize())
	}
	if a := s.crypt; a != nil {
		add(nl.XFRMA_ALG_CRYPT, (&nl.XfrmAlgo{AlgName: a.kernelName(), AlgKeyLen: a.keyBits(), AlgKey: a.key()}).Serialize())
	}
	if a := s.aead; a != nil {
		add(nl.XFRMA_ALG_AEAD, (&nl.XfrmAlgoAEAD{AlgName: a.kernelName(), AlgKeyLen: a.keyBits(), AlgICVLen: a.bits, AlgKey: a.key()}).Serialize())
	}
	if !s.outbound {
		add(nl.XFRMA_REPLAY_ESN_VAL, (&nl.XfrmReplayStateEsn{BmpLen: replayWindow / 32, ReplayWindow: replayWindow}).Serialize())
	}
	return parts
}

// info is struct xfrm_usersa_info.
func (s state) info(expiry uint64) *nl.XfrmUsersaInfo {
	src, dst := s.Source.Addr(), s.Destination.Addr()
	msg := &nl.XfrmUsersaInfo{
		Sel: nl.XfrmSelector{
			Dport: nl.Swap16(s.Destination.Port()), DportMask: 0xffff,
			Sport: nl.Swap16(s.Source.Port()), SportMask: 0xffff,
			Family: family(dst), PrefixlenD: uint8(dst.BitLen()), PrefixlenS: uint8(src.BitLen()),
		},
		Lft: nl.XfrmLifetimeCfg{
			SoftByteLimit: nl.XFRM_INF, HardByteLimit: nl.XFRM_INF,
			SoftPacketLimit: nl.XFRM_INF, HardPacketLimit: nl.XFRM_INF,
			HardAddExpiresSeconds: expiry,
		},
		Reqid:  s.reqid,
		Family: family(dst),
		Mode:   uint8(netlink.XFRM_MODE_TRANSPORT),
	}
	msg.Id.Spi, msg.Id.Proto = nl.Swap32(s.SPI), uint8(netlink.XFRM_PROTO_ESP)
	for _, field := range []struct {
		to   *nl.XfrmAddress
		from netip.Addr
	}{{&msg.Sel.Daddr, dst}, {&msg.Id.Daddr, dst}, {&msg.Sel.Saddr, src}, {&msg.Saddr, src}} {
		copy(field.to[:], field.from.AsSlice())
	}
	return msg
}

func family(a netip.Addr) uint16 {
	if a.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

func (a *algorithm) kernelName() (name [64]byte) {
	copy(name[:], a.name)
	return name
}

func (a *algorithm) keyBits() uint32 { return uint32(len(a.key())) * 8 }
