package esp

import (
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// bin reads hexadecimal digits in groups of any size.
func bin(t testing.TB, groups ...string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Join(groups, ""), " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func testKeys() (ik, ck aka.Key) {
	var i, c [16]byte
	for n := range i {
		i[n], c[n] = byte(n), byte(0xf0-n)
	}
	return aka.NewKey(i), aka.NewKey(c)
}

// drift is a source of bytes that look random and are the same in every run.
type drift struct{ state uint64 }

func (d *drift) Read(p []byte) (int, error) {
	for i := range p {
		d.state = d.state*6364136223846793005 + 1442695040888963407
		p[i] = byte(d.state >> 56)
	}
	return len(p), nil
}

func payload(n int) []byte {
	p := make([]byte, n)
	_, _ = io.ReadFull(&drift{uint64(n)}, p)
	return p
}

const testSPI = 0x00c0ffee

// pair gives both ends of an SA.
func pair(t testing.TB, suite secagree.Suite) (*Sealer, *Opener) {
	t.Helper()
	ik, ck := testKeys()
	s, err := NewSealer(testSPI, suite, ik, ck, &drift{})
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewOpener(testSPI, suite, ik, ck)
	if err != nil {
		t.Fatal(err)
	}
	return s, o
}

func mustSeal(t testing.TB, s *Sealer, p []byte) []byte {
	t.Helper()
	sealed, err := s.Seal(nil, p, 17)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// everySuite runs f for each pair of algorithms.
func everySuite(t *testing.T, f func(*testing.T, secagree.Suite)) {
	for _, suite := range secagree.Suites() {
		t.Run(suite.String(), func(t *testing.T) { f(t, suite) })
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %v", err, want)
	}
}
