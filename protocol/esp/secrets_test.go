package esp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestKeysDoNotPrint: an SA's ends show nothing of their keys, whatever they are
// printed by.
func TestKeysDoNotPrint(t *testing.T) {
	const rare = 0xd7
	key := aka.NewKey([16]byte(bytes.Repeat([]byte{rare}, 16)))
	for _, suite := range secagree.Suites() {
		sealer, err := NewSealer(1000, suite, key, key, bytes.NewReader(nil))
		if err != nil {
			t.Fatal(err)
		}
		opener, err := NewOpener(1000, suite, key, key)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []any{sealer, opener, sealer.t, struct{ s *Sealer }{sealer}, struct{ t transform }{opener.t}} {
			var out []string
			for _, format := range []string{"%v", "%+v", "%#v", "%x", "%s"} {
				out = append(out, fmt.Sprintf(format, v))
			}
			if b, err := json.Marshal(v); err == nil {
				out = append(out, string(b))
			}
			for _, text := range out {
				for _, sign := range []string{"d7d7d7", "215 215", "0xd7, 0xd7", "\xd7\xd7", "19fX"} {
					if strings.Contains(text, sign) {
						t.Errorf("%v: %T shows its key: %s", suite, v, text)
					}
				}
			}
		}
	}
}
