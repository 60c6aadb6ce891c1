package aka

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestParseNonce(t *testing.T) {
	// 32 bytes of a core's nonce (Kamailio), which need one '='.
	const kamailio = "4uokYcpJ+gPQHBkKLkP9IkNeqxStKIAAlKpOgZ4tPQo="
	whole := unhex(t, "e2ea2461ca49fa03d01c190a2e43fd22435eab14ad28800094aa4e819e2d3d0a")
	with := FormatNonce([16]byte(whole[:16]), [16]byte(whole[16:]), []byte("data"))
	tests := []struct {
		name, nonce string
		data        []byte
		fails       string
	}{
		{name: "32 bytes", nonce: kamailio},
		{name: "no padding", nonce: strings.TrimRight(kamailio, "=")},
		{name: "too much padding", nonce: kamailio + "="},
		{name: "blanks around", nonce: " " + kamailio + "\t"},
		{name: "server data", nonce: with, data: []byte("data")},
		{name: "empty", nonce: "", fails: "0 bytes"},
		{name: "31 bytes", nonce: kamailio[:42], fails: "31 bytes"},
		{name: "RFC 3261's kind", nonce: "dGVzdG5vbmNlMTIzNA==", fails: "13 bytes"},
		{name: "not base64", nonce: "5f2a9b*" + kamailio, fails: "base64"},
		{name: "padding inside", nonce: kamailio + kamailio, fails: "base64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rand, autn, data, err := ParseNonce(tt.nonce)
			if tt.fails != "" {
				if !errors.Is(err, ErrNonce) || !strings.Contains(err.Error(), tt.fails) {
					t.Fatalf("%v, want an error about %s", err, tt.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			same(t, "RAND", rand[:], whole[:16])
			same(t, "AUTN", autn[:], whole[16:])
			same(t, "server data", data, tt.data)
		})
	}
}

func TestParseAUTS(t *testing.T) {
	auts := [14]byte{0, 1, 2, 0xff, 13: 9}
	for _, value := range []string{FormatAUTS(auts), strings.TrimRight(FormatAUTS(auts), "=")} {
		if got, err := ParseAUTS(value); err != nil || got != auts {
			t.Errorf("%q: %x, %v", value, got, err)
		}
	}
	for _, value := range []string{"", "AA==", FormatAUTS(auts)[:16], "AAAA" + FormatAUTS(auts), "*"} {
		if _, err := ParseAUTS(value); !errors.Is(err, ErrNonce) {
			t.Errorf("%q: %v", value, err)
		}
	}
}

func FuzzParseNonce(f *testing.F) {
	f.Add("4uokYcpJ+gPQHBkKLkP9IkNeqxStKIAAlKpOgZ4tPQo=")
	f.Add("4uokYcpJ+gPQHBkKLkP9IkNeqxStKIAAlKpOgZ4tPQpkYXRh")
	f.Add("==")
	f.Fuzz(func(t *testing.T, nonce string) {
		rand, autn, data, err := ParseNonce(nonce)
		if err != nil {
			if rand != [16]byte{} || autn != [16]byte{} || data != nil {
				t.Error("an error and values")
			}
			return
		}
		again, autn2, data2, err := ParseNonce(FormatNonce(rand, autn, data))
		if err != nil || again != rand || autn2 != autn || !bytes.Equal(data2, data) {
			t.Errorf("%q → %x %x %x → %x %x %x, %v", nonce, rand, autn, data, again, autn2, data2, err)
		}
	})
}
