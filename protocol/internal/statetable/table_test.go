package statetable

import (
	"os"
	"slices"
	"testing"
)

// lights is a table of two states.
const lights = `
# colours
[red]
Press    green  Ring
Tick     =

[green]
Press    !
Tick     red
`

// reports is a testing.TB that takes failures for itself.
type reports struct {
	testing.TB
	n int
}

func (r *reports) Helper()               {}
func (r *reports) Errorf(string, ...any) { r.n++ }

func TestParse(t *testing.T) {
	table := Parse(t, lights)
	if !slices.Equal(table.States, []string{"red", "green"}) || !slices.Equal(table.Events, []string{"Press", "Tick"}) {
		t.Errorf("%q × %q", table.States, table.Events)
	}
	if got := table.Outcome("red", "Press"); got != "green Ring" {
		t.Errorf("outcome %q", got)
	}
}

func TestGapsAreFailures(t *testing.T) {
	for text, want := range map[string]int{
		"[a]\nX =\n[b]\nX =\nY !\n": 1, // Y in a
		"[a]\nX =\nX !\n":           1,
		"[a]\nX =\n":                0,
	} {
		r := &reports{}
		if Parse(r, text); r.n != want {
			t.Errorf("%q: %d failures, want %d", text, r.n, want)
		}
	}
}

// machine is the source of the lights, with a state and an event more than their
// table has.
const machine = `package lights

type State uint8

const (
	Red State = iota
	Green
	Yellow
)

const other = 1

type Press struct{}
type Tick struct{}
type Break struct{}

func (Press) event() {}
func (Tick) event()  {}
func (Break) event() {}
`

func TestComplete(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("lights.go", []byte(machine), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Constants(t, "State"); !slices.Equal(got, []string{"Green", "Red", "Yellow"}) {
		t.Errorf("states %q", got)
	}
	if got := Implementers(t, "event"); !slices.Equal(got, []string{"Break", "Press", "Tick"}) {
		t.Errorf("events %q", got)
	}
	r := &reports{}
	if Parse(t, lights).Complete(r, "State", "event"); r.n != 2 {
		t.Errorf("%d failures, want those of Yellow and Break", r.n)
	}
	r = &reports{}
	if Parse(t, lights).Complete(r, "Status", "input"); r.n != 2 {
		t.Errorf("%d failures where the source has neither states nor events", r.n)
	}
}
