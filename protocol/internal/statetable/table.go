package statetable

import (
	"slices"
	"strings"
	"testing"
)

// Table is the outcome of each event in each state, as declared.
type Table struct {
	// States and Events are in the order of the text; each state has all
	// events.
	States, Events []string
	outcomes       map[pair]string
}

type pair struct{ state, event string }

// Parse reads a table. A pair that stands there twice or that is missing is a
// failure of t.
func Parse(t testing.TB, text string) *Table {
	t.Helper()
	table := &Table{outcomes: map[pair]string{}}
	state := ""
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			state = strings.Trim(line, "[]")
			table.States = append(table.States, state)
		default:
			table.declare(t, pair{state, fields[0]}, strings.Join(fields[1:], " "))
		}
	}
	for _, s := range table.States {
		for _, e := range table.Events {
			if _, ok := table.outcomes[pair{s, e}]; !ok {
				t.Errorf("%s in state %s is not declared", e, s)
			}
		}
	}
	return table
}

func (t *Table) declare(tb testing.TB, p pair, outcome string) {
	tb.Helper()
	if _, twice := t.outcomes[p]; twice {
		tb.Errorf("%s in state %s is declared twice", p.event, p.state)
	}
	t.outcomes[p] = outcome
	if !slices.Contains(t.Events, p.event) {
		t.Events = append(t.Events, p.event)
	}
}

// Outcome is what the table declares of a pair.
func (t *Table) Outcome(state, event string) string { return t.outcomes[pair{state, event}] }

// Complete fails tb where the source of the package under test, which is in the
// current folder, has a state or a type of event that the table hasn't.
// stateType is the type of the states, whose constants the table names in lower
// case; event is the method that makes a type an event.
func (t *Table) Complete(tb testing.TB, stateType, event string) {
	tb.Helper()
	for _, constant := range Constants(tb, stateType) {
		if !holds(t.States, strings.ToLower(constant)) {
			tb.Errorf("state %s is not in the table", constant)
		}
	}
	for _, typ := range Implementers(tb, event) {
		if !holds(t.Events, typ) {
			tb.Errorf("event %s is not in the table", typ)
		}
	}
}

// holds tells whether name, or name and a slash and more, is in list.
func holds(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return s == name || strings.HasPrefix(s, name+"/") })
}

// Check compares every pair with what outcome makes of it.
func (t *Table) Check(tb *testing.T, outcome func(t *testing.T, state, event string) string) {
	for _, s := range t.States {
		for _, e := range t.Events {
			tb.Run(e+" in "+s, func(tb *testing.T) {
				if got := outcome(tb, s, e); got != t.Outcome(s, e) {
					tb.Errorf("%q, declared is %q", got, t.Outcome(s, e))
				}
			})
		}
	}
}
