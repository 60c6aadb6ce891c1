package esp

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// BenchmarkSeal and BenchmarkOpen give the time of one packet, and what it is to
// the time that the standard library takes for the cryptography of such a packet
// alone: "×crypto".

func BenchmarkSeal(b *testing.B) {
	everySize(b, func(b *testing.B, suite secagree.Suite, body []byte) {
		ik, ck := testKeys()
		s, err := NewSealer(testSPI, suite, ik, ck, rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		packet := mustSeal(b, s, body)
		bare := newBare(suite, bytes.Clone(packet))
		beside(b, bare.seal, func() {
			if _, err := s.Seal(packet[:0], body, 17); err != nil {
				b.Fatal(err)
			}
		})
	})
}

func BenchmarkOpen(b *testing.B) {
	everySize(b, func(b *testing.B, suite secagree.Suite, body []byte) {
		s, o := pair(b, suite)
		packet := mustSeal(b, s, body)
		bare, opened := newBare(suite, bytes.Clone(packet)), make([]byte, 0, len(packet))
		beside(b, bare.open, func() {
			o.window = window{} // or it were a replay
			if _, _, err := o.Open(opened, packet); err != nil {
				b.Fatal(err)
			}
		})
	})
}

// everySize runs f for each pair of algorithms and for SIP messages as long as a
// response and as long as UDP takes them.
func everySize(b *testing.B, f func(*testing.B, secagree.Suite, []byte)) {
	for _, suite := range secagree.Suites() {
		for _, n := range []int{700, 1300} {
			b.Run(fmt.Sprintf("%s/%d", suite, n), func(b *testing.B) {
				b.SetBytes(int64(n))
				b.ReportAllocs()
				f(b, suite, payload(n))
			})
		}
	}
}

// beside times ours, and then both in turns, so that a change of the machine's
// mood meets both, for the ratio.
func beside(b *testing.B, bare, ours func()) {
	for b.Loop() {
		ours()
	}
	ratios := make([]float64, 101)
	for i := range ratios {
		ratios[i] = float64(batch(ours)) / float64(batch(bare))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "×crypto")
}

func batch(f func()) time.Duration {
	start := time.Now()
	for range 50 {
		f()
	}
	return time.Since(start)
}
