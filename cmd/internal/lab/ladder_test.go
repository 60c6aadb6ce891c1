package lab_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/ladder"
	"github.com/imsphone/imsphone/protocol/sip"
)

var update = flag.Bool("update", false, "write the golden files")

// draw makes a ladder of what the phones have seen since begin, with the lab
// between them.
func draw(t *testing.T, title string, begin time.Time, middle string, phones ...*party) string {
	t.Helper()
	chart := ladder.Chart{Title: title, Parties: []string{phones[0].name, middle}}
	for _, p := range phones {
		for _, r := range p.trace.Records() {
			if r.Time.Before(begin) {
				continue
			}
			chart.Messages = append(chart.Messages, arrow(t, begin, middle, p.name, r))
		}
	}
	slices.SortStableFunc(chart.Messages, func(a, b ladder.Message) int { return cmp.Compare(a.At, b.At) })
	return chart.Text(80)
}

func arrow(t *testing.T, begin time.Time, middle, name string, r actors.TraceRecord) ladder.Message {
	t.Helper()
	msg, err := sip.Parse([]byte(r.Raw))
	if err != nil {
		t.Fatal(err)
	}
	m := ladder.Message{At: r.Time.Sub(begin), From: name, To: middle, Response: !msg.IsRequest(), Label: string(msg.Method()), ID: msg.Get(sip.HCSeq)}
	if m.Response {
		m.Label = fmt.Sprintf("%d %s", msg.Status(), msg.Reason())
	}
	if !r.Out {
		m.From, m.To = m.To, m.From
	}
	return m
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

// Figure 1 of the paper: a registration that is challenged.
func TestFigure1(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		begin := time.Now()
		alice := w.phone("alice", "wonder", aliceAddr)
		golden(t, "figure1.txt", draw(t, "Figure 1. Registration", begin, "lab.test", alice))
	})
}

// Figure 2 of the paper: a call through the proxy.
func TestFigure2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		alice := w.phone("alice", "wonder", aliceAddr)
		bob := w.phone("bob", "builder", bobAddr)
		begin := time.Now()
		alice.dial("bob")
		pass(900 * time.Millisecond)
		bob.do(bob.Answer)
		alice.want(call.Active)
		bob.want(call.Active)
		pass(900 * time.Millisecond)
		bob.do(bob.Hangup)
		golden(t, "figure2.txt", draw(t, "Figure 2. A call through the proxy", begin, "proxy", alice, bob))
	})
}
