package userspace

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// BenchmarkPacket carries a SIP message between two TCP/IP stacks, without these
// and without a socket: it is what this package adds to them.
func BenchmarkPacket(b *testing.B) {
	everySize(b, func(b *testing.B, suite secagree.Suite, n int) {
		turn, _ := newTurn(b, suite, secagree.Transport, n)
		for b.Loop() {
			turn()
		}
	})
}

// BenchmarkDatagram carries a SIP message from one socket to another one: UDP,
// IP, ESP, the kernel's loopback, and up again; "×udp" is what that is to two of
// the kernel's own sockets, in the clear. The allocations are the TCP/IP
// stack's, six to send and four to receive.
func BenchmarkDatagram(b *testing.B) {
	everySize(b, func(b *testing.B, suite secagree.Suite, n int) {
		w := newWorld(b, suite, secagree.Transport, v4, v4)
		ours := newPass(b, listenUDP(b, w.ue, w.uc()), listenUDP(b, w.pcscf, w.ps()), w.ps(), n)
		from, to := loopbackUDP(b), loopbackUDP(b)
		beside(b, newPass(b, from, to, to.LocalAddr().(*net.UDPAddr).AddrPort(), n), ours)
	})
}

// BenchmarkInstall makes a set of four SAs and removes it: what a challenged
// registration adds to one with the nonce that is known.
func BenchmarkInstall(b *testing.B) {
	for _, suite := range secagree.Suites() {
		b.Run(suite.String(), func(b *testing.B) {
			s, set := newStack(b, PCSCF, v4, netip.AddrPort{}), testSet(suite, secagree.Transport, v4, v4, 0)
			b.ReportAllocs()
			for b.Loop() {
				install(b, s, set).Close()
			}
		})
	}
}

// everySize runs f for each pair of algorithms and for SIP messages as long as a
// response and as long as UDP takes them.
func everySize(b *testing.B, f func(b *testing.B, suite secagree.Suite, n int)) {
	for _, suite := range secagree.Suites() {
		for _, n := range []int{700, 1300} {
			b.Run(fmt.Sprintf("%s/%d", suite, n), func(b *testing.B) {
				b.SetBytes(int64(n))
				b.ReportAllocs()
				f(b, suite, n)
			})
		}
	}
}

// datagrams is a socket of this package or of the kernel.
type datagrams interface {
	WriteToUDPAddrPort([]byte, netip.AddrPort) (int, error)
	ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error)
}

// newPass gives a function that sends a datagram of n bytes and waits for it.
func newPass(b *testing.B, from, to datagrams, at netip.AddrPort, n int) func() {
	message, got := pattern(n), make([]byte, 1500)
	return func() {
		if _, err := from.WriteToUDPAddrPort(message, at); err != nil {
			b.Fatal(err)
		}
		if _, _, err := to.ReadFromUDPAddrPort(got); err != nil {
			b.Fatal(err)
		}
	}
}

func loopbackUDP(b *testing.B) *net.UDPConn {
	c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(v4, 0)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return c
}

// beside times ours, and then both in turns, so that a change of the machine's
// mood meets both, for the ratio.
func beside(b *testing.B, clear, ours func()) {
	for b.Loop() {
		ours()
	}
	ratios := make([]float64, 101)
	for i := range ratios {
		ratios[i] = float64(batch(ours)) / float64(batch(clear))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "×udp")
}

func batch(f func()) time.Duration {
	start := time.Now()
	for range 20 {
		f()
	}
	return time.Since(start)
}
