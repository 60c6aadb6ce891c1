package event

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

// line drives one subscription with a scripted notifier.
type line struct {
	t    *testing.T
	s    *Subscription
	now  time.Time
	last Request
	told []Effect
	cseq int
}

func newLine(t *testing.T) *line {
	n := 0
	return &line{t: t, now: time.Unix(1e9, 0), s: New(Config{
		Package: "reg", Accept: "application/reginfo+xml", URI: "sip:alice@example.org", From: "sip:alice@example.org",
		Contact: "<sip:alice@192.0.2.7:30001>", Route: func() []string {
			return []string{"<sip:192.0.2.1:6100;lr>", "<sip:orig@scscf.example.org;lr>"}
		},
		Expires: 600_000 * time.Second, NewToken: func() string { n++; return fmt.Sprintf("t%d", n) },
		Fields: func() []sip.Field { return []sip.Field{{ID: sip.HRequire, Value: "sec-agree"}} },
		Authorize: func(string, string, string, *sip.Message) ([]sip.Field, bool) {
			return []sip.Field{{ID: sip.HAuthorization, Value: "Digest x"}}, true
		},
	})}
}

func (l *line) step(in Input) []Effect {
	fx := l.s.Step(l.now, in, nil)
	for _, e := range fx {
		if r, ok := e.(Request); ok {
			l.last = r
		}
		l.told = append(l.told, e)
	}
	return fx
}

func message(t *testing.T, text string) *sip.Message {
	t.Helper()
	m, err := sip.Parse([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return m
}

func (l *line) response(status int, more string) Response {
	d := l.last.Draft
	return Response{Key: l.last.Key, Msg: message(l.t, fmt.Sprintf("SIP/2.0 %d X\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\nFrom: %s\nTo: <sip:alice@example.org>;tag=r1\n"+
		"Call-ID: %s\nCSeq: %s\nContact: <sip:scscf.example.org:6060>\nRecord-Route: <sip:b;lr>\nRecord-Route: <sip:a;lr>\n%sContent-Length: 0\n\n", status,
		d.Get(sip.HFrom), d.Get(sip.HCallID), d.Get(sip.HCSeq), more))}
}

// notify makes a NOTIFY of the present subscription.
func (l *line) notify(state, body string, edit ...string) Notify {
	l.cseq++
	d := l.last.Draft
	text := fmt.Sprintf("NOTIFY sip:alice@192.0.2.7:30001 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%d\nFrom: <sip:alice@example.org>;tag=r1\nTo: %s\n"+
		"Call-ID: %s\nCSeq: %d NOTIFY\nContact: <sip:scscf.example.org:6060>\nRecord-Route: <sip:a;lr>\nRecord-Route: <sip:b;lr>\nEvent: reg\nSubscription-State: %s\nContent-Type: application/reginfo+xml\nContent-Length: %d\n\n%s",
		l.cseq, d.Get(sip.HFrom), d.Get(sip.HCallID), l.cseq, state, len(body), body)
	return Notify{message(l.t, strings.NewReplacer(edit...).Replace(text))}
}

func (l *line) up() {
	l.t.Helper()
	l.step(Start{})
	l.step(l.response(200, "Expires: 7200\n"))
	l.step(l.notify("active;expires=7200", "<reginfo/>"))
	if l.s.State() != Up {
		l.t.Fatalf("state %v", l.s.State())
	}
}

func answered(fx []Effect) int {
	for _, e := range fx {
		if a, ok := e.(Answer); ok {
			return a.Draft.Status
		}
	}
	return 0
}

func TestSubscribeNotifyRefreshAndLeave(t *testing.T) {
	l := newLine(t)
	l.step(Start{})
	text := string(l.last.Draft.Bytes())
	for _, want := range []string{"SUBSCRIBE sip:alice@example.org SIP/2.0\r\nRoute: <sip:192.0.2.1:6100;lr>\r\nRoute: <sip:orig@scscf", "Event: reg\r\n",
		"Accept: application/reginfo+xml\r\n", "Expires: 600000\r\n", "Require: sec-agree\r\n", "To: <sip:alice@example.org>\r\n", "CSeq: 1 SUBSCRIBE\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if l.last.Hop != "sip:192.0.2.1:6100;lr" {
		t.Errorf("hop %q", l.last.Hop)
	}
	l.step(l.response(200, "Expires: 7200\n"))
	fx := l.step(l.notify("active;expires=7200", "<reginfo/>"))
	if answered(fx) != 200 || l.s.State() != Up || fx[1] != (News{"application/reginfo+xml", "<reginfo/>"}) {
		t.Errorf("%v, %v", fx, l.s.State())
	}
	if got := l.s.Next().Sub(l.now); got != 6600*time.Second {
		t.Errorf("refreshed after %v", got)
	}
	l.now = l.s.Next()
	l.step(Tick{})
	if d := l.last.Draft; d.URI != "sip:scscf.example.org:6060" || d.Get(sip.HTo) != "<sip:alice@example.org>;tag=r1" || d.Get(sip.HRoute) != "<sip:a;lr>" || l.last.Hop != "sip:a;lr" {
		t.Errorf("the refresh\n%s", l.last.Draft.Bytes())
	}
	l.step(l.response(200, "Expires: 1000\n"))
	if got := l.s.Next().Sub(l.now); got != 500*time.Second {
		t.Errorf("refreshed after %v", got)
	}
	l.step(Stop{})
	if l.last.Draft.Get(sip.HExpires) != "0" {
		t.Errorf("%s", l.last.Draft.Bytes())
	}
	l.step(l.response(200, "Expires: 0\n"))
	fx = l.step(l.notify("terminated;reason=timeout", ""))
	if answered(fx) != 200 || l.s.State() != Idle || !l.s.Next().IsZero() {
		t.Errorf("%v, %v", fx, l.s.State())
	}
}

func TestNotifyBeforeTheResponse(t *testing.T) {
	l := newLine(t)
	l.step(Start{})
	if fx := l.step(l.notify("active;expires=600", "x")); answered(fx) != 200 || l.s.State() != Up {
		t.Fatalf("%v, %v", fx, l.s.State())
	}
	l.step(l.response(200, "Expires: 600\n"))
	if got := l.s.Next().Sub(l.now); l.s.State() != Up || got != 300*time.Second {
		t.Errorf("%v, refreshed after %v", l.s.State(), got)
	}
}

func TestNotifiesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		edit []string
		want int
	}{
		"another fork":           {[]string{"tag=r1", "tag=r2"}, 481},
		"another subscription":   {[]string{"Call-ID: t1", "Call-ID: x"}, 481},
		"another tag of ours":    {[]string{"tag=t2", "tag=t9"}, 481},
		"another package":        {[]string{"Event: reg", "Event: presence"}, 489},
		"no state":               {[]string{"Subscription-State: active;expires=9\n", ""}, 400},
		"repeated, out of order": {[]string{"CSeq: 2 ", "CSeq: 1 "}, 500},
	} {
		l := newLine(t)
		l.up()
		fx := l.step(l.notify("active;expires=9", "x", c.edit...))
		if answered(fx) != c.want || len(fx) != 1 || l.s.State() != Up {
			t.Errorf("%s: %v", name, fx)
		}
	}
}

func TestTheNotifierEndsIt(t *testing.T) {
	for state, want := range map[string]time.Duration{
		"terminated;reason=deactivated": time.Second, "terminated;reason=timeout": time.Second,
		"terminated;reason=rejected": maxRetry, "terminated;reason=noresource": maxRetry, "terminated": retryTime,
		"terminated;reason=probation;retry-after=30": 30 * time.Second, "terminated;reason=giveup;retry-after=999999": maxRetry,
	} {
		l := newLine(t)
		l.up()
		l.step(l.notify(state, "<reginfo/>"))
		if got := l.s.Next().Sub(l.now); l.s.State() != Waiting || got != want {
			t.Errorf("%s: %v, again after %v", state, l.s.State(), got)
		}
		l.now = l.s.Next()
		l.step(Tick{})
		if l.s.State() != Trying || l.last.Draft.Get(sip.HCSeq) != "1 SUBSCRIBE" {
			t.Errorf("%s: %v", state, l.s.State())
		}
	}
}

func TestResponses(t *testing.T) {
	l := newLine(t)
	l.step(Start{})
	for range maxChallenges {
		l.step(l.response(401, ""))
		if l.last.Draft.Get(sip.HAuthorization) == "" || l.s.State() != Trying {
			t.Fatalf("%v\n%s", l.s.State(), l.last.Draft.Bytes())
		}
	}
	l.step(l.response(401, ""))
	if l.s.State() != Waiting {
		t.Errorf("an endless challenge: %v", l.s.State())
	}
	l = newLine(t)
	l.step(Start{})
	l.step(l.response(423, "Min-Expires: 900000\n"))
	if l.last.Draft.Get(sip.HExpires) != "900000" {
		t.Errorf("%s", l.last.Draft.Bytes())
	}
	l.step(l.response(489, ""))
	if got := l.s.Next().Sub(l.now); l.s.State() != Waiting || got != maxRetry {
		t.Errorf("after 489 %v, again after %v", l.s.State(), got)
	}
	l = newLine(t)
	l.up()
	l.now = l.s.Next()
	l.step(Tick{})
	l.step(l.response(481, ""))
	if l.s.State() != Trying || l.last.Draft.Get(sip.HCSeq) != "1 SUBSCRIBE" {
		t.Errorf("a notifier that forgot us: %v", l.s.State())
	}
}

// TestNotifiersThatHammer: a notifier that grants next to nothing, ends each
// subscription at once or asks for ever longer ones gets few requests.
func TestNotifiersThatHammer(t *testing.T) {
	for name, c := range map[string]struct {
		behave func(l *line)
		most   int // SUBSCRIBEs in an hour
	}{
		"grants a second": {func(l *line) { l.step(l.response(200, "Expires: 1\n")); l.step(l.notify("active;expires=1", "x")) }, 50},
		"grants nothing":  {func(l *line) { l.step(l.response(200, "Expires: 0\n")); l.step(l.notify("active", "x")) }, 50},
		"ends it":         {func(l *line) { l.step(l.notify("terminated;reason=deactivated", "x")) }, 25},
		"raises": {func(l *line) {
			interval := 600_000
			for range 100 {
				interval++
				l.step(l.response(423, fmt.Sprintf("Min-Expires: %d\n", interval)))
			}
		}, 30},
	} {
		l := newLine(t)
		end := l.now.Add(time.Hour)
		for l.step(Start{}); l.now.Before(end); l.step(Tick{}) {
			l.cseq = 0
			c.behave(l)
			if l.s.Next().IsZero() {
				t.Fatalf("%s: nothing is due", name)
			}
			l.now = l.s.Next()
		}
		sent := 0
		for _, e := range l.told {
			if _, ok := e.(Request); ok {
				sent++
			}
		}
		if sent < 2 || sent > c.most {
			t.Errorf("%s: %d requests in an hour", name, sent)
		}
	}
}

// TestSoonAgainAfterOneThatLasted: the pause starts anew.
func TestSoonAgainAfterOneThatLasted(t *testing.T) {
	l := newLine(t)
	for i, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, time.Second} {
		l.cseq = 0
		l.up()
		if i == 3 {
			l.now = l.now.Add(lasting)
		}
		l.step(l.notify("terminated;reason=deactivated", ""))
		if got := l.s.Next().Sub(l.now); got != want {
			t.Errorf("after %d: %v, want %v", i, got, want)
		}
		l.now = l.s.Next()
	}
}

// TestAnotherForksResponse: the NOTIFY has decided whose subscription it is.
func TestAnotherForksResponse(t *testing.T) {
	l := newLine(t)
	l.step(Start{})
	l.step(l.notify("active;expires=600", "x", "scscf.example.org:6060", "first.example.org"))
	r := l.response(200, "Expires: 600\n")
	r.Msg = message(t, strings.NewReplacer("\r\n", "\n", "tag=r1", "tag=r2", "scscf.example.org:6060", "other.example.org").Replace(r.Msg.String()))
	l.step(r)
	l.now = l.s.Next()
	l.step(Tick{})
	if d := l.last.Draft; d.URI != "sip:first.example.org" || d.Get(sip.HTo) != "<sip:alice@example.org>;tag=r1" {
		t.Errorf("%s", d.Bytes())
	}
}

// TestEveryStateKnowsEveryInput declares what each pair leads to; "!" is an
// unexpected input.
func TestEveryStateKnowsEveryInput(t *testing.T) {
	states := map[State]func(*line){
		Idle:    func(*line) {},
		Trying:  func(l *line) { l.step(Start{}) },
		Up:      func(l *line) { l.up(); l.now = l.s.Next(); l.step(Tick{}) },
		Waiting: func(l *line) { l.step(Start{}); l.step(l.response(500, "")) },
		Leaving: func(l *line) { l.up(); l.step(Stop{}) },
	}
	inputs := map[string]func(*line) Input{
		"Start": func(*line) Input { return Start{} }, "Stop": func(*line) Input { return Stop{} },
		"200": func(l *line) Input { return l.responseTo(200) }, "403": func(l *line) Input { return l.responseTo(403) },
		"500": func(l *line) Input { return l.responseTo(500) }, "old": func(*line) Input { return Response{Key: 999} },
		"Failed": func(l *line) Input { return Failed{l.last.Key, errors.New("timer F")} },
		"active": func(l *line) Input { return l.notifyOr("active;expires=600") }, "terminated": func(l *line) Input { return l.notifyOr("terminated") },
		"Tick": func(l *line) Input { l.now = l.now.Add(1000 * time.Hour); return Tick{} },
	}
	want := map[State]map[string]string{
		Idle: {"Start": "trying", "Stop": "idle", "200": "idle!", "403": "idle!", "500": "idle!", "old": "idle!", "Failed": "idle!",
			"active": "idle 481", "terminated": "idle 481", "Tick": "idle"},
		Trying: {"Start": "trying", "Stop": "idle", "200": "trying", "403": "waiting", "500": "waiting", "old": "trying!", "Failed": "waiting",
			"active": "up 200", "terminated": "waiting 200", "Tick": "trying"},
		Up: {"Start": "up!", "Stop": "leaving", "200": "up", "403": "waiting", "500": "up", "old": "up!", "Failed": "up",
			"active": "up 200", "terminated": "waiting 200", "Tick": "waiting"},
		Waiting: {"Start": "trying", "Stop": "idle", "200": "waiting!", "403": "waiting!", "500": "waiting!", "old": "waiting!", "Failed": "waiting!",
			"active": "waiting 481", "terminated": "waiting 481", "Tick": "trying"},
		Leaving: {"Start": "trying", "Stop": "leaving", "200": "leaving", "403": "idle", "500": "idle", "old": "leaving!", "Failed": "idle",
			"active": "leaving 200", "terminated": "idle 200", "Tick": "idle"},
	}
	for state, reach := range states {
		for name, input := range inputs {
			l := newLine(t)
			reach(l)
			if l.s.State() != state {
				t.Fatalf("meant to be %v, is %v", state, l.s.State())
			}
			fx := l.step(input(l))
			got := l.s.State().String()
			for _, e := range fx {
				if _, ok := e.(Unexpected); ok {
					got += "!"
				}
			}
			if n := answered(fx); n != 0 {
				got += fmt.Sprintf(" %d", n)
			}
			if got != want[state][name] {
				t.Errorf("%v × %s → %s, want %s", state, name, got, want[state][name])
			}
		}
	}
}

// responseTo answers the last SUBSCRIBE, or one that never was.
func (l *line) responseTo(status int) Input {
	if l.last.Draft == nil {
		l.last.Draft = sip.NewRequest(sip.SUBSCRIBE, "sip:x")
		l.last.Draft.Add(sip.HFrom, "<sip:x>;tag=1")
		l.last.Draft.Add(sip.HCallID, "none")
		l.last.Draft.Add(sip.HCSeq, "1 SUBSCRIBE")
	}
	return l.response(status, "")
}

func (l *line) notifyOr(state string) Input {
	l.responseTo(200)
	return l.notify(state, "x")
}
