package secagree

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

var start = time.Unix(1e9, 0)

// bring makes a table whose set 2 is in the state wanted, beside what that
// state needs.
func bring(t *testing.T, s State) *Table {
	t.Helper()
	tab := &Table{}
	script := map[State][]TableEvent{
		Gone:       {},
		Installing: {Agreed{Gen: 2}},
		Temporary:  {Agreed{Gen: 2}, Installed{2}},
		Active:     {Agreed{Gen: 2}, Installed{2}, Confirmed{2, time.Hour}},
		Draining:   {Agreed{Gen: 2}, Installed{2}, Confirmed{2, time.Hour}, Agreed{Gen: 3}, Installed{3}, Confirmed{3, 2 * time.Hour}},
	}
	for _, ev := range script[s] {
		tab.Step(start, ev, nil)
	}
	if got := tab.State(2); got != s {
		t.Fatalf("the script leads to %v, not %v", got, s)
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

// TestEveryStateAndEvent declares what each event does in each state: the
// effects and the state after.
func TestEveryStateAndEvent(t *testing.T) {
	lost := errors.New("lost")
	events := map[string]TableEvent{
		"Agreed": Agreed{Gen: 2}, "Installed": Installed{2}, "NotInstalled": NotInstalled{2, lost}, "Confirmed": Confirmed{2, time.Hour},
		"Abandoned": Abandoned{2}, "Heard": Heard{2}, "Quiet": Quiet{2}, "Lost": Lost{2, lost}, "Released": Released{}, "Tick": TableTick{},
	}
	type outcome struct {
		effects string
		state   State
	}
	table := map[State]map[string]outcome{
		Gone: {
			"Agreed": {"Create", Installing}, "Installed": {"", Gone}, "NotInstalled": {"", Gone}, "Confirmed": {"", Gone},
			"Abandoned": {"", Gone}, "Heard": {"", Gone}, "Quiet": {"", Gone}, "Lost": {"", Gone}, "Released": {"", Gone}, "Tick": {"", Gone},
		},
		Installing: {
			"Agreed": {"OutOfPlace", Installing}, "Installed": {"Ready", Temporary}, "NotInstalled": {"Delete NotReady", Gone},
			"Confirmed": {"OutOfPlace", Installing}, "Abandoned": {"Delete", Gone}, "Heard": {"OutOfPlace", Installing},
			"Quiet": {"OutOfPlace", Installing}, "Lost": {"Delete NotReady", Gone}, "Released": {"Delete", Gone}, "Tick": {"Delete NotReady", Gone},
		},
		Temporary: {
			"Agreed": {"OutOfPlace", Temporary}, "Installed": {"OutOfPlace", Temporary}, "NotInstalled": {"OutOfPlace", Temporary},
			"Confirmed": {"Use Extend", Active}, "Abandoned": {"Delete", Gone}, "Heard": {"", Temporary},
			"Quiet": {"OutOfPlace", Temporary}, "Lost": {"Delete Ended", Gone}, "Released": {"Delete", Gone}, "Tick": {"Delete Ended", Gone},
		},
		Active: {
			"Agreed": {"OutOfPlace", Active}, "Installed": {"OutOfPlace", Active}, "NotInstalled": {"OutOfPlace", Active},
			"Confirmed": {"Extend", Active}, "Abandoned": {"OutOfPlace", Active}, "Heard": {"", Active},
			"Quiet": {"OutOfPlace", Active}, "Lost": {"Delete Ended", Gone}, "Released": {"Delete", Gone}, "Tick": {"Delete Ended", Gone},
		},
		Draining: {
			"Agreed": {"OutOfPlace", Draining}, "Installed": {"OutOfPlace", Draining}, "NotInstalled": {"OutOfPlace", Draining},
			"Confirmed": {"OutOfPlace", Draining}, "Abandoned": {"OutOfPlace", Draining}, "Heard": {"", Draining},
			"Quiet": {"OutOfPlace", Draining}, "Lost": {"Delete", Gone}, "Released": {"Delete Delete", Gone}, "Tick": {"Delete", Gone},
		},
	}
	for state := Gone; state <= Draining; state++ {
		for name, ev := range events {
			want, ok := table[state][name]
			if !ok {
				t.Errorf("%v × %s isn't declared", state, name)
				continue
			}
			tab, now := bring(t, state), start
			if name == "Tick" {
				// Past the life of set 2, short of that of set 3.
				now = start.Add(time.Hour + time.Minute)
			}
			if got := describe(tab.Step(now, ev, nil)); got != want.effects || tab.State(2) != want.state {
				t.Errorf("%v × %s: effects %q, state %v; want %q, %v", state, name, got, tab.State(2), want.effects, want.state)
			}
		}
	}
}

func TestAnOldSetLeavesWhenTheNewOneIsHeardAndItIsQuiet(t *testing.T) {
	tab := bring(t, Draining)
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
