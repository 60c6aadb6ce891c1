//go:build peers

package peertest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestLabLeavesNothing: a closed lab has no namespace and no process left,
// even if the process ignores SIGTERM's time and has descendants.
func TestLabLeavesNothing(t *testing.T) {
	t.Parallel()
	lab := must(NewLab(t.TempDir()))(t)
	h := must(lab.Host("a", 21))(t)
	p := must(h.Start(Command{Args: []string{"sh", "-c", "sleep 1000 & echo made; wait"}}))(t)
	must(p.WaitLine(t.Context(), "made"))(t)
	check(t, lab.Close())
	if names := must(namespaces(lab.prefix))(t); len(names) > 0 {
		t.Errorf("left behind: %v", names)
	}
	if _, err := p.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestKillAwaitsDescendants: nobody of the group has anything open any more, so that
// its ports are free.
func TestKillAwaitsDescendants(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p := must(e.host("a", 21).Start(Command{Args: []string{"sh", "-c", "for i in $(seq 50); do sleep 1000 & done; echo made; wait"}}))(t)
	must(p.WaitLine(e.step(), "made"))(t)
	check(t, p.Kill())
	select {
	case <-p.said:
	default:
		t.Error("descendants hold its output")
	}
}

// TestLabEndsWhatMayCrash: at once, although it doesn't want to end.
func TestLabEndsWhatMayCrash(t *testing.T) {
	t.Parallel()
	lab := must(NewLab(t.TempDir()))(t)
	p := must(must(lab.Host("a", 21))(t).Start(Command{Args: []string{"sh", "-c", "trap '' TERM; echo made; while :; do sleep 1; done"}, Crash: true}))(t)
	must(p.WaitLine(t.Context(), "made"))(t)
	check(t, lab.Close())
	if p.Running() {
		t.Error("it still runs")
	}
}

// TestSweepRemovesDeadLabs: the namespaces of a process that is no more go,
// those of a living one stay.
func TestSweepRemovesDeadLabs(t *testing.T) {
	t.Parallel()
	lab := must(NewLab(t.TempDir()))(t)
	t.Cleanup(func() { check(t, lab.Close()) })
	dead := exec.Command("true")
	check(t, dead.Run())
	orphan := owner{pid: dead.Process.Pid, start: 1}.prefix() + "1-lan"
	check(t, ip("", "netns add "+orphan))

	check(t, Sweep())
	if _, err := os.Stat(namespaceDir + "/" + orphan); !os.IsNotExist(err) {
		t.Errorf("the orphan is still there: %v", err)
	}
	if _, err := os.Stat(namespaceDir + "/" + lab.lan); err != nil {
		t.Errorf("a living lab was swept away: %v", err)
	}
}

// TestHostsReachEachOtherOnly: over both families, and nothing outside.
func TestHostsReachEachOtherOnly(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	a, b := e.host("a", 21), e.host("b", 22)
	for _, addr := range []string{b.Addr(7000).String(), b.Addr6(7000).String()} {
		in := must(b.ListenPacket("udp", addr))(t)
		defer in.Close()
		out := must(a.Dial("udp", addr))(t)
		defer out.Close()
		must(out.Write([]byte("hello")))(t)
		text := make([]byte, 10)
		n, _, err := in.ReadFrom(text)
		check(t, err)
		if string(text[:n]) != "hello" {
			t.Errorf("%q arrived at %s", text[:n], addr)
		}
	}
	if _, err := a.Dial("udp", "192.0.2.1:7"); err == nil || !strings.Contains(err.Error(), "unreachable") {
		t.Errorf("the world outside is within reach: %v", err)
	}
}
