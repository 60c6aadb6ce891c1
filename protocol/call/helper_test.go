package call

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sip"
)

var epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// bench is a call under test with a clock and what it has done last.
type bench struct {
	t   *testing.T
	c   *Call
	now time.Time
	fx  []Effect
}

func newBench(t *testing.T, config func(*Config)) *bench {
	t.Helper()
	n := 0
	cfg := Config{From: `"Us" <sip:us@example.com>`, Dialog: dialog.Config{
		Contact: "<sip:us@192.0.2.1>", UserAgent: "phone/1",
		Token:  func() string { n++; return fmt.Sprintf("t%d", n) },
		Random: func(n int) int { return n / 2 },
	}}
	if config != nil {
		config(&cfg)
	}
	return &bench{t: t, c: New(cfg), now: epoch}
}

// parse makes a message of lines.
func parse(t testing.TB, body string, lines ...string) *sip.Message {
	t.Helper()
	text := strings.Join(lines, "\r\n") + "\r\n"
	if body != "" && !strings.Contains(text, "Content-Type") {
		text += "Content-Type: application/sdp\r\n"
	}
	text += fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
	m, err := sip.Parse([]byte(text))
	if err != nil {
		t.Fatalf("test message: %v\n%s", err, text)
	}
	return m
}

// invite makes the peer's INVITE.
func invite(t testing.TB, body string, more ...string) *sip.Message {
	t.Helper()
	return parse(t, body, append([]string{
		"INVITE sip:us@192.0.2.1 SIP/2.0",
		"Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKinvite",
		`From: "Peer" <sip:peer@example.com>;tag=peer`,
		"To: <sip:us@example.com>",
		"Call-ID: c1",
		"CSeq: 10 INVITE",
		"Contact: <sip:peer@192.0.2.2>",
	}, more...)...)
}

// within makes a request of the peer within the call that invite made.
func within(t testing.TB, method, tag, ours string) *sip.Message {
	t.Helper()
	return parse(t, "", method+" sip:us@192.0.2.1 SIP/2.0",
		"Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK"+method,
		"From: <sip:peer@example.com>;tag="+tag, "To: <sip:us@example.com>;tag="+ours,
		"Call-ID: c1", "CSeq: 11 "+method)
}

// response makes a response to our latest INVITE.
func (b *bench) response(status int, tag string, more ...string) Response {
	b.t.Helper()
	o := b.c.out
	to := "To: <sip:peer@example.com>"
	if tag != "" {
		to += ";tag=" + tag
	}
	m := parse(b.t, "", append([]string{
		fmt.Sprintf("SIP/2.0 %d %s", status, sip.ReasonPhrase(status)),
		"From: " + o.from, to, "Call-ID: " + o.callID, fmt.Sprintf("CSeq: %d INVITE", o.seq),
	}, more...)...)
	return Response{Key: o.key, Msg: m}
}

func (b *bench) do(ev Event) *bench {
	b.t.Helper()
	b.fx = b.c.Step(b.now, ev, nil)
	return b
}

// at goes to a time after the start and ticks every deadline on the way.
func (b *bench) at(after time.Duration) *bench {
	b.t.Helper()
	end := epoch.Add(after)
	b.fx = nil
	for next := b.c.Next(); !next.IsZero() && !next.After(end); next = b.c.Next() {
		b.now = next
		b.fx = b.c.Step(b.now, Tick{}, b.fx)
	}
	b.now = end
	return b
}

func (b *bench) want(what ...string) *bench {
	b.t.Helper()
	got := make([]string, len(b.fx))
	for i, e := range b.fx {
		got[i] = short(e)
	}
	if strings.Join(got, "\n") != strings.Join(what, "\n") {
		b.t.Fatalf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(what, "\n\t"))
	}
	return b
}

func (b *bench) report(k DialogKey, n dialog.Notice) *bench {
	b.t.Helper()
	return b.do(Reported{Dialog: k, Notice: n})
}

// short describes an effect in a few words.
func short(e Effect) string {
	switch e := e.(type) {
	case Request:
		return "send " + e.Draft.Get(sip.HCSeq)
	case Respond:
		return fmt.Sprintf("answer#%d %d", e.ID, e.Draft.Status)
	case Open:
		return fmt.Sprintf("open %d", e.Dialog)
	case Pass:
		s := strings.TrimPrefix(fmt.Sprintf("%T", e.Event), "dialog.")
		switch ev := e.Event.(type) {
		case dialog.InviteResponse:
			s = fmt.Sprintf("%d", ev.Msg.Status())
			if ev.Refuse {
				s += " refuse"
			}
		case dialog.Refuse:
			s = fmt.Sprintf("Refuse %d", ev.Status)
		}
		return fmt.Sprintf("pass %d %s", e.Dialog, s)
	case Media:
		if e.Agreement == nil {
			return "media stops"
		}
		return fmt.Sprintf("media of %d", e.Dialog)
	case Tell:
		if n, ok := e.Notice.(Changed); ok {
			s := fmt.Sprintf("%s (%s)", n.State, n.Reason)
			if n.Status != 0 {
				s += fmt.Sprintf(" %d", n.Status)
			}
			return s
		}
		return "tell " + strings.TrimPrefix(fmt.Sprintf("%T", e.Notice), "call.")
	case Unexpected:
		return fmt.Sprintf("unexpected %T in %s", e.Event, e.State)
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", e), "call.")
}

func (b *bench) dial(more ...func(*Dial)) *bench {
	b.t.Helper()
	d := Dial{URI: "sip:peer@example.com", Local: testLocal()}
	for _, f := range more {
		f(&d)
	}
	return b.do(d)
}

// draft gives the draft of the latest INVITE or response.
func (b *bench) draft() *sip.Draft {
	b.t.Helper()
	for _, e := range b.fx {
		switch e := e.(type) {
		case Request:
			return e.Draft
		case Respond:
			return e.Draft
		}
	}
	b.t.Fatal("nothing was sent")
	return nil
}
