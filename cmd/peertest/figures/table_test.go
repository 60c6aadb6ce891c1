//go:build linux

package main

import (
	"slices"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	var b strings.Builder
	table := newTable("ours", "theirs")
	if err := table.print(&b); err != nil || b.Len() > 0 {
		t.Errorf("an empty table is %q, %v", b.String(), err)
	}
	table.add(figure{"x", "s", 0}, 1, 2)
	if err := table.print(&b); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Fields(b.String()), strings.Fields("ours theirs ratio goal x 1.00 s 2.00 s 0.50× –"); !slices.Equal(got, want) {
		t.Errorf("%q", b.String())
	}
}

func TestRow(t *testing.T) {
	for _, c := range []struct {
		goal, phone, baresip float64
		want                 string
	}{
		{1.6, 3, 2, "1.50× ≤ 1.6× met"},
		{1.6, 4, 2, "2.00× ≤ 1.6× missed"},
		{0, 4, 2, "2.00× –"},
		{0, 4, 0, "– –"},
	} {
		row := strings.Join(strings.Fields(figure{"x", "s", c.goal}.row(c.phone, c.baresip)), " ")
		if !strings.HasSuffix(row, " s "+c.want) {
			t.Errorf("goal %v, %v against %v: %q, want … %q", c.goal, c.phone, c.baresip, row, c.want)
		}
	}
}

func TestColumn(t *testing.T) {
	if got := column([][]float64{{1, 2}, {3, 4}}, 1); !slices.Equal(got, []float64{2, 4}) {
		t.Errorf("%v", got)
	}
}

// TestKeys: each measurement has a name of its own.
func TestKeys(t *testing.T) {
	if all := keys(); len(slices.Compact(slices.Sorted(slices.Values(all)))) != len(all) || !slices.Contains(all, "ims-start") {
		t.Errorf("%v", all)
	}
}
