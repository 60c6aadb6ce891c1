package config

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

// FuzzParse holds that a fault has a sentence and a line of the file, and that
// what was read and completed, printed and read again, is the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(Example))
	f.Add(commented.ReplaceAll([]byte(Example), []byte("$1")))
	f.Add([]byte(account + "transport = \"tcp\"\nanswer_delay = \"1h2s\"\n[[account]]\nuser = \"bob@[::1]:5\"\n"))
	f.Add([]byte("account = [{user = \"a@b\", register = false}, {user = 'c@d'}]"))
	f.Add([]byte("log.level = \"x\"\n[log]\n[[account]]\n[account.user]\n"))
	f.Add([]byte("[[account]]\nuser = 3\n\"\\u0000\""))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("f", data)
		if err != nil {
			checkProblems(t, data, err)
			return
		}
		text, err := toml.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("f", text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if diff := cmp.Diff(c, again); diff != "" {
			t.Errorf("%s in\n%s", diff, text)
		}
	})
}

func checkProblems(t *testing.T, data []byte, err error) {
	var problems Problems
	if !errors.As(err, &problems) || len(problems) == 0 {
		t.Fatalf("%T %v", err, err)
	}
	lines := bytes.Count(data, []byte("\n")) + 1
	for _, p := range problems {
		if p.Line < 0 || p.Line > lines || p.Text == "" || strings.ContainsAny(p.Text, "\n\r") {
			t.Errorf("of %d lines: %+v", lines, p)
		}
	}
}
