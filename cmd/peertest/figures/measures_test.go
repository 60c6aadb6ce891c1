//go:build linux

package main

import (
	"strings"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 2, 9}, 3}} {
		if got := median(c.values); got != c.want {
			t.Errorf("the median of %v came out as %v, want %v", c.values, got, c.want)
		}
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
		row := strings.Join(strings.Fields(measure{name: "x", unit: "s", goal: c.goal}.row(c.phone, c.baresip)), " ")
		if !strings.HasSuffix(row, " s "+c.want) {
			t.Errorf("goal %v, %v against %v: %q, want … %q", c.goal, c.phone, c.baresip, row, c.want)
		}
	}
}
