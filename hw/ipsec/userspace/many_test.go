package userspace

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestManyUEs has UEs at one P-CSCF that share an address and differ in ports.
func TestManyUEs(t *testing.T) {
	const phones = 8
	pcscf := newStack(t, PCSCF, v4, netip.AddrPort{})
	first := &world{set: testSet(gcm, secagree.Transport, v4, v4, 0)}
	ps, pc, tcp := listenUDP(t, pcscf, first.ps()), listenUDP(t, pcscf, first.pc()), listenTCP(t, pcscf, first.ps())
	var wg sync.WaitGroup
	defer wg.Wait()
	for n := range phones {
		w := &world{set: testSet(secagree.Suites()[n%6], modes[n%2], v4, v4, n), pcscf: pcscf}
		w.ue = newStack(t, UE, v4, pcscf.Outer())
		w.hUE, w.hPCSCF = install(t, w.ue, w.set), install(t, pcscf, w.set)
		uc, us, usTCP := listenUDP(t, w.ue, w.uc()), listenUDP(t, w.ue, w.us()), listenTCP(t, w.ue, w.us())
		hello := fmt.Appendf(nil, "phone %d", n)
		send(t, uc, w.ps(), hello)
		wantUDP(t, ps, w.uc(), hello)
		send(t, pc, w.us(), hello)
		wantUDP(t, us, w.pc(), hello)
		out := dialTCP(t, w.ue, w.uc(), w.ps())
		in := accept(t, tcp)
		back := dialTCP(t, pcscf, w.pc(), w.us()) // all from one port
		there := accept(t, usTCP)
		wg.Go(func() {
			transfer(t, out, in, pattern(50_000))
			transfer(t, back, there, pattern(50_000))
		})
	}
	wg.Wait()
	if got := pcscf.Stats(); got != (Stats{}) {
		t.Errorf("dropped: %+v", got)
	}
}

// TestManySets has several sets in one UE, as a phone with two lines at one
// address.
func TestManySets(t *testing.T) {
	pcscf := newStack(t, PCSCF, v6, netip.AddrPort{})
	ue := newStack(t, UE, v6, pcscf.Outer())
	for n := range 4 {
		w := &world{ue: ue, pcscf: pcscf, set: testSet(secagree.Suites()[n], secagree.UDPTunnel, v6, v6, n)}
		install(t, ue, w.set)
		install(t, pcscf, w.set)
		uc, ps := listenUDP(t, ue, w.uc()), listenUDP(t, pcscf, w.ps())
		send(t, uc, w.ps(), []byte{byte(n)})
		wantUDP(t, ps, w.uc(), []byte{byte(n)})
		ps.Close()
	}
}

// TestAnyOuterAddress leaves the choice of the outer addresses to the system.
func TestAnyOuterAddress(t *testing.T) {
	open := func(role Role, c Carrier) *Stack {
		s, err := New(Config{Role: role, Local: v4, Carrier: c})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	w := &world{set: testSet(gcm, secagree.UDPTunnel, v4, v4, 0)}
	w.pcscf = open(PCSCF, UDP(netip.AddrPort{}, netip.AddrPort{}))
	w.ue = open(UE, UDP(netip.AddrPort{}, netip.AddrPortFrom(v4, w.pcscf.Outer().Port())))
	install(t, w.ue, w.set)
	install(t, w.pcscf, w.set)
	uc, us := listenUDP(t, w.ue, w.uc()), listenUDP(t, w.ue, w.us())
	pc, ps := listenUDP(t, w.pcscf, w.pc()), listenUDP(t, w.pcscf, w.ps())
	send(t, uc, w.ps(), pattern(1300))
	wantUDP(t, ps, w.uc(), pattern(1300))
	send(t, pc, w.us(), pattern(1300))
	wantUDP(t, us, w.pc(), pattern(1300))
}
