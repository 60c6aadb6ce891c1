package lint

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// bad shows what couldn't be read, and why.
func bad(text, why string) string { return text + "  !! " + strings.TrimPrefix(why, "sip: ") }

// pairs shows parameters by name, each behind two blanks.
func pairs(params map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(params)) {
		b.WriteString("  " + name)
		if params[name] != "" {
			b.WriteString("=" + params[name])
		}
	}
	return b.String()
}

// printable shows control and format characters as a middle dot, so that no
// message can play with the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, s)
}
