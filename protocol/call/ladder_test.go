package call_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/call/calltest"
)

var update = flag.Bool("update", false, "write the golden ladders anew")

// finish hangs up what is left and lets everything die away.
func finish(l *calltest.Lab) bool {
	l.Run(time.Minute)
	l.HangUpAll()
	return l.RunUntilIdle(15 * time.Minute)
}

// TestLadders plays each scenario and compares its ladder with testdata.
func TestLadders(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			l := calltest.New()
			s.play(l)
			if !finish(l) {
				t.Error("timers never end")
			}
			for _, leak := range l.Leaks() {
				t.Error(leak)
			}
			golden(t, filepath.Join("testdata", s.name+".txt"), l.Ladder())
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) == got {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Fatalf("%s differs at line %d\n got %s\nwant %s", path, i+1, at(g, i), at(w, i))
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

// stride is how many of what may fail a test passes over: none, and in short mode,
// for emulated processors, all but each fifth.
func stride() int {
	if testing.Short() {
		return 5
	}
	return 1
}

// TestEffectFailures plays each scenario again with its i-th effect failing, for
// every i: whatever fails, every call ends and nothing is left behind.
func TestEffectFailures(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			for i := 0; ; i += stride() {
				l := calltest.New()
				l.FailAt(i)
				s.play(l)
				quiet := finish(l)
				if l.Failed() == "" {
					break // there is no i-th effect
				}
				if leaks := l.Leaks(); !quiet || len(leaks) > 0 {
					t.Fatalf("effect %d (%s): quiet %v, %s\n%s", i, l.Failed(), quiet, strings.Join(leaks, "; "), l.Ladder())
				}
			}
		})
	}
}

// TestEachPacketLost plays each scenario again with its i-th packet lost, for
// every i: retransmissions make up for it, and the calls go through the same
// states as without. (The lab's proxy doesn't retransmit: what is lost behind
// it may end a call, but leaves nothing behind.)
func TestEachPacketLost(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			straight := calltest.New()
			s.play(straight)
			finish(straight)
			for i := 0; i < straight.Packets(); i += stride() {
				l := calltest.New()
				l.LosePacket(i)
				s.play(l)
				quiet := finish(l)
				if leaks := l.Leaks(); !quiet || len(leaks) > 0 {
					t.Fatalf("packet %d: quiet %v, %s\n%s", i, quiet, strings.Join(leaks, "; "), l.Ladder())
				}
				if !l.HasProxy() && l.States() != straight.States() {
					t.Fatalf("packet %d: states\n%swant\n%s\n%s", i, l.States(), straight.States(), l.Ladder())
				}
			}
		})
	}
}

// TestNothingUnexpected checks that the scenarios bring no event to a state
// without use for it.
func TestNothingUnexpected(t *testing.T) {
	for _, s := range scenarios() {
		l := calltest.New()
		s.play(l)
		finish(l)
		if n := l.Unexpected(); n != 0 {
			t.Errorf("%s: %d unexpected events\n%s", s.name, n, l.Ladder())
		}
	}
}
