package main

import (
	"io"
	"strings"
	"unicode"
)

// printable is an output to a terminal, which must not obey what strangers on the
// network say: their control characters print as U+FFFD.
type printable struct{ io.Writer }

// Write takes whole lines or characters, as package fmt writes them.
func (p printable) Write(b []byte) (int, error) {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, string(b))
	if _, err := io.WriteString(p.Writer, clean); err != nil {
		return 0, err
	}
	return len(b), nil
}
