package sim

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/protocol/aka"
)

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecodeIMSI(t *testing.T) {
	for content, want := range map[string]string{
		"08 09 10 10 10 32 54 76 98": "001010123456789",
		"08 01 10 10 10 32 54 76 f8": "00101012345678",
		"04 09 10 10 10 ff ff ff ff": "0010101",
		"ff ff ff ff ff ff ff ff ff": "",
		"00 ff":                      "",
		"02 09":                      "",
		"02 09 1a":                   "",
		"":                           "",
	} {
		got, err := decodeIMSI(unhex(t, content))
		if got != want || (want == "") != (err != nil) || err != nil && !errors.Is(err, ErrAnswer) {
			t.Errorf("%s: %q, %v", content, got, err)
		}
	}
}

func TestDecodeMNCDigits(t *testing.T) {
	for content, want := range map[string]int{"00000002": 2, "00000003": 3, "0000000203": 2, "000000f3": 3, "0000000f": 0, "000000": 0, "": 0} {
		if got := decodeMNCDigits(unhex(t, content)); got != want {
			t.Errorf("%s: %d, want %d", content, got, want)
		}
	}
}

func TestDecodeText(t *testing.T) {
	for content, want := range map[string]string{"8003613a62ffff": "a:b", "80ff": "error", "ffff": "", "8000": "", "800561200d0a62": "error", "80026100": "a", "8002c328": "error"} {
		got, err := decodeText(fileIMPI, unhex(t, content))
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", content, got, want)
		}
	}
}

func TestDecodePCSCF(t *testing.T) {
	for content, want := range map[string]string{
		"800400612e62":                           "a.b",
		"800501c0000207":                         "192.0.2.7",
		"80110220010db8000000000000000000000007": "2001:db8::7",
		"80020161":                               "", "800309aabb": "", "80": "", "ffff": "", "80030061 20": "",
	} {
		if got, err := decodePCSCF(unhex(t, content)); got != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", content, got, err, want)
		}
	}
}

func TestPINReference(t *testing.T) {
	for template, want := range map[string]byte{
		"":                                1,
		"9001 80 8301 01 8301 81":         1,
		"9001 00 8301 02 8301 81":         2,
		"9001 40 8301 01 8301 02":         2,
		"9001 c0 950108 8301 11 8301 01":  0x11,
		"9001 80 8301 81":                 1,
		"8301 03":                         3,
		"9001 80 8302 0101 8301 04 83":    4,
		"9001 20 8301 81 8301 0a 8301 05": 5,
	} {
		if reference := pinReference(unhex(t, template)); reference != want {
			t.Errorf("%s: %02X, want %02X", template, reference, want)
		}
	}
}

func TestParseAuthenticateRefuses(t *testing.T) {
	k := strings.Repeat("11", 16)
	for _, answer := range []string{
		"", "db", "db04", "dc0e00", "dc0d" + strings.Repeat("00", 13), "aa00",
		"db03 010203 10" + k + "10" + k, "db04 01020304 0f" + k[2:] + "10" + k, "db04 01020304 10" + k + "0f" + k[2:], "db04 01020304 10" + k,
	} {
		_, err := parseAuthenticate(unhex(t, answer))
		if !errors.Is(err, ErrAnswer) {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

// What is taken for keys or AUTS stands in the answer where the specification
// has it.
func FuzzAuthenticate(f *testing.F) {
	f.Add(append(append(append([]byte{0xdb, 4, 1, 0, 3, 4, 16}, make([]byte, 16)...), 16), make([]byte, 16)...))
	f.Add(append([]byte{0xdc, 14}, make([]byte, 14)...))
	f.Fuzz(func(t *testing.T, answer []byte) {
		keys, err := parseAuthenticate(answer)
		var stale *aka.SyncError
		var printed []byte
		switch {
		case err == nil:
			res, ck, ik := keys.ExposeRES(), keys.CK().Expose(), keys.IK().Expose()
			printed = append(append([]byte{0xdb, byte(len(res))}, res...), 16)
			printed = append(append(printed, ck[:]...), 16)
			printed = append(printed, ik[:]...)
		case errors.As(err, &stale):
			printed = append([]byte{0xdc, 14}, stale.AUTS[:]...)
		default:
			return
		}
		if !bytes.HasPrefix(answer, printed) {
			t.Fatalf("%X was read as %X", answer, printed)
		}
	})
}

// No content of a card gives an identity that breaks out of a header field.
func FuzzContent(f *testing.F) {
	f.Add([]byte{8, 9, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0x98})
	f.Add([]byte{0x80, 3, 'a', ':', 'b', 0xff})
	f.Add([]byte{0x80, 5, 1, 192, 0, 2, 7})
	f.Add([]byte{0x62, 14, 0x82, 5, 0x42, 0x21, 0, 20, 3, 0xc6, 5, 0x90, 1, 0x80, 0x83, 1})
	f.Add([]byte{0x61, 9, 0x4f, 7, 0xa0, 0, 0, 0, 0x87, 0x10, 2})
	f.Fuzz(func(t *testing.T, content []byte) {
		imsi, _ := decodeIMSI(content)
		if strings.Trim(imsi, "0123456789") != "" {
			t.Errorf("%X: IMSI %q", content, imsi)
		}
		text, _ := decodeText(fileIMPI, content)
		address, _ := decodePCSCF(content)
		if strings.ContainsAny(text+address, "\r\n\x00 <>\"") {
			t.Errorf("%X: %q, %q", content, text, address)
		}
		info := parseFCP(content)
		pinReference(info.pin)
		pinReference(content)
		if info.size > 0xffff || info.recordSize > 0xffff || info.records > 0xff {
			t.Errorf("%X: %+v", content, info)
		}
		if aid := recordAID(content); aid != nil && !bytes.Contains(content, aid) {
			t.Errorf("%X: AID %X", content, aid)
		}
	})
}
