package sdp

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var compareAddr = cmp.Options{
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }),
}

// TestPeers reads what real phones, proxies and documents write: the golden
// file is how we would have written the same description.
func TestPeers(t *testing.T) {
	files, err := filepath.Glob("testdata/peers/*.sdp")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Parse(string(body))
			if err != nil {
				t.Fatal(err)
			}
			text := s.String()
			golden(t, strings.TrimSuffix(file, ".sdp")+".golden", strings.ReplaceAll(text, "\r\n", "\n"))
			again, err := Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(s, again, compareAddr); diff != "" {
				t.Errorf("printed and read again (-first +second):\n%s", diff)
			}
		})
	}
}
