package aka

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestPassword(t *testing.T) {
	res := []byte{0, 'r', 0, 0xff, 0x80, 0, '"', 0}
	ck, ik := [16]byte{1, 2, 15: 3}, [16]byte{4, 5, 15: 6}
	keys := NewKeys(res, ck, ik)
	res[1] = 'x' // the keys hold a copy
	material := append(append([]byte("\x00r\x00\xff\x80\x00\"\x00"), ik[:]...), ck[:]...)
	md, sha := hmac.New(md5.New, material), hmac.New(sha256.New, material)
	md.Write([]byte("http-digest-akav2-password"))
	sha.Write([]byte("http-digest-akav2-password"))
	tests := []struct{ algorithm, want string }{
		{"AKAv1-MD5", "\x00r\x00\xff\x80\x00\"\x00"},
		{"akav1-md5-sess", "\x00r\x00\xff\x80\x00\"\x00"},
		{"AKAv1-SHA-256", "\x00r\x00\xff\x80\x00\"\x00"},
		{"AKAv2-MD5", base64.StdEncoding.EncodeToString(md.Sum(nil))},
		{"AKAV2-MD5-SESS", base64.StdEncoding.EncodeToString(md.Sum(nil))},
		{"AKAv2-SHA-256", base64.StdEncoding.EncodeToString(sha.Sum(nil))},
	}
	for _, tt := range tests {
		a, ok := ParseAlgorithm(tt.algorithm)
		if got := keys.Password(a); !ok || got != tt.want {
			t.Errorf("%s: %x (%v), want %x", tt.algorithm, got, ok, tt.want)
		}
	}
	for _, name := range []string{"", "MD5", "AKA", "AKAv1", "AKAv1-", "AKAv3-MD5", "AKAv1-MD4", "AKAv1-MD5-sess-sess"} {
		if a, ok := ParseAlgorithm(name); ok || a.Version != 0 {
			t.Errorf("%q is taken for AKAv%d", name, a.Version)
		}
	}
	if keys.CK().Expose() != ck || keys.IK().Expose() != ik || !bytes.Equal(keys.ExposeRES(), material[:8]) {
		t.Error("the keys aren't those given")
	}
}

func TestParseAlgorithm(t *testing.T) {
	a, ok := ParseAlgorithm(" akaV2-sha-512-256-SESS ")
	if !ok || a.Version != 2 || a.Hash != "SHA-512-256" || !a.Session || a.New().Size() != 32 {
		t.Errorf("%+v, %v", a, ok)
	}
	a, ok = ParseAlgorithm("AKAv1-MD5")
	if !ok || a.Version != 1 || a.Hash != "MD5" || a.Session || a.New().Size() != 16 {
		t.Errorf("%+v, %v", a, ok)
	}
}

// notations are four bytes in a row, each written as given. One byte alone would
// be found in the addresses that fmt prints, too.
func notations(bytes ...string) (all []string) {
	for _, b := range bytes {
		for _, between := range []string{"", " ", ","} {
			all = append(all, strings.TrimSuffix(strings.Repeat(b+between, 4), between))
		}
		all = append(all, strings.Join([]string{b, b, b, b}, ", "))
	}
	return all
}

// Every byte of the secrets has the same rare value, which would show in any
// notation: as hexadecimal, as a decimal number, as text or as base64.
func TestSecretsNeverPrint(t *testing.T) {
	const rare = 0xd7 // 215, "×" in Latin-1
	k, op, top := [16]byte(bytes.Repeat([]byte{rare}, 16)), [16]byte(bytes.Repeat([]byte{rare}, 16)), [32]byte(bytes.Repeat([]byte{rare}, 32))
	tuak, err := NewTUAKTOPc(k[:], top, TUAKOptions{})
	if err != nil {
		t.Fatal(err)
	}
	keys := NewKeys(k[:], k, k)
	milenage := NewMilenageOPc(k, op)
	usim := newUSIM(t, milenage, State{}, Limits{})
	signs := notations("d7", "D7", "215", "\xd7", `\xd7`, "×", "327", "11010111", "U+00D7", "0xd7", "%!t(uint8=215)")
	signs = append(signs, "19fX19fX")
	for name, v := range map[string]any{
		"Key": keys.CK(), "*Key": new(keys.CK()),
		"Keys": keys, "*Keys": &keys, "[]Keys": []Keys{keys}, "struct": struct{ K Keys }{keys},
		"Milenage": *milenage, "*Milenage": milenage, "TUAK": *tuak, "*TUAK": tuak,
		"Functions": struct{ F Functions }{milenage},
		"USIM":      *usim, "*USIM": usim,
		"Result": Result{Keys: keys}, "*Result": &Result{Keys: keys},
		"Vector": Vector{Keys: keys}, "*Vector": &Vector{Keys: keys},
		"map": map[string]Keys{"a": keys},
		"inner": struct {
			k Keys
			f Functions
			u *USIM
			b Key
			n struct{ IK Key }
		}{keys, tuak, usim, keys.CK(), struct{ IK Key }{keys.IK()}},
	} {
		outputs := map[string]string{}
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "% x", "%c", "%U", "%t"} {
			outputs[format] = fmt.Sprintf(format, v)
		}
		j, err := json.Marshal(v)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		_, line, _ := strings.Cut(log.String(), "msg")
		_, text, _ := strings.Cut(log.String(), "v=")
		outputs["JSON"], outputs["slog JSON"], outputs["slog text"] = string(j), strings.SplitN(line, "\n", 2)[0], text
		for how, out := range outputs {
			for _, sign := range signs {
				if strings.Contains(out, sign) {
					t.Errorf("%s as %s shows %q: %s", name, how, sign, out)
				}
			}
			if name != "inner" && !strings.Contains(out, redacted) {
				t.Errorf("%s as %s doesn't say that it hides something: %s", name, how, out)
			}
		}
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	for name, f := range subscribers(t) {
		u := newUSIM(t, f, State{1: 50}, Limits{})
		v := Generate(f, testRAND, at(50, 1), AMF{})
		_, err := u.Authenticate(v.RAND, v.AUTN)
		var sync *SyncError
		if !errors.As(err, &sync) {
			t.Fatalf("%s: %v", name, err)
		}
		m := v.Keys.get()
		for _, secret := range [][]byte{m.res, m.ck[:], m.ik[:]} {
			for _, out := range []string{err.Error(), fmt.Sprintf("%+v %#v", sync, sync)} {
				if strings.Contains(out, hex.EncodeToString(secret)) || strings.Contains(out, string(secret)) {
					t.Errorf("%s: %s", name, out)
				}
			}
		}
	}
}
