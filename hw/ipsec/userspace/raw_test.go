//go:build ipsec

package userspace

import (
	"net/netip"
	"testing"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestRawIP carries ESP as protocol 50 between two loopback addresses. It needs
// CAP_NET_RAW.
func TestRawIP(t *testing.T) {
	for _, suite := range secagree.Suites() {
		t.Run(suite.String()+" IPv4", func(t *testing.T) {
			rawIP(t, suite, netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.3"))
		})
		// Both ends get what either sends, and drop what isn't theirs.
		t.Run(suite.String()+" IPv6", func(t *testing.T) { rawIP(t, suite, v6, v6) })
	}
}

func rawIP(t *testing.T, suite secagree.Suite, ue, pcscf netip.Addr) {
	open := func(role Role, local netip.Addr) *Stack {
		s, err := New(Config{Role: role, Local: local, Carrier: RawIP()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	w := &world{set: testSet(suite, secagree.Transport, ue, pcscf, 0), ue: open(UE, ue), pcscf: open(PCSCF, pcscf)}
	w.hUE, w.hPCSCF = install(t, w.ue, w.set), install(t, w.pcscf, w.set)
	us, pc := listenUDP(t, w.ue, w.us()), listenUDP(t, w.pcscf, w.pc())
	for _, size := range []int{1, 1300, 20000} {
		send(t, pc, w.us(), pattern(size)) // the first to send is the P-CSCF
		wantUDP(t, us, w.pc(), pattern(size))
	}
	ps := listenTCP(t, w.pcscf, w.ps())
	out := dialTCP(t, w.ue, w.uc(), w.ps())
	in := accept(t, ps)
	transfer(t, out, in, pattern(100_000))
	transfer(t, in, out, pattern(100_000))
	if got := w.pcscf.Stats(); ue != pcscf && got != (Stats{}) {
		t.Errorf("dropped: %+v", got)
	}
	tunnel := testSet(suite, secagree.UDPTunnel, ue, pcscf, 1)
	if _, err := w.ue.Install(tunnel); err == nil {
		t.Error("a set for UDP encapsulation is installed")
	}
}
