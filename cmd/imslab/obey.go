package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/lab"
	"github.com/imsphone/imsphone/protocol/regevent"
)

// commands is what a line of input may be.
const commands = `Commands: misbehave NAME, deregister USER [deactivated|probation|rejected], status.
`

// probation is how long a phone in probation stays away.
const probation = 30 * time.Second

// obey does what the lines of input say.
func obey(server *lab.Server, in io.Reader, out io.Writer) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		text, err := command(server, strings.Fields(lines.Text()))
		if err != nil {
			text = err.Error()
		}
		if text != "" {
			fmt.Fprintln(out, text)
		}
	}
}

func command(server *lab.Server, words []string) (string, error) {
	switch {
	case len(words) == 0:
		return "", nil
	case words[0] == "misbehave" && len(words) == 2:
		var m lab.Misbehaviour
		if err := m.UnmarshalText([]byte(words[1])); err != nil {
			return "", err
		}
		return "from now on: " + m.What(), server.Misbehave(m)
	case words[0] == "deregister" && (len(words) == 2 || len(words) == 3):
		event := regevent.Deactivated
		if len(words) == 3 {
			event = regevent.Event(words[2])
		}
		return words[1] + " is told", deregister(server, words[1], event)
	case words[0] == "status" && len(words) == 1:
		return status(server)
	}
	return strings.TrimSpace(commands), nil
}

// status tells what came past the security associations, and whether there was
// trouble with them.
func status(server *lab.Server) (string, error) {
	requests, packets, err := server.Outside()
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("from outside the security associations came %d requests and %d packets; all were refused", requests, packets)
	if err := server.Failure(); err != nil {
		text += fmt.Sprintf("; the last ones could not be set up: %v", err)
	}
	return text, nil
}

func deregister(server *lab.Server, user string, event regevent.Event) error {
	switch event {
	case regevent.Deactivated, regevent.Rejected:
		return server.Deregister(user, event, 0)
	case regevent.Probation:
		return server.Deregister(user, event, probation)
	}
	return fmt.Errorf("%q: write deactivated, probation or rejected", event)
}
