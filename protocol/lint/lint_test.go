package lint

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden holds the JSON and the text of some messages to the letter.
func TestGolden(t *testing.T) {
	for _, name := range []string{
		"rfc4475/wsinv", "rfc4475/intmeth", "rfc4475/esc01", "rfc4475/unreason", "rfc4475/mpart01", "rfc4475/multi01",
		"rfc4475/badinv01", "rfc4475/badvers", "rfc4475/unkscm", "rfc4475/bigcode", "rfc4475/scalarlg", "rfc4475/insuf",
		"rfc4475/quotbal", "rfc4475/lwsruri", "rfc5118/mult-ip-in-header",
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("..", "sip", "testdata", name+".sip"))
			if err != nil {
				t.Fatal(err)
			}
			r := Read(raw)
			var got strings.Builder
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(r); err != nil {
				t.Fatal(err)
			}
			base := filepath.Join("testdata", filepath.Base(name))
			golden(t, base+".json", got.String())
			golden(t, base+".txt", r.Text())
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

// TestActions holds the answer to every torture message.
func TestActions(t *testing.T) {
	want := map[string]string{
		"rfc4475": `wsinv intmeth esc01 escnull esc02 lwsdisp longreq dblreq semiuri transports mpart01 unreason noreason baddate
			unksm2 bext01 invut regaut01 zeromf cparam01 cparam02 regescrt sdp01 inv2543 = accept
			badinv01 clerr ncl scalar02 quotbal ltgtruri lwsruri lwsstart trws escruri regbadct badaspec baddn mismatch01
			mismatch02 badbranch insuf multi01 mcl01 = 400
			unkscm novelsc = 416
			badvers = 505
			scalarlg bigcode bcast = drop`,
		"rfc5118": `ipv6-good port-ambiguous port-unambiguous via-received-param-with-delim via-received-param-no-delim ipv6-in-sdp
			mult-ip-in-header mult-ip-in-sdp ipv4-mapped-ipv6 ipv6-bug-abnf-3-colons ipv6-correct-abnf-2-colons = accept
			ipv6-bad = 400`,
	}
	for dir, table := range want {
		files, err := filepath.Glob(filepath.Join("..", "sip", "testdata", dir, "*.sip"))
		if err != nil {
			t.Fatal(err)
		}
		answers := map[string]string{}
		var names []string
		words := strings.Fields(table)
		for i, w := range words {
			switch {
			case w == "=":
				for _, n := range names {
					answers[n] = words[i+1]
				}
				names = nil
			case i > 0 && words[i-1] == "=":
			default:
				names = append(names, w)
			}
		}
		if len(answers) != len(files) {
			t.Errorf("%s: %d answers for %d files", dir, len(answers), len(files))
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.TrimSuffix(filepath.Base(file), ".sip")
			if got := answer(Read(raw)); got != answers[name] {
				t.Errorf("%s: %s, want %s", name, got, answers[name])
			}
		}
	}
}

func answer(r Report) string {
	if r.Action == "reject" {
		return string([]byte{byte('0' + r.Code/100), byte('0' + r.Code/10%10), byte('0' + r.Code%10)})
	}
	return r.Action
}

func TestGarbage(t *testing.T) {
	for _, raw := range []string{"", "\r\n\r\n", "\x00\x01\x02", "GET / HTTP/1.1\r\n\r\n", "hello world"} {
		r := Read([]byte(raw))
		if r.Kind != "garbage" || r.Action != "drop" || r.Reason == "" || !strings.HasPrefix(r.Text(), "garbage\ndrop: ") {
			t.Errorf("%q: %+v\n%s", raw, r, r.Text())
		}
	}
}

// FuzzRead: every input gives a report that is valid JSON, whose text holds no
// control character but line ends, and whose action and code belong together.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("../sip/testdata/rfc*/*.sip")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := Read(raw)
		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Text() {
			if !unicode.IsPrint(c) && c != '\n' {
				t.Fatalf("control character %q in %q", c, r.Text())
			}
		}
		if (r.Action == "reject") != (r.Code != 0) || (r.Action == "accept") != (r.Reason == "") {
			t.Fatalf("%s with code %d and reason %q", r.Action, r.Code, r.Reason)
		}
	})
}
