package reg

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/internal/statetable"
)

//go:embed testdata/states.txt
var imsStates string

//go:embed testdata/states-sip.txt
var sipStates string

// TestEveryStateAndEvent holds the table of a registration with an IMS core,
// which has all states and all events.
func TestEveryStateAndEvent(t *testing.T) {
	table := statetable.Parse(t, imsStates)
	table.Complete(t, "State", "event")
	used := map[string]bool{}
	table.Check(t, func(t *testing.T, state, event string) string {
		u := newUE(t)
		reach(u, state)
		return u.outcome(event, used)
	})
	for _, effect := range statetable.Implementers(t, "effect") {
		if !used[effect] {
			t.Errorf("no event has the effect %s", effect)
		}
	}
}

// TestEveryStateAndEventOfSIP holds the table of a registration of plain SIP.
func TestEveryStateAndEventOfSIP(t *testing.T) {
	table := statetable.Parse(t, sipStates)
	for _, event := range statetable.Implementers(t, "event") {
		if !strings.Contains(sipStates, "\n"+event) {
			t.Errorf("event %s is not in the table", event)
		}
	}
	table.Check(t, func(t *testing.T, state, event string) string {
		u := &ue{line: newLine(t)}
		reachSIP(u.line, state)
		return u.outcome(event, map[string]bool{})
	})
}

// reach brings a registration with an IMS core into a state of the table.
func reach(u *ue, state string) {
	u.t.Helper()
	renewing := func() { u.up(); u.sleep() }
	script := map[string]func(){
		"idle":           func() {},
		"locating":       func() { u.step(Start{}) },
		"trying/clear":   u.start,
		"authenticating": func() { u.start(); u.challenge(server) },
		"protecting":     func() { u.start(); u.challenge(server); u.ask() },
		"trying/protected": func() {
			u.start()
			u.challenge(server)
			u.ask()
			u.protected()
		},
		"up":                      u.up,
		"trying/renewing":         renewing,
		"authenticating/renewing": func() { renewing(); u.challenge(server) },
		"waiting":                 func() { u.start(); u.answer(403) },
		"waiting/bound":           func() { renewing(); u.answer(403) },
		"leaving":                 func() { u.up(); u.step(Stop{}) },
	}
	f, ok := script[state]
	if !ok {
		u.t.Fatalf("no way to state %q", state)
	}
	f()
	u.is(state)
}

// reachSIP does the same for a registration of plain SIP.
func reachSIP(l *line, state string) {
	l.t.Helper()
	script := map[string]func(){
		"idle":     func() {},
		"locating": func() { l.step(Start{}) },
		"trying":   l.start,
		"up":       l.register,
		"waiting":  func() { l.start(); l.answer(403) },
		"leaving":  func() { l.register(); l.step(Stop{}) },
	}
	f, ok := script[state]
	if !ok {
		l.t.Fatalf("no way to state %q", state)
	}
	f()
	l.is(state)
}

// is fails where the registration isn't in that state of the table.
func (l *line) is(state string) {
	l.t.Helper()
	want, _, _ := strings.Cut(state, "/")
	if got := stateName(l.r.State()); got != want {
		l.t.Fatalf("meant to be in %s, is in %s", want, got)
	}
}

// stateName is how the tables call a state.
func stateName(s State) string {
	if s == Up {
		return "up"
	}
	return s.String()
}

// outcome takes an event of the table and says in its words what came of it.
func (u *ue) outcome(event string, used map[string]bool) string {
	u.t.Helper()
	before, ev := u.r.State(), u.event(event)
	fx := u.step(ev)
	var effects []string
	for _, e := range fx {
		name := strings.TrimPrefix(fmt.Sprintf("%T", e), "reg.")
		used[name] = true
		switch e := e.(type) {
		case Unexpected:
			if e.State != before || len(fx) != 1 || u.r.State() != before {
				u.t.Errorf("out of place, and yet: %v", fx)
			}
			return "!"
		case Request:
			name += map[uint32]string{0: "/clear"}[e.Gen]
		}
		effects = append(effects, name)
	}
	next := "="
	if u.r.State() != before {
		next = stateName(u.r.State())
	}
	return strings.Join(append([]string{next}, effects...), " ")
}

// event makes an event of the table.
func (u *ue) event(name string) Event {
	u.t.Helper()
	kind, what, _ := strings.Cut(name, "/")
	switch kind {
	case "Start":
		return Start{}
	case "Stop":
		return Stop{}
	case "FlowReady":
		return map[string]FlowReady{"": {Contacts: []string{contact}}}[what]
	case "NoFlow":
		return NoFlow{errGone}
	case "FlowLost":
		return FlowLost{errGone}
	case "Response":
		return u.responseEvent(what)
	case "Failed":
		return Failed{Key: u.last.Key + map[string]uint64{"late": 1}[what], Err: errGone}
	case "Tick":
		if what == "due" {
			u.now = u.now.Add(3500 * time.Second) // a binding of an hour still stands
		}
		return Tick{}
	case "Terminated":
		return Terminated{Rejoin: what == "rejoin", After: time.Minute, Text: "ended"}
	}
	return u.imsEvent(kind, what)
}

func (u *ue) responseEvent(what string) Event {
	u.t.Helper()
	key := u.last.Key
	if what == "late" {
		return Response{key + 1, u.response(200)}
	}
	switch status, how, _ := strings.Cut(what, "-"); status {
	case "401":
		return Response{key, u.response(401, u.challengeHeaders(how)...)}
	case "423":
		return Response{key, u.response(423, "Min-Expires: 700000")}
	default:
		n := 0
		fmt.Sscan(status, &n)
		return Response{key, u.response(n)}
	}
}

// challengeHeaders are those of a 401: a good one, one for a password, or one of
// AKA without Security-Server or with a nonce that is none.
func (u *ue) challengeHeaders(how string) []string {
	if how == "password" {
		return []string{`WWW-Authenticate: Digest realm="example.org", nonce="n1", qop="auth"`}
	}
	if how == "nonce" {
		return []string{authenticate("AAAA"), "Security-Server: " + server}
	}
	if u.sqn == nil {
		u.sqn = aka.NewGenerator(0)
	}
	headers := []string{u.fresh()}
	if how == "aka" {
		headers = append(headers, "Security-Server: "+server)
	}
	return headers
}

func (u *ue) imsEvent(kind, what string) Event {
	u.t.Helper()
	m := u.r.ims
	if m == nil {
		m = &ims{}
	}
	gen := map[string]uint32{"": m.next.gen, "next": m.next.gen, "active": m.active.gen, "late": 99}[what]
	switch kind {
	case "Authenticated":
		id := m.id
		if what == "late" {
			id++
		}
		return Authenticated{ID: id, Err: map[string]error{"sync": &aka.SyncError{Behind: 96}, "mac": aka.ErrMAC, "broken": errGone}[what]}
	case "Protected":
		return Protected{gen}
	case "Unprotected":
		return Unprotected{gen, errGone}
	case "SetEnded":
		return SetEnded{gen, errors.New("expired")}
	}
	u.t.Fatalf("no event %q", kind)
	return nil
}
