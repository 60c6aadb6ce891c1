package userspace

import (
	"testing"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// BenchmarkDatagram carries a SIP message of 900 bytes from one stack to another:
// UDP, IP, ESP, the kernel's loopback, and up again.
func BenchmarkDatagram(b *testing.B) {
	for _, suite := range secagree.Suites() {
		b.Run(suite.String(), func(b *testing.B) {
			w := newWorld(b, suite, secagree.Transport, v4, v4)
			uc, ps := listenUDP(b, w.ue, w.uc()), listenUDP(b, w.pcscf, w.ps())
			message, got := pattern(900), make([]byte, 1500)
			b.SetBytes(int64(len(message)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := uc.WriteToUDPAddrPort(message, w.ps()); err != nil {
					b.Fatal(err)
				}
				if _, _, err := ps.ReadFromUDPAddrPort(got); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
