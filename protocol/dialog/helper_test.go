package dialog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
)

var epoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// bench is a dialog under test with a clock and what it has done last.
type bench struct {
	t   *testing.T
	d   *Dialog
	now time.Time
	fx  []Effect
}

func testConfig() Config {
	return Config{
		Contact: "<sip:us@192.0.2.1>",
		Token:   func() string { return "tok" },
		Random:  func(n int) int { return n / 2 },
		HandUp:  []string{"INFO"},
	}
}

// parse makes a message of lines; the blank line and Content-Length are added.
func parse(t testing.TB, body string, lines ...string) *sip.Message {
	t.Helper()
	text := strings.Join(lines, "\r\n") + "\r\n"
	if body != "" {
		text += "Content-Type: application/sdp\r\n"
	}
	text += fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
	m, err := sip.Parse([]byte(text))
	if err != nil {
		t.Fatalf("test message: %v\n%s", err, text)
	}
	return m
}

// fromPeer makes a request that the peer sends in the dialog. From the UAC's
// and from the UAS's side it is the same: their tag is "peer", ours is "us".
func fromPeer(t testing.TB, method string, seq int, body string, more ...string) *sip.Message {
	t.Helper()
	lines := []string{
		method + " sip:us@192.0.2.1 SIP/2.0",
		"Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK" + method + fmt.Sprint(seq),
		"From: <sip:peer@example.com>;tag=peer",
		"To: <sip:us@example.com>;tag=us",
		"Call-ID: c1",
		fmt.Sprintf("CSeq: %d %s", seq, method),
		"Contact: <sip:peer@192.0.2.2>",
	}
	return parse(t, body, append(lines, more...)...)
}

// toUs makes a response of the peer.
func toUs(t testing.TB, status int, cseq string, body string, more ...string) *sip.Message {
	t.Helper()
	lines := []string{
		fmt.Sprintf("SIP/2.0 %d %s", status, sip.ReasonPhrase(status)),
		"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx",
		"From: <sip:us@example.com>;tag=us",
		"To: <sip:peer@example.com>;tag=peer",
		"Call-ID: c1",
		"CSeq: " + cseq,
		"Contact: <sip:peer@192.0.2.2>",
	}
	return parse(t, body, append(lines, more...)...)
}

// invite makes the INVITE of the peer.
func invite(t testing.TB, body string, more ...string) *sip.Message {
	t.Helper()
	lines := []string{
		"INVITE sip:us@192.0.2.1 SIP/2.0",
		"Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKinvite",
		"From: <sip:peer@example.com>;tag=peer",
		"To: <sip:us@example.com>",
		"Call-ID: c1",
		"CSeq: 10 INVITE",
		"Contact: <sip:peer@192.0.2.2>",
		"Allow: " + Allow,
	}
	return parse(t, body, append(lines, more...)...)
}

// newCaller makes the early dialog of a 180 to our INVITE.
func newCaller(t *testing.T, config func(*Config), more ...string) *bench {
	t.Helper()
	c := testConfig()
	if config != nil {
		config(&c)
	}
	n := new(sdp.Negotiation)
	if _, err := n.Offer(testLocal()); err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, now: epoch}
	b.d = New(epoch, Params{Config: c, Local: testLocal(), Negotiation: n, UAC: &UAC{
		From: "<sip:us@example.com>;tag=us", To: "<sip:peer@example.com>", Seq: 1, Offered: true,
		Session:  Session{Interval: c.SessionExpires, MinSE: c.MinSE},
		Response: toUs(t, 180, "1 INVITE", "", more...),
	}})
	return b
}

// newCallee makes the early dialog of the peer's INVITE.
func newCallee(t *testing.T, config func(*Config), body string, more ...string) *bench {
	t.Helper()
	c := testConfig()
	if config != nil {
		config(&c)
	}
	b := &bench{t: t, now: epoch}
	b.d = New(epoch, Params{Config: c, Local: testLocal(), Negotiation: new(sdp.Negotiation),
		UAS: &UAS{ID: 1, Invite: invite(t, body, more...), LocalTag: "us"}})
	return b
}

// do feeds an event in.
func (b *bench) do(ev Event) *bench {
	b.t.Helper()
	b.fx = b.d.Step(b.now, ev, nil)
	return b
}

// at goes to a time after the start and ticks every deadline on the way.
func (b *bench) at(after time.Duration) *bench {
	b.t.Helper()
	end := epoch.Add(after)
	b.fx = nil
	steps := 0
	for next := b.d.Next(); !next.IsZero() && !next.After(end); next = b.d.Next() {
		if steps++; steps > 10000 {
			b.t.Fatalf("the timers never get to %s: %v at %s", after, b.d.at, b.now)
		}
		if next.After(b.now) {
			b.now = next
		}
		b.fx = b.d.Step(b.now, Tick{}, b.fx)
	}
	b.now = end
	return b
}

// want compares what was done with short descriptions of it.
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

func (b *bench) state(s State) *bench {
	b.t.Helper()
	if b.d.State() != s {
		b.t.Fatalf("state %s, want %s", b.d.State(), s)
	}
	return b
}

// key gives the Key of the latest Request.
func (b *bench) key() uint64 { return b.d.lastKey }

// short describes an effect in a few words.
func short(e Effect) string {
	switch e := e.(type) {
	case Request:
		return "send " + shortDraft(e.Draft)
	case Stateless:
		return "ack " + shortDraft(e.Draft)
	case Respond:
		return fmt.Sprintf("answer#%d %s", e.ID, shortDraft(e.Draft))
	case Cancel:
		return "cancel"
	case Abandon:
		return "abandon"
	case Tell:
		return "tell " + shortNotice(e.Notice)
	case Unexpected:
		return fmt.Sprintf("unexpected %T in %s", e.Event, e.State)
	}
	return fmt.Sprintf("%T", e)
}

func shortNotice(n Notice) string {
	switch n := n.(type) {
	case Ended:
		return fmt.Sprintf("Ended %s %d", n.Cause, n.Status)
	case ModifyRefused:
		return fmt.Sprintf("ModifyRefused %d", n.Status)
	case Asked:
		return fmt.Sprintf("Asked %d %d", n.Ref, n.Status)
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", n), "dialog.")
}

func shortDraft(d *sip.Draft) string {
	s := d.Get(sip.HCSeq)
	if d.Status != 0 {
		s = fmt.Sprintf("%d %s", d.Status, s)
	}
	for _, id := range []sip.HeaderID{sip.HRequire, sip.HRSeq, sip.HRAck, sip.HSessionExpires, sip.HMinSE, sip.HRetryAfter, sip.HUnsupported} {
		if v := d.Get(id); v != "" {
			s += fmt.Sprintf(" %s=%s", id, v)
		}
	}
	if d.Body != "" {
		s += " +sdp"
	}
	return s
}

// up brings a caller's dialog up.
func (b *bench) up(more ...string) *bench {
	b.t.Helper()
	b.do(InviteResponse{Msg: toUs(b.t, 200, "1 INVITE", testSDP(b.t), append(more, "Allow: "+Allow)...)})
	return b.state(Up)
}

// upCallee brings a callee's dialog up.
func (b *bench) upCallee() *bench {
	b.t.Helper()
	b.do(Accept{}).state(Accepted2xx)
	return b.do(IncomingAck{Msg: fromPeer(b.t, "ACK", 10, "")}).state(Up)
}
