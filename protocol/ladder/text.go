package ladder

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The margin holds the time; a gap between lifelines is at least minGap
// characters wide.
const (
	timeWidth = 9
	minGap    = 14
)

// Text draws the ladder in at most width columns, as far as its labels allow.
func (c Chart) Text(width int) string {
	parties, arrows := c.layout()
	if len(parties) == 0 {
		return ""
	}
	gap := c.gap(width, parties, arrows)
	var b strings.Builder
	if c.Title != "" {
		b.WriteString(c.Title + "\n\n")
	}
	header := newRow(parties, gap)
	for i := range header.cells {
		header.cells[i] = ' '
	}
	for i, p := range parties {
		header.center(header.x(i), p)
	}
	b.WriteString(strings.Repeat(" ", timeWidth) + header.String() + "\n")
	for _, a := range arrows {
		r := newRow(parties, gap)
		r.arrow(a)
		fmt.Fprintf(&b, "%*.3f  %s\n", timeWidth-2, a.At.Seconds(), r)
	}
	if legend := c.legend(); legend != "" {
		fmt.Fprintf(&b, "\n%*s%s\n", timeWidth, "", legend)
	}
	return b.String()
}

// lines are what arrows are drawn with: request and response, in the clear and
// protected.
var lines = map[bool][2]rune{false: {'─', '╌'}, true: {'═', '╍'}}

// gap is the distance of two lifelines: what the width allows, but at least
// what the longest label between neighbours needs.
func (c Chart) gap(width int, parties []string, arrows []arrow) int {
	need := minGap
	for _, a := range arrows {
		hops := max(a.from-a.to, a.to-a.from, 1)
		need = max(need, (utf8.RuneCountInString(a.title())+6+hops-1)/hops)
	}
	room := minGap
	if n := len(parties); n > 1 {
		room = (width - timeWidth - 16) / (n - 1)
	}
	return max(need, min(room, need+8))
}

// row is one line of the drawing.
type row struct {
	cells []rune
	edge  int // room for the outer names
	gap   int
}

func newRow(parties []string, gap int) *row {
	edge := 1
	for _, p := range parties {
		edge = max(edge, utf8.RuneCountInString(p)/2+1)
	}
	r := &row{edge: edge, gap: gap, cells: []rune(strings.Repeat(" ", 2*edge+gap*(len(parties)-1)+1))}
	for i := range parties {
		r.cells[r.x(i)] = '│'
	}
	return r
}

func (r *row) x(party int) int { return r.edge + party*r.gap }

// center writes s around column x.
func (r *row) center(x int, s string) {
	at := max(x-utf8.RuneCountInString(s)/2, 0)
	for _, c := range s {
		if at < len(r.cells) {
			r.cells[at] = c
		}
		at++
	}
}

func (r *row) arrow(a arrow) {
	from, to := r.x(a.from), r.x(a.to)
	if from == to {
		r.center(from+2+utf8.RuneCountInString(a.title())/2, "↺ "+a.title())
		return
	}
	line := lines[a.Protected][0]
	if a.Response {
		line = lines[a.Protected][1]
	}
	for x := min(from, to) + 1; x < max(from, to); x++ {
		r.cells[x] = line
	}
	if from < to {
		r.cells[to-1] = '▶'
	} else {
		r.cells[to+1] = '◀'
	}
	r.center((from+to)/2, " "+a.title()+" ")
}

// String gives the line without blanks at its end.
func (r *row) String() string { return strings.TrimRight(string(r.cells), " ") }
