package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/control"
	"github.com/imsphone/imsphone/cmd/internal/screen"
	"github.com/imsphone/imsphone/cmd/internal/screen/term"
)

type tuiCmd struct{}

// errNoTerminal says what to do without one.
var errNoTerminal = errors.New("this terminal can't place its cursor: use another (TERM isn't to be dumb), " +
	"or the commands status, call, answer, hangup and events")

// Run shows the phone on this terminal until ^C.
func (tuiCmd) Run(c *cli) error {
	if kind := os.Getenv("TERM"); kind == "" || kind == "dumb" || !interactive(os.Stdin) || !interactive(os.Stdout) {
		return errNoTerminal
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Subscribe(); err != nil {
		return err
	}
	model := term.New(remotePhone{c}, term.NewTheme(lipgloss.NewRenderer(os.Stdout)), time.Now)
	program := tea.NewProgram(model, tea.WithAltScreen())
	gone := make(chan error, 1)
	go func() {
		gone <- follow(client, program.Send)
		program.Quit()
	}()
	if _, err := program.Run(); err != nil {
		return fmt.Errorf("the terminal failed: %w", err)
	}
	select {
	case err := <-gone:
		return err
	default:
		return nil // the user has had enough
	}
}

// follow hands on events until the phone is gone.
func follow(client *control.Client, send func(tea.Msg)) error {
	for {
		line, err := client.Next(time.Time{})
		if err != nil {
			return fmt.Errorf("the phone is gone: %w", err)
		}
		var e actors.Event
		if json.Unmarshal(line, &e) == nil {
			send(screen.News{Event: e})
		}
	}
}

// interactive tells whether f is a terminal, as far as its kind goes.
func interactive(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
