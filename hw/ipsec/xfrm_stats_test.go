package ipsec

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const before = "XfrmInError             \t0\nXfrmInNoStates          \t3\nXfrmInTmplMismatch      \t7\nodd line\nXfrmBad x\n"

// counting gives a kernel whose counters are in a file, and what sets them.
func counting(t *testing.T) (k *Kernel, set func(text string)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "xfrm_stat")
	set = func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set(before)
	s := openStatistics(path)
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return &Kernel{stats: s}, set
}

func TestHintsNameTheCountersThatGrew(t *testing.T) {
	k, set := counting(t)
	if h := k.Hints(k.stats.start); h != "" || k.Outside() != 0 {
		t.Errorf("at first: %q, outside %d", h, k.Outside())
	}
	set("XfrmInError 0\nXfrmInNoStates 5\nXfrmInTmplMismatch 10\nXfrmFwdHdrError 1\n")
	h := k.Hints(k.stats.start)
	for _, want := range []string{"XfrmInNoStates 2 (", "XfrmInTmplMismatch 3 (", "XfrmFwdHdrError 1"} {
		if !strings.Contains(h, want) {
			t.Errorf("%q lacks %q", h, want)
		}
	}
	if strings.Contains(h, "XfrmInError") || strings.Contains(h, "\n") {
		t.Errorf("hints %q", h)
	}
	if n := k.Outside(); n != 3 {
		t.Errorf("outside %d", n)
	}
	mark := k.Mark()
	if h := k.Hints(mark); h != "" {
		t.Errorf("nothing happened since, and yet: %q", h)
	}
	set("XfrmInError 0\nXfrmInNoStates 6\nXfrmInTmplMismatch 10\nXfrmFwdHdrError 1\n")
	if h := k.Hints(mark); !strings.HasPrefix(h, "kernel counts XfrmInNoStates 1 (") || strings.Contains(h, "Tmpl") {
		t.Errorf("since then: %q", h)
	}
}

// TestEveryHintSaysWhatItMeans: the counters that a set of SAs can move have words
// of their own.
func TestEveryHintSaysWhatItMeans(t *testing.T) {
	k, set := counting(t)
	for _, name := range []string{"XfrmInNoStates", "XfrmInStateProtoError", "XfrmInStateModeError", "XfrmInStateSeqError",
		"XfrmInStateExpired", "XfrmInStateInvalid", "XfrmInStateMismatch", "XfrmInTmplMismatch", "XfrmOutNoStates", "XfrmOutStateExpired"} {
		set(name + " 99\n")
		if h := k.Hints(k.stats.start); !strings.HasPrefix(h, "kernel counts "+name+" ") || !strings.HasSuffix(h, ")") || len(h) < 60 {
			t.Errorf("%s: %q", name, h)
		}
	}
}

func TestAKernelWithoutStatisticsHasNoHints(t *testing.T) {
	s := openStatistics(filepath.Join(t.TempDir(), "none"))
	k := &Kernel{stats: s}
	if k.Hints(k.stats.start) != "" || k.Outside() != 0 || s.close() != nil {
		t.Error("hints from nowhere")
	}
}

func TestStatisticsOfOddText(t *testing.T) {
	got := parseStatistics(strings.NewReader(before))
	if want := []number{{"XfrmInError", 0}, {"XfrmInNoStates", 3}, {clearPackets, 7}}; !slices.Equal(got, want) {
		t.Errorf("%v; want %v", got, want)
	}
}
