package reg

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/sip"
)

const contact = "sip:alice@192.0.2.7:5060"

// line drives one registration as the actor does, with a scripted registrar.
type line struct {
	t   *testing.T
	r   *Registration
	now time.Time
	// last is the last REGISTER that was sent, told the last news.
	last Request
	told []Effect
}

func newLine(t *testing.T) *line {
	n := 0
	token := func() string { n++; return fmt.Sprintf("t%d", n) }
	return &line{t: t, now: time.Unix(1e9, 0), r: New(Config{
		AOR: "sip:alice@example.org", Display: "Alice", Registrar: "sip:example.org",
		Route: []string{"<sip:edge.example.org;lr>"}, ContactParams: `;+sip.instance="<urn:uuid:1>"`,
		Expires: 3600 * time.Second, UserAgent: "imsphone", NewToken: token,
		Agent:  digest.NewAgent("alice", "secret", token),
		Jitter: func() float64 { return 0.5 },
	})}
}

func (l *line) step(ev Event) []Effect {
	fx := l.r.Step(l.now, ev, nil)
	for _, e := range fx {
		if r, ok := e.(Request); ok {
			l.last = r
			continue
		}
		l.told = append(l.told, e)
	}
	return fx
}

// answer responds to the last REGISTER; headers are whole lines.
func (l *line) answer(status int, headers ...string) []Effect {
	l.t.Helper()
	return l.step(Response{Key: l.last.Key, Msg: l.response(status, headers...)})
}

func (l *line) response(status int, headers ...string) *sip.Message {
	l.t.Helper()
	text := fmt.Sprintf("SIP/2.0 %d %s\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\nFrom: <sip:alice@example.org>;tag=1\r\n"+
		"To: <sip:alice@example.org>;tag=2\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\n%sContent-Length: 0\r\n\r\n",
		status, sip.ReasonPhrase(status), lines(headers))
	m, err := sip.Parse([]byte(text))
	if err != nil {
		l.t.Fatalf("%v in\n%s", err, text)
	}
	return m
}

func lines(headers []string) string {
	var b strings.Builder
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	return b.String()
}

func (l *line) start() {
	l.t.Helper()
	l.step(Start{})
	l.step(FlowReady{Contacts: []string{contact}})
	if l.r.State() != Trying {
		l.t.Fatalf("state %v after start", l.r.State())
	}
}

// register brings the line up for an hour.
func (l *line) register() {
	l.t.Helper()
	l.start()
	l.answer(200, "Contact: <"+contact+">;expires=3600")
	if l.r.State() != Up {
		l.t.Fatalf("state %v after 200", l.r.State())
	}
}

func (l *line) wakes(after time.Duration) {
	l.t.Helper()
	if got := l.r.Next().Sub(l.now); got != after {
		l.t.Errorf("next tick in %v, want %v", got, after)
	}
}

// sleep lets the time pass until the next tick.
func (l *line) sleep() []Effect {
	l.now = l.r.Next()
	return l.step(Tick{})
}

func lastOf[T Effect](l *line) T {
	l.t.Helper()
	for i := len(l.told) - 1; i >= 0; i-- {
		if e, ok := l.told[i].(T); ok {
			return e
		}
	}
	var zero T
	l.t.Fatalf("no %T in %v", zero, l.told)
	return zero
}

func TestRegisterHoldsWhatRFC3261Asks(t *testing.T) {
	l := newLine(t)
	l.start()
	text := string(l.last.Draft.Bytes())
	for _, want := range []string{
		"REGISTER sip:example.org SIP/2.0\r\n", "Route: <sip:edge.example.org;lr>\r\n",
		"From: \"Alice\" <sip:alice@example.org>;tag=t2\r\n", "To: \"Alice\" <sip:alice@example.org>\r\n",
		"Call-ID: t1\r\n", "CSeq: 1 REGISTER\r\n", "Expires: 3600\r\n", "Max-Forwards: 70\r\n",
		`Contact: <` + contact + `>;+sip.instance="<urn:uuid:1>"` + "\r\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("REGISTER lacks %q:\n%s", want, text)
		}
	}
}

func TestChallengeRefreshAndLeave(t *testing.T) {
	l := newLine(t)
	l.start()
	l.answer(401, `WWW-Authenticate: Digest realm="example.org", nonce="n1", qop="auth"`)
	credentials, err := digest.ParseCredentials(l.last.Draft.Get(sip.HAuthorization))
	if err != nil || credentials.Verify("secret", digest.Request{Method: "REGISTER", URI: "sip:example.org"}) != nil {
		t.Fatalf("credentials %+v, %v", credentials, err)
	}
	if cseq := l.last.Draft.Get(sip.HCSeq); cseq != "2 REGISTER" {
		t.Errorf("CSeq %q after the challenge", cseq)
	}
	l.answer(200, "Contact: <sip:bob@192.0.2.9>;expires=20, <"+contact+";alias=1>;expires=3240",
		"P-Associated-URI: <sip:alice@example.org>, <tel:+15550001>", "Service-Route: <sip:orig@scscf.example.org;lr>", "Path: <sip:p;lr>")
	up := lastOf[Registered](l)
	if up.Expires != 3240*time.Second || !up.First || len(up.Associated) != 2 || up.Associated[1] != "tel:+15550001" ||
		len(up.ServiceRoute) != 1 || up.ServiceRoute[0] != "<sip:orig@scscf.example.org;lr>" || len(up.Path) != 1 {
		t.Errorf("registered %+v", up)
	}
	l.wakes(2640 * time.Second)

	l.sleep()
	l.answer(200, "Contact: <"+contact+">;expires=1000")
	if up = lastOf[Registered](l); up.First || up.Expires != 1000*time.Second {
		t.Errorf("refreshed %+v", up)
	}
	l.wakes(500 * time.Second)

	l.step(Stop{})
	if got := l.last.Draft.Get(sip.HExpires); got != "0" || l.r.State() != Leaving {
		t.Fatalf("Expires %q in state %v", got, l.r.State())
	}
	l.answer(401, `WWW-Authenticate: Digest realm="example.org", nonce="n2", qop="auth", stale=true`)
	if got := l.last.Draft.Get(sip.HExpires); got != "0" {
		t.Errorf("Expires %q with credentials", got)
	}
	l.answer(200)
	lastOf[Stopped](l)
	if l.r.State() != Idle || !l.r.Expires().IsZero() || !l.r.Next().IsZero() {
		t.Errorf("left in %v", l.r.State())
	}
}

func TestWrongPasswordIsSaidAndNotHammered(t *testing.T) {
	l := newLine(t)
	l.start()
	l.answer(401, `WWW-Authenticate: Digest realm="r", nonce="1"`)
	l.answer(401, `WWW-Authenticate: Digest realm="r", nonce="2"`)
	refused := lastOf[Refused](l)
	if !strings.Contains(refused.Text, "password") || refused.Status != 401 || refused.Bound {
		t.Errorf("refused %+v", refused)
	}
	l.wakes(maxBackoff)
	l.step(Start{}) // the user has another try
	if l.r.State() != Locating {
		t.Errorf("state %v after Start", l.r.State())
	}
}

func TestAProxyThatChallengesToo(t *testing.T) {
	l := newLine(t)
	l.start()
	l.answer(407, `Proxy-Authenticate: Digest realm="proxy", nonce="1"`)
	if !strings.HasPrefix(l.last.Draft.Get(sip.HProxyAuthorization), "Digest ") {
		t.Error("no Proxy-Authorization")
	}
}

func TestAnEndlessStaleChallengeEnds(t *testing.T) {
	l := newLine(t)
	l.start()
	for i := 0; l.r.State() == Trying; i++ {
		if i > maxChallenges {
			t.Fatal("still answering")
		}
		l.answer(401, fmt.Sprintf(`WWW-Authenticate: Digest realm="r", nonce="%d", stale=true`, i))
	}
}

func TestIntervalTooBrief(t *testing.T) {
	l := newLine(t)
	l.start()
	l.answer(423, "Min-Expires: 7200")
	if got := l.last.Draft.Get(sip.HExpires); got != "7200" {
		t.Errorf("Expires %q", got)
	}
	l.answer(423, "Min-Expires: 9000")
	if l.r.State() != Waiting {
		t.Errorf("state %v after a second 423", l.r.State())
	}
}

// A registrar that challenges first and finds the interval too brief then may
// challenge the longer one again.
func TestIntervalTooBriefAfterAChallenge(t *testing.T) {
	l := newLine(t)
	l.start()
	for _, nonce := range []string{"1", "2"} {
		l.answer(401, fmt.Sprintf(`WWW-Authenticate: Digest realm="r", nonce="%s"`, nonce))
		if l.r.State() != Trying {
			t.Fatalf("state %v after the challenge with nonce %s", l.r.State(), nonce)
		}
		if nonce == "1" {
			l.answer(423, "Min-Expires: 7200")
		}
	}
}

func TestFailoverThenBackoffDoubles(t *testing.T) {
	l := newLine(t)
	l.start()
	fx := l.step(Failed{Key: l.last.Key, Err: errors.New("timer F")})
	if need, ok := fx[0].(NeedFlow); !ok || !need.Failover {
		t.Fatalf("%v after a time-out", fx)
	}
	l.step(FlowReady{Contacts: []string{contact}})
	l.answer(503)
	l.step(NoFlow{Err: errors.New("none left")})
	if refused := lastOf[Refused](l); refused.Status != 503 {
		t.Errorf("refused %+v", refused)
	}
	for _, want := range []time.Duration{22500 * time.Millisecond, 45 * time.Second, 90 * time.Second, 180 * time.Second,
		360 * time.Second, 720 * time.Second, 1350 * time.Second, 1350 * time.Second} {
		l.wakes(want)
		l.sleep()
		l.step(NoFlow{Err: errors.New("no route")})
	}
}

func TestRetryAfterIsObeyedWithinReason(t *testing.T) {
	for header, want := range map[string]time.Duration{"120": 120 * time.Second, "999999": maxBackoff, "0": time.Second} {
		l := newLine(t)
		l.start()
		l.answer(500, "Retry-After: "+header)
		l.wakes(want)
	}
}

// TestRetryAfterOfTheLastServer holds where no other server is left
// (TS 24.229 §5.1.1.2.1).
func TestRetryAfterOfTheLastServer(t *testing.T) {
	l := newLine(t)
	l.start()
	l.answer(503, "Retry-After: 600")
	l.step(NoFlow{Err: errors.New("none left")})
	l.wakes(600 * time.Second)
	l.sleep()
	l.step(NoFlow{Err: errors.New("no route")})
	l.wakes(45 * time.Second)
}

func TestARefreshThatFailsLeavesTheBinding(t *testing.T) {
	l := newLine(t)
	l.register()
	l.sleep()
	l.answer(500)
	if refused := lastOf[Refused](l); !refused.Bound {
		t.Errorf("refused %+v", refused)
	}
	l.now = l.now.Add(2 * time.Hour)
	l.step(Tick{})
	if !l.r.Expires().IsZero() {
		t.Error("the binding outlives its expiry")
	}
}

func TestTheBindingMovesWithTheFlow(t *testing.T) {
	l := newLine(t)
	l.register()
	l.step(FlowLost{Err: errors.New("link changed")})
	l.step(FlowReady{Contacts: []string{"sip:alice@198.51.100.1:5060"}})
	if got := l.last.Draft.Get(sip.HContact); !strings.HasPrefix(got, "<sip:alice@198.51.100.1:5060>") {
		t.Errorf("Contact %q", got)
	}
}

func TestARegistrarThatForgetsUs(t *testing.T) {
	l := newLine(t)
	l.start()
	l.answer(200, "Contact: <sip:bob@192.0.2.9>;expires=3600")
	if refused := lastOf[Refused](l); !strings.Contains(refused.Text, "no binding") {
		t.Errorf("refused %+v", refused)
	}
}

func TestStopWhileTryingEndsInLeaving(t *testing.T) {
	l := newLine(t)
	l.start()
	l.step(Stop{})
	l.answer(200, "Contact: <"+contact+">;expires=60")
	if l.r.State() != Leaving {
		t.Fatalf("state %v", l.r.State())
	}
	l.step(Failed{Key: l.last.Key, Err: errors.New("timer F")})
	lastOf[Stopped](l)
}

func TestAnswersOfOthersAreCountedOnly(t *testing.T) {
	l := newLine(t)
	l.start()
	for _, ev := range []Event{
		Response{Key: l.last.Key + 1, Msg: l.response(200)}, Failed{Key: l.last.Key + 1, Err: errors.New("x")},
	} {
		if fx := l.step(ev); len(fx) != 1 || fx[0] != (Unexpected{Trying, ev}) || l.r.State() != Trying {
			t.Errorf("%T moved it: %v", ev, fx)
		}
	}
}

// TestNothingGrows keeps a line up for thirty virtual days with a failure now
// and then.
func TestNothingGrows(t *testing.T) {
	l := newLine(t)
	l.start()
	end := l.now.Add(30 * 24 * time.Hour)
	for n := 0; l.now.Before(end); n++ {
		switch {
		case l.r.State() == Trying && n%7 == 3:
			l.answer(503)
		case l.r.State() == Trying && n%5 == 2:
			l.answer(401, fmt.Sprintf(`WWW-Authenticate: Digest realm="r", nonce="%d", stale=true`, n))
		case l.r.State() == Trying:
			l.answer(200, "Contact: <"+contact+">;expires=600")
		case l.r.State() == Locating:
			l.step(FlowReady{Contacts: []string{contact}})
		default:
			l.sleep()
		}
		l.told = l.told[:0]
	}
	if l.r.failures > 1 || l.r.cseq < 8000 {
		t.Errorf("failures %d, CSeq %d", l.r.failures, l.r.cseq)
	}
}
