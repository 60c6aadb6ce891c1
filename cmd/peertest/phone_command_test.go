//go:build peers

package peertest

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// TestCommandsTellWhatHappens: the command line follows events and draws the
// ladder of what was on the wire.
func TestCommandsTellWhatHappens(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.kamailio(KamailioConfig{})
	p := e.phone(e.host("phone", 21), alice("udp"))
	e.registered(p)
	follower := must(p.Host.Start(Command{Name: "events",
		Args: []string{built.path, "--socket", p.dir + "/socket", "--json", "events", "-f"}}))(t)
	// It doesn't say when it has begun to listen, so there is news until then.
	check(t, poll(e.step(), "an event from events -f", func() (bool, error) {
		return follower.Output.Count(isRefreshed) > 0, p.Command(e.step(), nil, "register")
	}))
	check(t, follower.Stop())

	ladder := must(exec.CommandContext(e.step(), built.path, "--socket", p.dir+"/socket", "trace").Output())(t)
	for _, want := range []string{"REGISTER", "401", "200"} {
		if !strings.Contains(string(ladder), want) {
			t.Errorf("the ladder has no %s:\n%s", want, ladder)
		}
	}
}

// isRefreshed tells whether a line of output is the event of a renewed registration.
func isRefreshed(line string) bool {
	var ev Event
	return json.Unmarshal([]byte(line), &ev) == nil && is("event", "true", "class", "registration", "type", "refreshed")(ev)
}

// TestCommandsWithoutPhone: exit code 3 and a sentence.
func TestCommandsWithoutPhone(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	check(t, built.err)
	p := must(e.host("phone", 21).Start(Command{Args: []string{built.path, "--socket", e.Dir + "/nothing", "status"}}))(t)
	code := must(p.Wait(e.step()))(t)
	if code != 3 || !strings.Contains(p.Text(), "imsphone run") {
		t.Errorf("code %d and %q; want 3 and what to do", code, p.Text())
	}
}
