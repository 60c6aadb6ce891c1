// Command scribe writes a number into a store of the phone's kind, one more each
// time, until the power goes. It prints each number once the store has said that
// it will survive a power cut; and first the number that it finds.
//
//	scribe DIR
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/imsphone/imsphone/hw/store"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "scribe: %v\n", err)
		os.Exit(1)
	}
}

// page is what is stored: larger than a block, so that a half of it can be new.
type page struct {
	Number int
	Text   string
}

func run(dir string) error {
	s, err := store.Open(dir)
	if err != nil {
		return err
	}
	defer s.Close()
	var p page
	if err := s.Load("page", &p); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if p.Text != text(p.Number) {
		return fmt.Errorf("number %d has the text of another one", p.Number)
	}
	for fmt.Println(p.Number); ; fmt.Println(p.Number) {
		p.Number++
		p.Text = text(p.Number)
		if err := s.Save("page", p); err != nil {
			return err
		}
	}
}

// text is 10 kB that belong to a number; none to 0.
func text(n int) string {
	if n == 0 {
		return ""
	}
	b := make([]byte, 10_000)
	for i := range b {
		b[i] = "0123456789abcdef"[(n*31+i*7)%16]
	}
	return string(b)
}
