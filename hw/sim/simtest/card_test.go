package simtest

import (
	"bytes"
	"io"
	"testing"

	"github.com/imsphone/imsphone/protocol/aka"
)

func profile() Profile {
	return Profile{
		IMSI: "001010123456789", MNCDigits: 2, PIN: "1234", Functions: aka.NewMilenage([16]byte{1}, [16]byte{2}),
		ISIM: &ISIM{Private: "a@b", Domain: "b", Public: []string{"sip:a@b"}, PCSCF: []string{"192.0.2.1"}},
	}
}

// A card gives a status word to whatever it is told, and no keys without PIN.
func FuzzCard(f *testing.F) {
	f.Add([]byte{0, 0xa4, 4, 4, 7, 0xa0, 0, 0, 0, 0x87, 0x10, 2, 0}, []byte{0, 0xb0, 0, 0, 0}, false)
	f.Add([]byte{0, 0xa4, 0, 4, 2, 0x2f, 0}, []byte{0, 0xb2, 1, 4, 0}, true)
	f.Add([]byte{0, 0x70, 0, 0, 1}, []byte{1, 0xf2, 0, 0, 0}, true)
	f.Add([]byte{0, 0x20, 0, 1}, []byte{0, 0x70, 0x80, 1, 0}, false)
	f.Fuzz(func(t *testing.T, first, second []byte, t0 bool) {
		p := profile()
		p.T0 = t0
		c := New(p)
		for _, command := range [][]byte{first, second} {
			response, ok := c.Process(command)
			if !ok || len(response) < 2 || response[len(response)-2]>>4 != 6 && response[len(response)-2]>>4 != 9 {
				t.Fatalf("%X: %X, %v", command, response, ok)
			}
			if response[0] == 0xdb && len(response) > 40 {
				t.Fatalf("%X gave keys", command)
			}
		}
	})
}

// A modem ends each answer, whatever it is told.
func FuzzModem(f *testing.F) {
	f.Add("AT+CSIM=14,\"00A40004023F00\"")
	f.Add("AT+CCHO=\"A0000000871002\"")
	f.Add("AT+CGLA=10,10,\"00F2000000\"")
	f.Add("ATE0\rAT+CCHC=10\rAT+CMEE=1")
	f.Fuzz(func(t *testing.T, said string) {
		var out bytes.Buffer
		port := struct {
			io.Reader
			io.Writer
		}{bytes.NewReader([]byte(said + "\r")), &out}
		if err := (&Modem{Card: New(profile())}).Serve(port); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(out.Bytes(), []byte("OK\r\n")) && !bytes.Contains(out.Bytes(), []byte("ERROR")) {
			t.Fatalf("%q: %q", said, out.Bytes())
		}
	})
}
