package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestLint holds how the command tells the actions of the core: one object a
// file, in the order of the arguments.
func TestLint(t *testing.T) {
	want := []string{
		"rfc4475/wsinv.sip request INVITE accept 0",
		"rfc4475/unreason.sip response INVITE accept 0",
		"rfc4475/badinv01.sip request INVITE reject 400",
		"rfc4475/unkscm.sip request OPTIONS reject 416",
		"rfc4475/badvers.sip request OPTIONS reject 505",
		"rfc4475/scalarlg.sip response  drop 0",
		"rfc5118/ipv6-good.sip request REGISTER accept 0",
		"rfc5118/ipv6-bad.sip request REGISTER reject 400",
	}
	args := []string{"lint", "--json"}
	dir := filepath.Join("..", "..", "protocol", "sip", "testdata")
	for _, line := range want {
		args = append(args, filepath.Join(dir, strings.Fields(line)[0]))
	}
	code, stdout, stderr := imsphone(args...)
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d lines for %d files", len(lines), len(want))
	}
	for i, line := range lines {
		var r struct {
			File, Kind, Method, Action string
			Code                       int
			Headers                    []struct{ Name, Value string }
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		name, _ := filepath.Rel(dir, r.File)
		if got := fmt.Sprint(name, " ", r.Kind, " ", r.Method, " ", r.Action, " ", r.Code); got != want[i] {
			t.Errorf("got  %s\nwant %s", got, want[i])
		}
		if len(r.Headers) == 0 {
			t.Errorf("%s: no other headers", name)
		}
	}
}

// TestLintReads every torture message without fault of its own.
func TestLintReads(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "protocol", "sip", "testdata", "rfc*", "*.sip"))
	if err != nil || len(files) != 49+12 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, flags := range [][]string{{"lint"}, {"lint", "--json"}} {
		if code, _, stderr := imsphone(append(flags, files...)...); code != 0 {
			t.Errorf("exit code %d: %s", code, stderr)
		}
	}
}

// TestLintIsReadable: addresses are printed as they are, and text begins with
// the file's name.
func TestLintIsReadable(t *testing.T) {
	path := filepath.Join("..", "..", "protocol", "sip", "testdata", "rfc4475", "esc01.sip")
	_, asJSON, _ := imsphone("lint", "--json", path)
	if strings.Contains(asJSON, `\u003c`) || !strings.Contains(asJSON, "<") {
		t.Errorf("escaped: %s", asJSON)
	}
	_, text, _ := imsphone("lint", path)
	if !strings.HasPrefix(text, path+"\nrequest INVITE ") || !strings.HasSuffix(text, "accept\n") {
		t.Errorf("got %s", text)
	}
	if code, _, stderr := imsphone("lint"); code != exitUsage {
		t.Errorf("without a file: %d %s", code, stderr)
	}
}
