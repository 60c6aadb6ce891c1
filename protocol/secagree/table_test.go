package secagree

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/internal/statetable"
)

var start = time.Unix(1e9, 0)

// bring makes a table whose set 2 is in the state wanted, beside what that
// state needs.
func bring(t *testing.T, state string) *Table {
	t.Helper()
	tab := &Table{}
	temporary := []TableEvent{Agreed{Gen: 2}, Installed{2}}
	active := append(slices.Clone(temporary), Confirmed{2, time.Hour})
	draining := append(slices.Clone(active), Agreed{Gen: 3}, Installed{3}, Confirmed{3, 2 * time.Hour})
	script := map[string][]TableEvent{
		"gone": {}, "installing": temporary[:1], "temporary": temporary, "active": active,
		"active/renewing": draining[:5], "draining": draining, "draining/superseded": append(slices.Clone(draining), Heard{3}),
	}
	for _, ev := range script[state] {
		tab.Step(start, ev, nil)
	}
	if got := tab.State(2).String(); !strings.HasPrefix(state, got) {
		t.Fatalf("the script leads to %v, not %v", got, state)
	}
	return tab
}

func describe(fx []TableEffect) string {
	var parts []string
	for _, e := range fx {
		parts = append(parts, strings.TrimPrefix(fmt.Sprintf("%T", e), "secagree."))
	}
	return strings.Join(parts, " ")
}

//go:embed testdata/states.txt
var states string

// TestEveryStateAndEvent holds the table of testdata/states.txt.
func TestEveryStateAndEvent(t *testing.T) {
	lost := errors.New("lost")
	events := map[string]TableEvent{
		"Agreed": Agreed{Gen: 2}, "Installed": Installed{2}, "NotInstalled": NotInstalled{2, lost}, "Confirmed": Confirmed{2, time.Hour},
		"Abandoned": Abandoned{2}, "Heard": Heard{2}, "Heard/newer": Heard{3}, "Quiet": Quiet{2}, "Lost": Lost{2, lost}, "Released": Released{},
		"TableTick/early": TableTick{}, "TableTick/due": TableTick{},
	}
	table := statetable.Parse(t, states)
	table.Complete(t, "State", "tableEvent")
	used := map[string]bool{}
	table.Check(t, func(t *testing.T, state, event string) string {
		ev, ok := events[event]
		if !ok {
			t.Fatalf("no event %q", event)
		}
		tab, now := bring(t, state), start
		before := tab.State(2)
		if event == "TableTick/due" {
			// Past the life of set 2, short of that of set 3.
			now = start.Add(time.Hour + time.Minute)
		}
		effects := describe(tab.Step(now, ev, nil))
		for _, e := range strings.Fields(effects) {
			used[e] = true
		}
		return outcome(before, tab.State(2), effects)
	})
	for _, effect := range statetable.Implementers(t, "tableEffect") {
		if !used[effect] {
			t.Errorf("no event has the effect %s", effect)
		}
	}
}

// outcome is how the table writes what came of an event.
func outcome(before, after State, effects string) string {
	next := after.String()
	switch {
	case effects == "OutOfPlace" && before == after:
		return "!"
	case before == after:
		next = "="
	}
	return strings.TrimSpace(next + " " + effects)
}

func TestAnOldSetLeavesWhenTheNewOneIsHeardAndItIsQuiet(t *testing.T) {
	tab := bring(t, "draining")
	if fx := describe(tab.Step(start, Heard{3}, nil)); fx != "Watch" {
		t.Fatalf("heard: %s", fx)
	}
	if fx := tab.Step(start, Heard{3}, nil); len(fx) != 0 {
		t.Errorf("heard again: %v", fx)
	}
	if fx := describe(tab.Step(start, Quiet{2}, nil)); fx != "Delete" || tab.State(2) != Gone {
		t.Errorf("quiet: %s", fx)
	}
	if gen, ok := tab.Active(); !ok || gen != 3 {
		t.Errorf("active %d, %v", gen, ok)
	}
}

// TestLifetimes is TS 24.229 §5.1.1.5.1: four minutes, then the longer of the
// former set's life and the registration's and half a minute.
func TestLifetimes(t *testing.T) {
	tab := &Table{}
	if c := tab.Step(start, Agreed{Gen: 1}, nil)[0].(Create); c.Lifetime != 4*time.Minute {
		t.Errorf("temporary set lives %v", c.Lifetime)
	}
	tab.Step(start, Installed{1}, nil)
	if got := tab.Next(); got != start.Add(4*time.Minute) {
		t.Errorf("next %v", got)
	}
	fx := tab.Step(start, Confirmed{1, time.Hour}, nil)
	if x := fx[1].(Extend); x.Lifetime != time.Hour+30*time.Second {
		t.Errorf("active set lives %v", x.Lifetime)
	}
	tab.Step(start, Agreed{Gen: 2}, nil)
	tab.Step(start, Installed{2}, nil)
	later := start.Add(10 * time.Minute)
	fx = tab.Step(later, Confirmed{2, time.Minute}, nil)
	if x := fx[1].(Extend); x.Lifetime != 50*time.Minute+30*time.Second {
		t.Errorf("a shorter registration cuts the new set's life to %v", x.Lifetime)
	}
	if got := len(tab.Members()); got != 2 {
		t.Errorf("%d sets", got)
	}
}
