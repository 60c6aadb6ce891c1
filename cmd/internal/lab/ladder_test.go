package lab_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/lab"
	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/ladder"
	"github.com/imsphone/imsphone/protocol/secagree"
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
	m := ladder.Message{At: r.Time.Sub(begin), From: name, To: middle, Response: !msg.IsRequest(), Label: string(msg.Method()), ID: msg.Get(sip.HCSeq), Protected: r.Flow.Gen != 0}
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

// callAndLeave is the story of figures 2 and 3: alice calls, bob answers and hangs
// up.
func callAndLeave(alice, bob *party) {
	alice.dial("bob")
	pass(900 * time.Millisecond)
	bob.do(bob.Answer)
	alice.want(call.Active)
	bob.want(call.Active)
	pass(900 * time.Millisecond)
	bob.do(bob.Hangup)
}

// Figure 2 of the paper: a call through the proxy.
func TestFigure2(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		alice := w.phone("alice", "wonder", aliceAddr)
		bob := w.phone("bob", "builder", bobAddr)
		begin := time.Now()
		callAndLeave(alice, bob)
		golden(t, "figure2.txt", draw(t, "Figure 2. A call through the proxy", begin, "proxy", alice, bob))
	})
}

// Figure 3 of the paper: a call through the P-CSCF. The paper has no PRACK, and
// leaves out what comes before; all of it goes through security associations.
func TestFigure3(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		alice, bob := c.subscriber("alice", aliceAddr), c.subscriber("bob", bobAddr)
		begin := time.Now()
		callAndLeave(alice, bob)
		golden(t, "figure3.txt", draw(t, "Figure 3. A call in an IMS", begin, "P-CSCF", alice, bob))
	})
}

// Figure 10 of the paper: security associations are agreed on while the phone
// registers. Under the ladder stands what the headers said.
func TestFigure10(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t, func(cfg *lab.IMSConfig) { cfg.Number = counting() })
		begin := time.Now()
		suites := func(a *actors.AccountConfig) {
			a.IMS.Suites = []secagree.Suite{{Integrity: secagree.HMACMD5}, {Integrity: secagree.HMACSHA1, Encryption: secagree.AESCBC}}
		}
		alice := c.subscriber("alice", aliceAddr, suites)
		ladder := draw(t, "Figure 10. Security associations are agreed on", begin, "P-CSCF", alice)
		golden(t, "figure10.txt", ladder+security(t, alice))
	})
}

// counting stands for unguessable numbers in a golden file.
func counting() func(n int) int {
	next := 0
	return func(n int) int { next++; return next % n }
}

// security tells the headers of RFC 3329 in each message of a phone that has any.
// The phone's own numbers are different each time, and stand as dots.
func security(t *testing.T, p *party) string {
	t.Helper()
	var b strings.Builder
	for _, r := range p.trace.Records() {
		msg, err := sip.Parse([]byte(r.Raw))
		if err != nil {
			t.Fatal(err)
		}
		if msg.Method() != sip.REGISTER {
			continue
		}
		title := string(msg.Method())
		if !msg.IsRequest() {
			title = fmt.Sprintf("%d %s", msg.Status(), msg.Reason())
		}
		fmt.Fprintf(&b, "\n%s\n", title)
		for _, id := range []sip.HeaderID{sip.HSecurityClient, sip.HSecurityServer, sip.HSecurityVerify} {
			for element := range msg.Values(id) {
				if id == sip.HSecurityClient {
					element = ownNumbers.ReplaceAllString(element, "$1=…")
				}
				fmt.Fprintf(&b, "  %s: %s\n", id, element)
			}
		}
	}
	return b.String()
}

var ownNumbers = regexp.MustCompile(`((?:spi|port)-[cs])=\d+`)
