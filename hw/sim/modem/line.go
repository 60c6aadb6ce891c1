package modem

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/hw/sim/internal/deadline"
)

// Port is the way to a modem: a serial device, or a pipe in tests.
type Port interface {
	io.ReadWriteCloser
	SetDeadline(time.Time) error
}

// patience is how long a modem may take for a command: a card can take seconds
// for AUTHENTICATE.
const patience = 15 * time.Second

// maxAnswer is more bytes than come before a final result, unsolicited lines
// included.
const maxAnswer = 64 << 10

// line carries AT commands, one at a time.
type line struct {
	mu     sync.Mutex
	port   Port
	rest   []byte // read behind the last line
	broken bool
}

// run sends a command and gives the lines that came before OK. name is the
// command without what may be secret. Any error but a refusal leaves the line
// of no use, since a late answer would be taken for that of the next command.
func (l *line) run(ctx context.Context, name, command string) ([]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		return nil, fmt.Errorf("%s: %w", name, apdu.ErrClosed)
	}
	lines, err := l.try(ctx, patience, name, command)
	var refused *CommandError
	if err != nil && !errors.As(err, &refused) {
		l.broken = true
	}
	return lines, err
}

// try is run with a patience of its own and no lock.
func (l *line) try(ctx context.Context, patience time.Duration, name, command string) (lines []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	release, err := deadline.Within(ctx, l.port)
	if err == nil {
		defer release()
		_, err = l.port.Write([]byte(command + "\r"))
	}
	if err == nil {
		lines, err = l.answer(name, command)
	}
	var refused *CommandError
	switch {
	case err == nil || errors.As(err, &refused):
		return lines, err
	case errors.Is(err, os.ErrDeadlineExceeded) && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("%s: %w (%w)", name, apdu.ErrSilent, ctx.Err())
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, fmt.Errorf("%s: %w", name, ctx.Err())
	}
	return nil, fmt.Errorf("%s: the modem went away: check its cable and power (%w)", name, err)
}

// answer reads up to the final result.
func (l *line) answer(name, command string) ([]string, error) {
	var lines []string
	for size := 0; size < maxAnswer; {
		text, err := l.next()
		if err != nil {
			return nil, err
		}
		size += len(text) + 1
		if text == "" || text == command { // an echo, where ATE0 isn't in force yet
			continue
		}
		if err, final := finalResult(name, text); final {
			return lines, err
		}
		lines = append(lines, text)
	}
	return nil, fmt.Errorf("more than %d bytes and no result: this may be no modem's port", maxAnswer)
}

// next reads a line; CR, LF and both end one.
func (l *line) next() (string, error) {
	for seen := 0; ; {
		if i := bytes.IndexAny(l.rest[seen:], "\r\n"); i >= 0 {
			i += seen
			text := strings.TrimSpace(string(l.rest[:i]))
			l.rest = l.rest[i+1:]
			return text, nil
		}
		if len(l.rest) > maxAnswer {
			return "", fmt.Errorf("a line of more than %d bytes: this may be no modem's port", maxAnswer)
		}
		seen = len(l.rest)
		chunk := make([]byte, 512)
		n, err := l.port.Read(chunk)
		l.rest = append(l.rest, chunk[:n]...)
		if err != nil && n == 0 {
			return "", err
		}
	}
}

// drain reads away what still comes, until there is silence for a moment.
func (l *line) drain(moment time.Duration) error {
	defer func() { l.rest = nil }()
	chunk := make([]byte, 512)
	for range maxAnswer / len(chunk) {
		if err := l.port.SetDeadline(time.Now().Add(moment)); err != nil {
			return err
		}
		_, err := l.port.Read(chunk)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return errors.New("no silence on the modem's line: this may be no modem's port for commands")
}

func (l *line) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = true
	return l.port.Close()
}
