package config

import (
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// commented is a line that shows a key's default.
var commented = regexp.MustCompile(`(?m)^#([a-z_]+ =)`)

func TestExampleIsRight(t *testing.T) {
	if _, err := Parse("example", []byte(Example)); err != nil {
		t.Error(err)
	}
}

// TestExampleShowsDefaults: to write what the comments show changes nothing.
func TestExampleShowsDefaults(t *testing.T) {
	noHome(t)
	plain, err := Parse("example", []byte(Example))
	if err != nil {
		t.Fatal(err)
	}
	written, err := Parse("example", commented.ReplaceAll([]byte(Example), []byte("$1")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain, written); diff != "" {
		t.Error(diff)
	}
}

// TestExampleHasEveryKey compares the example's keys with the fields, in order.
func TestExampleHasEveryKey(t *testing.T) {
	var want []string
	config := reflect.TypeFor[Config]()
	for i := range config.NumField() {
		table := config.Field(i)
		want = append(want, "["+table.Tag.Get("toml")+"]")
		fields := table.Type
		if fields.Kind() == reflect.Slice {
			fields = fields.Elem()
		}
		for j := range fields.NumField() {
			want = append(want, fields.Field(j).Tag.Get("toml"))
		}
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^(?:\[?(\[[a-z]+\])\]?|#?([a-z_]+) =.*)$`).FindAllStringSubmatch(Example, -1) {
		got = append(got, m[1]+m[2])
	}
	sorted := func(keys []string) []string { return slices.Sorted(slices.Values(keys)) }
	if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
		t.Error(diff)
	}
}
