package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/lab"
)

// anywhere is a runCmd at free ports, with its output.
func anywhere(t *testing.T, edit func(*runCmd)) (*lab.Server, string, runCmd) {
	t.Helper()
	cmd := runCmd{Listen: "127.0.0.1:0", Domain: "lab.test", Users: []string{"alice", "bob:builder"}, Dir: filepath.Join(t.TempDir(), "imslab")}
	edit(&cmd)
	var out bytes.Buffer
	server, err := cmd.serve(&out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server, out.String(), cmd
}

// TestRunIntroduces: what is printed and written for each user is a right
// configuration, and its keys are nobody else's business.
func TestRunIntroduces(t *testing.T) {
	_, out, cmd := anywhere(t, func(cmd *runCmd) { cmd.Misbehave = lab.OldSQN })
	for _, want := range []string{"The IMS core of lab.test", "alice, +15550001: imsphone run --config " + cmd.Dir, "bob, +15550002", "It misbehaves: " + lab.OldSQN.What(), commands} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	for i, snippet := range regexp.MustCompile(`(?s)\[\[account\]\].*?encapsulation_port = \d+\n`).FindAllString(out, -1) {
		name := []string{"alice", "bob"}[i]
		written, err := os.ReadFile(filepath.Join(cmd.Dir, name+".conf"))
		if err != nil || !strings.HasSuffix(string(written), snippet) {
			t.Errorf("%v\n%s", err, written)
		}
		c, err := config.Parse(name, written)
		if err != nil {
			t.Fatal(err)
		}
		if a := c.Accounts[0]; a.User != "sip:"+name+"@lab.test" || a.IMS.IPsec != "udp" || a.IMS.EncapsulationPort == 0 {
			t.Errorf("%+v", a)
		}
		if info, err := os.Stat(c.Accounts[0].IMS.SecretFile); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	for listen, want := range map[string]string{"nowhere": "write address:port", "0.0.0.0:0": "needs an address of its own"} {
		cmd := runCmd{Listen: listen, Domain: "lab.test", Dir: t.TempDir()}
		if _, err := cmd.serve(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", listen, err)
		}
	}
}

// TestCommands: what the lines of input do, and say.
func TestCommands(t *testing.T) {
	server, _, _ := anywhere(t, func(*runCmd) {})
	in := strings.Join([]string{"misbehave wrong-mac", "misbehave well", "", "deregister alice", "deregister alice rejected", "deregister bob probation",
		"deregister alice soon", "deregister mallory", "status", "dance"}, "\n")
	var out bytes.Buffer
	obey(server, strings.NewReader(in), &out)
	want := []string{
		"from now on: the HSS's challenges have a wrong MAC", `"well" is no misbehaviour: use `,
		"alice is told", "alice is told", "bob is told", `"soon": write deactivated, probation or rejected`, `the lab has no user "mallory"`,
		"from outside the security associations came 0 requests and 0 packets; all were refused", "Commands: ",
	}
	got := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("%q, want %q", got[i], want[i])
		}
	}
}

// TestPlainHasNoIMS: the commands say so.
func TestPlainHasNoIMS(t *testing.T) {
	server, out, _ := anywhere(t, func(cmd *runCmd) { cmd.Plain = true })
	if !strings.HasPrefix(out, "lab.test is served at 127.0.0.1:") {
		t.Error(out)
	}
	if _, err := command(server, []string{"misbehave", "old-sqn"}); err != lab.ErrNotIMS {
		t.Error(err)
	}
}
