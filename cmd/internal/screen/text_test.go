package screen

import (
	"testing"
	"unicode/utf8"
)

func TestGroup(t *testing.T) {
	for in, want := range map[string]string{
		"+493012345678": "+49 301 234 5678", "+14155550123": "+1 415 555 0123", "+3531234567": "+353 123 4567",
		"030123456": "030 123 456", "12345": "12345", "*100#": "*100#", "bob": "bob", "": "", "+": "+", "+4": "+4", "+49301": "+49 301",
		"1234567": "123 4567",
	} {
		if got := group(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestParty(t *testing.T) {
	tests := []struct{ uri, name, title, sub string }{
		{"sip:+14155550123@h;user=phone", "Bob", "Bob", "+1 415 555 0123"},
		{"tel:+14155550123", "", "+1 415 555 0123", ""},
		{"sip:bob@example.org", "bob@example.org", "bob@example.org", ""},
		{"sip:192.0.2.1", "", "192.0.2.1", ""},
		{"nonsense", "", "nonsense", ""},
		{"sip:bob@h", "\x1b[31mBob\u202e\n ", "[31mBob", "bob@h"},
	}
	for _, tt := range tests {
		if title, sub := party(tt.uri, tt.name); title != tt.title || sub != tt.sub {
			t.Errorf("%q: %q, %q", tt.uri, title, sub)
		}
	}
}

// FuzzParty: whatever a stranger calls himself is printable.
func FuzzParty(f *testing.F) {
	f.Add("sip:+4@h", "x")
	f.Fuzz(func(t *testing.T, uri, name string) {
		title, sub := party(uri, name)
		for _, s := range []string{title, sub} {
			if s != printable(s) || !utf8.ValidString(s) {
				t.Errorf("%q", s)
			}
		}
	})
}
