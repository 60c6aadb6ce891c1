package peertest

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
)

func TestNetstringRefuses(t *testing.T) {
	for _, text := range []string{"", "5", "x:abc,", "-1:,", "3:abc;", "3:ab", "99999999999:a,", "2000000:a,"} {
		if got, err := readNetstring(bufio.NewReader(strings.NewReader(text))); err == nil {
			t.Errorf("%q was read as %q", text, got)
		}
	}
}

// FuzzNetstring: what is read and written again is what was there, and so is
// what is written and read.
func FuzzNetstring(f *testing.F) {
	f.Add([]byte("5:hello,rest"))
	f.Add([]byte("0:,"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var b bytes.Buffer
		if err := writeNetstring(&b, data); err != nil {
			t.Fatal(err)
		}
		back, err := readNetstring(bufio.NewReader(&b))
		if err != nil || !bytes.Equal(back, data) {
			t.Errorf("%q came back as %q, %v", data, back, err)
		}
		if text, err := readNetstring(bufio.NewReader(bytes.NewReader(data))); err == nil && !bytes.Contains(data, text) {
			t.Errorf("%q was read from %q", text, data)
		}
	})
}
