package main

import (
	"fmt"
	"io"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/hw/input"
)

// board is the profile that the configuration leads to; without one that is
// right it is what the device tree says.
func (c *cli) board() board.Profile {
	cfg, err := config.Read(config.Path(c.Config))
	if err != nil {
		return board.Here()
	}
	return cfg.Board.Profile
}

// printBoard tells which board it is and what its profile sets.
func printBoard(w io.Writer, p board.Profile) {
	fmt.Fprintf(w, "board %s: %s\n", p.Name, p.Description)
	for _, line := range p.Settings() {
		fmt.Fprintf(w, "      %s\n", line)
	}
}

// printInputs lists keys and touch screens, with the reason where one can't be
// heard.
func printInputs(w io.Writer) error {
	set, err := input.Open(input.Config{})
	if err != nil {
		return err
	}
	defer set.Close()
	for _, d := range set.Devices() {
		switch {
		case d.Err != nil:
			fmt.Fprintf(w, "%-24s %v\n", d.Node, d.Err)
		case d.Class != input.Unused:
			fmt.Fprintf(w, "%-24s %s: %s\n", d.Node, d.Class, d.Name)
		}
	}
	return nil
}
