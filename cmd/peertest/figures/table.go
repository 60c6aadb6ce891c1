//go:build linux

package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// A figure is one number of a phone; less is better.
type figure struct {
	name, unit string
	goal       float64 // the highest ratio to the other side that is good enough; 0 is none
}

// A table has two sides.
type table struct {
	head string
	rows []string
}

func newTable(left, right string) *table {
	return &table{head: fmt.Sprintf("\t%s\t%s\tratio\tgoal\t\t", left, right)}
}

func (t *table) add(f figure, left, right float64) { t.rows = append(t.rows, f.row(left, right)) }

// print writes the table, or nothing if it has no rows.
func (t *table) print(w io.Writer) error {
	if len(t.rows) == 0 {
		return nil
	}
	tabs := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tabs, t.head)
	for _, row := range t.rows {
		fmt.Fprintln(tabs, row)
	}
	return tabs.Flush()
}

// row prints the two medians, what they are to each other, and whether that is
// good enough.
func (f figure) row(left, right float64) string {
	ratio, goal, verdict := "–", "–", ""
	if right > 0 {
		ratio = fmt.Sprintf("%.2f×", left/right)
	}
	if f.goal > 0 {
		goal, verdict = fmt.Sprintf("≤ %.1f×", f.goal), "met"
		if left > f.goal*right {
			verdict = "missed"
		}
	}
	return fmt.Sprintf("%s\t%.2f %s\t%.2f %s\t%s\t%s\t%s\t", f.name, left, f.unit, right, f.unit, ratio, goal, verdict)
}
