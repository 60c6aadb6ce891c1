package reg

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// again registers once a flow is asked for or a try is due.
func (u *ue) again() {
	u.t.Helper()
	if u.r.State() == Waiting {
		u.sleep()
	}
	u.step(FlowReady{Contacts: []string{contact}})
	u.challenge(server)
	u.ask()
	u.protected()
	u.grant(3600)
	if u.r.State() != Up {
		u.t.Fatalf("state %v", u.r.State())
	}
}

// TestAnEndThatComesSoonIsNotHammered: the first registration anew is made at
// once; the further ones back off until one has lasted.
func TestAnEndThatComesSoonIsNotHammered(t *testing.T) {
	for name, end := range map[string]func(u *ue) Event{
		"by the network": func(*ue) Event { return Terminated{Rejoin: true, Text: "the network asked for a new registration"} },
		"of the SAs":     func(u *ue) Event { return SetEnded{u.r.ims.active.gen, errors.New("the SAs are gone")} },
	} {
		t.Run(name, func(t *testing.T) {
			u := newUE(t)
			u.up()
			start, registrations := u.now, 0
			for ; u.now.Sub(start) < 24*time.Hour; registrations++ {
				u.step(end(u))
				if first := registrations == 0; first != (u.r.State() == Locating) {
					t.Fatalf("after %d: %v", registrations, u.r.State())
				}
				if registrations == 1 && !strings.Contains(lastOf[Refused](u.line).Text, "again and soon") {
					t.Errorf("%q", lastOf[Refused](u.line).Text)
				}
				u.again()
			}
			if registrations < 24 || registrations > 100 {
				t.Errorf("%d registrations in a day", registrations)
			}
			u.now = u.now.Add(lasting)
			u.step(end(u))
			if u.r.State() != Locating {
				t.Errorf("%v after one that lasted", u.r.State())
			}
			if u.again(); u.r.failures != 0 || u.r.brief != 1 {
				t.Errorf("%d failures, %d brief ones", u.r.failures, u.r.brief)
			}
		})
	}
}

// TestLeavingIsBounded: neither the SIM nor the SAs of a challenge to the
// de-registration keep a phone from its end.
func TestLeavingIsBounded(t *testing.T) {
	for name, reach := range map[string]func(u *ue){
		"the registrar": func(*ue) {}, "the SIM": func(u *ue) { u.challenge(server) }, "the SAs": func(u *ue) { u.challenge(server); u.ask() },
	} {
		u := newUE(t)
		u.up()
		u.step(Stop{})
		reach(u)
		u.wakes(leaveTime)
		if fx := u.step(Tick{}); len(fx) != 0 {
			t.Errorf("%s: %v before its time", name, fx)
		}
		u.sleep()
		if u.r.State() != Idle {
			t.Errorf("%s: %v", name, u.r.State())
		}
	}
}
