//go:build ipsec

package userspace

import (
	"net"
	"net/netip"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/protocol/esp"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestKernelEncapsulation is a UE of ours, without privilege, at a P-CSCF whose
// kernel takes ESP out of UDP, in transport and in tunnel mode.
func TestKernelEncapsulation(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) { encapsulated(t, mode) })
	}
}

func encapsulated(t *testing.T, mode secagree.Mode) {
	ue, pcscf := netip.MustParseAddr("10.78.0.1"), netip.MustParseAddr("10.78.0.2")
	suite := secagree.Suite{Integrity: secagree.HMACSHA1, Encryption: secagree.AESCBC}
	w := &world{set: testSet(suite, mode, ue, pcscf, 0)}
	ours, theirs := joined(t, [2]netip.Addr{ue, pcscf})
	port := netip.AddrPortFrom(pcscf, EncapsulationPort)
	openEncapsulation(t, theirs, port)
	w.ue = in(t, ours, func() (*Stack, error) {
		return New(Config{Role: UE, Local: ue, Carrier: UDP(netip.AddrPortFrom(ue, 0), netip.AddrPortFrom(pcscf, 0))})
	})
	t.Cleanup(func() { w.ue.Close() })
	install(t, w.ue, w.set)
	for i, sa := range w.set.SAs() {
		inward := i == 0 || i == 3
		outer := [2]netip.AddrPort{port, w.ue.Outer()}
		if inward {
			outer[0], outer[1] = outer[1], outer[0]
		}
		addEncapsulated(t, theirs, w.set, sa, i+1, inward, outer)
	}
	uc, us := listenUDP(t, w.ue, w.uc()), listenUDP(t, w.ue, w.us())
	pc, ps := kernelUDP(t, theirs, w.pc()), kernelUDP(t, theirs, w.ps())
	for _, size := range []int{1, 1300, 5000} {
		send(t, uc, w.ps(), pattern(size))
		wantUDP(t, ps, w.uc(), pattern(size))
		send(t, pc, w.us(), pattern(size))
		wantUDP(t, us, w.pc(), pattern(size))
	}
	l := in(t, theirs, func() (net.Listener, error) { return net.Listen("tcp", w.ps().String()) })
	defer l.Close()
	both(t, dialTCP(t, w.ue, w.uc(), w.ps()), accept(t, l))
	if got := w.ue.Stats(); got != (Stats{}) {
		t.Errorf("dropped: %+v", got)
	}
}

// openEncapsulation opens the UDP port whose datagrams the kernel takes for ESP.
func openEncapsulation(t *testing.T, n *namespace, at netip.AddrPort) {
	t.Helper()
	c := in(t, n, func() (*net.UDPConn, error) { return net.ListenUDP("udp4", net.UDPAddrFromAddrPort(at)) })
	t.Cleanup(func() { c.Close() })
	raw, err := c.SyscallConn()
	must(t, err)
	var failed error
	must(t, raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_ENCAP, unix.UDP_ENCAP_ESPINUDP)
	}))
	must(t, failed)
}

// addEncapsulated gives the kernel one SA of a set and its policy.
func addEncapsulated(t *testing.T, n *namespace, set secagree.Set, sa secagree.SA, reqid int, inward bool, outer [2]netip.AddrPort) {
	t.Helper()
	src, dst := net.IP(sa.Source.Addr().AsSlice()), net.IP(sa.Destination.Addr().AsSlice())
	mode, dir := netlink.XFRM_MODE_TRANSPORT, netlink.XFRM_DIR_OUT
	if set.Mode == secagree.UDPTunnel {
		mode = netlink.XFRM_MODE_TUNNEL
	}
	if inward {
		dir = netlink.XFRM_DIR_IN
	}
	must(t, n.link.XfrmStateAdd(&netlink.XfrmState{
		Src: src, Dst: dst, Proto: netlink.XFRM_PROTO_ESP, Mode: mode, Spi: int(sa.SPI), Reqid: reqid, ReplayWindow: 32,
		Auth:  &netlink.XfrmStateAlgo{Name: "hmac(sha1)", Key: esp.AuthKey(set.Suite, set.IK), TruncateLen: 96},
		Crypt: &netlink.XfrmStateAlgo{Name: "cbc(aes)", Key: esp.EncryptionKey(set.Suite, set.CK)},
		Encap: &netlink.XfrmStateEncap{Type: netlink.XFRM_ENCAP_ESPINUDP, SrcPort: int(outer[0].Port()), DstPort: int(outer[1].Port()),
			OriginalAddress: net.IPv4zero},
	}))
	host := func(ip net.IP) *net.IPNet { return &net.IPNet{IP: ip, Mask: net.CIDRMask(32, 32)} }
	must(t, n.link.XfrmPolicyAdd(&netlink.XfrmPolicy{
		Src: host(src), SrcPort: int(sa.Source.Port()), Dst: host(dst), DstPort: int(sa.Destination.Port()), Dir: dir,
		Tmpls: []netlink.XfrmPolicyTmpl{{Src: src, Dst: dst, Proto: netlink.XFRM_PROTO_ESP, Mode: mode, Reqid: reqid}},
	}))
}
