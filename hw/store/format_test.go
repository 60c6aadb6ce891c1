package store

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// FuzzFormat: what is encoded comes back as it was, and not after any change
// of one byte or cut.
func FuzzFormat(f *testing.F) {
	f.Add("", uint(0), byte(1))
	f.Add("line\nsha256:", uint(20), byte(0x20))
	f.Add("\x00ü", uint(70), byte(0xff))
	f.Fuzz(func(t *testing.T, text string, at uint, change byte) {
		content, err := encode(text)
		if err != nil {
			t.Fatal(err)
		}
		body, err := payload(content)
		if err != nil {
			t.Fatalf("%q: %v", content, err)
		}
		var back string
		if err := json.Unmarshal(body, &back); err != nil || utf8.ValidString(text) && back != text {
			t.Fatalf("%q came back as %q, %v", text, back, err)
		}
		i := at % uint(len(content))
		if _, err := payload(content[:i]); err == nil {
			t.Fatalf("%q cut to %d bytes was taken", content, i)
		}
		if change != 0 {
			content[i] ^= change
			if _, err := payload(content); err == nil {
				t.Fatalf("%q with byte %d changed was taken", content, i)
			}
		}
	})
}

// FuzzPayload: no content makes it panic, and none that wasn't encoded passes.
func FuzzPayload(f *testing.F) {
	f.Add([]byte("{}\nsha256:\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, content []byte) {
		body, err := payload(content)
		if err != nil {
			return
		}
		if len(body)+sumLine != len(content) || body[len(body)-1] != '\n' {
			t.Fatalf("%q gave %q", content, body)
		}
	})
}
