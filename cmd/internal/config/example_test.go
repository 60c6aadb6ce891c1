package config

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
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
	sip, _, _ := strings.Cut(Example, "#[account.ims]")
	plain, err := Parse("example", []byte(sip))
	if err != nil {
		t.Fatal(err)
	}
	written, err := Parse("example", commented.ReplaceAll([]byte(sip), []byte("$1")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain, written); diff != "" {
		t.Error(diff)
	}
}

// TestExampleShowsDefaultsOfIMS does the same for an account of an IMS core,
// whose SIM has to be told of.
func TestExampleShowsDefaultsOfIMS(t *testing.T) {
	noHome(t)
	const soft = "[[account]]\n[account.ims]\nsecret_file = \"/etc/imsphone/sim.key\"\nimsi = \"001010000000001\"\nalgorithms = [\"hmac-sha-1-96/aes-cbc\"]\n"
	plain, err := Parse("example", []byte(soft))
	if err != nil {
		t.Fatal(err)
	}
	_, ims, _ := strings.Cut(Example, "#[account.ims]")
	written, err := Parse("example", []byte("[[account]]\n[account.ims]\n"+commented.ReplaceAllString(ims, "$1")))
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
			if f := fields.Field(j); f.Tag.Get("toml") != "-" {
				want = append(want, keysOf(f)...)
			}
		}
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^(?:#?\[?(\[[a-z.]+\])\]?|#?([a-z_]+) =.*)$`).FindAllStringSubmatch(Example, -1) {
		got = append(got, m[1]+m[2])
	}
	sorted := func(keys []string) []string { return slices.Sorted(slices.Values(keys)) }
	if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
		t.Error(diff)
	}
}

// keysOf gives a field's key, or those of the table that it is within an
// account.
func keysOf(f reflect.StructField) []string {
	if f.Type.Kind() != reflect.Pointer {
		return []string{f.Tag.Get("toml")}
	}
	keys := []string{"[account." + f.Tag.Get("toml") + "]"}
	for i := range f.Type.Elem().NumField() {
		keys = append(keys, f.Type.Elem().Field(i).Tag.Get("toml"))
	}
	return keys
}
