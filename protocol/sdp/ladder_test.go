package sdp

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The ladders are the examples of RFC 3264 §10 and RFC 4317. Each step is run
// twice: we make the description that the document has there, from what the
// document's side can do; and we take the document's own text in as the other
// side. The golden file shows what we make and what both sides agree on.

// deviation tells where our description is not the document's, and why.
var deviation = map[string]string{
	"rfc4317-2.3 Answer":        "we keep the payload type of the offer (RFC 3264 §6.1)",
	"rfc4317-3.2 Second-Answer": "the example answers sendonly with sendrecv, and with a codec that isn't offered",
}

type step struct {
	name, body string
	offer      bool
}

// party is one of the document's people.
type party struct {
	name string
	n    Negotiation
}

func TestLadders(t *testing.T) {
	files, err := filepath.Glob("testdata/ladders/*.txt")
	if err != nil || len(files) != 18 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			people := map[string]*party{"alice": {name: "alice"}, "bob": {name: "bob"}}
			steps := readLadder(t, file)
			for i := 0; i < len(steps); i += 2 {
				runExchange(t, &log, name, people, steps[i], steps[i+1])
			}
			golden(t, strings.TrimSuffix(file, ".txt")+".golden", log.String())
		})
	}
}

func readLadder(t *testing.T, file string) (steps []step) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(string(text), "\n[") {
		if strings.HasPrefix(part, "#") {
			continue
		}
		name, body, _ := strings.Cut(part, "]\n")
		steps = append(steps, step{name, body, strings.HasSuffix(name, "Offer")})
	}
	for i, s := range steps {
		if s.offer != (i%2 == 0) || len(steps)%2 != 0 {
			t.Fatalf("step %d of %d is %s", i, len(steps), s.name)
		}
	}
	return steps
}

func runExchange(t *testing.T, log *strings.Builder, ladder string, people map[string]*party, offer, answer step) {
	t.Helper()
	offered, answered := mustParse(t, offer.body), mustParse(t, answer.body)
	from, to := people[offered.Origin.Username], people[answered.Origin.Username]

	body, err := from.n.Offer(localOf(offered))
	if err != nil {
		t.Fatalf("%s: %v", offer.name, err)
	}
	compareStep(t, ladder, offer, body)
	fmt.Fprintf(log, "%s: %s\n%s", from.name, offer.name, indent(body))

	if err := to.n.Offered(offer.body); err != nil {
		t.Fatalf("%s: %v", offer.name, err)
	}
	body, agreed, err := to.n.Answer(localOf(answered))
	if err != nil {
		t.Fatalf("%s: %v", answer.name, err)
	}
	compareStep(t, ladder, answer, body)
	fmt.Fprintf(log, "%s: %s\n%s", to.name, answer.name, indent(body))

	theirs, err := from.n.Answered(answer.body)
	if err != nil {
		t.Fatalf("%s: %v", answer.name, err)
	}
	logAgreement(log, from.name, theirs)
	logAgreement(log, to.name, agreed)
}

// localOf gives what a side can do that has written s.
func localOf(s *Session) Local {
	l := Local{Addr: netip.MustParseAddr("192.0.2.1"), SessionID: s.Origin.ID, Username: s.Origin.Username}
	if s.Origin.Username == "bob" {
		l.Addr = l.Addr.Next()
	}
	for _, m := range s.Media {
		l.Streams = append(l.Streams, Stream{Kind: m.Kind, Port: m.Port, Codecs: m.Codecs, Direction: m.Direction})
	}
	return l
}

// compareStep holds our text against the document's, as far as the meaning
// goes.
func compareStep(t *testing.T, ladder string, doc step, ours string) {
	t.Helper()
	want, got := meaning(mustParse(t, doc.body)), meaning(mustParse(t, ours))
	_, deviates := deviation[ladder+" "+doc.name]
	switch {
	case want != got && !deviates:
		t.Errorf("%s: the document has\n%swe have\n%s", doc.name, want, got)
	case want == got && deviates:
		t.Errorf("%s: the deviation is gone", doc.name)
	}
}

func meaning(s *Session) string {
	var b strings.Builder
	for _, m := range s.Media {
		fmt.Fprintf(&b, "%s %d %s", m.Kind, m.Port, m.Proto)
		if !m.Rejected() {
			fmt.Fprintf(&b, " %v %s", m.Direction, numbers(m.Codecs))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func logAgreement(log *strings.Builder, who string, a Agreement) {
	fmt.Fprintf(log, "%s has agreed on %d streams\n", who, len(a.Streams))
	for _, s := range a.Streams {
		if s.Rejected {
			fmt.Fprintf(log, "  %s: none\n", s.Kind)
			continue
		}
		remote := s.Remote.String()
		if s.RemoteHost != "" {
			remote = fmt.Sprint(s.RemoteHost, ":", s.RemotePort)
		}
		fmt.Fprintf(log, "  %s: %v to %s, sends %s, receives %s", s.Kind, s.Direction, remote, numbers(s.Send), numbers(s.Recv))
		if s.Held {
			log.WriteString(", is held")
		}
		log.WriteString("\n")
	}
}

func indent(body string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(body, "\r\n"), "\r\n", "\n  ") + "\n"
}

func mustParse(t *testing.T, body string) *Session {
	t.Helper()
	s, err := Parse(body)
	if err != nil {
		t.Fatalf("%v in\n%s", err, body)
	}
	return s
}
