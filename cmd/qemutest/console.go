package qemutest

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// Console keeps what a board prints to its serial line, and tells of it.
type Console struct {
	mu    sync.Mutex
	lines []string
	part  []byte
	more  chan struct{} // closed and made anew with each line
	off   bool
}

// NewConsole gives an empty console.
func NewConsole() *Console { return &Console{more: make(chan struct{})} }

// Write takes what the board prints.
func (c *Console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.part = append(c.part, p...)
	for {
		line, rest, ok := bytes.Cut(c.part, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		c.lines = append(c.lines, strings.TrimRight(string(line), "\r"))
		c.part = rest
		close(c.more)
		c.more = make(chan struct{})
	}
}

// power tells whether more lines may come. That none may ends all waiting.
func (c *Console) power(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off = !on
	close(c.more)
	c.more = make(chan struct{})
}

// Mark gives a place to look from: what was printed until now lies before it.
func (c *Console) Mark() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.lines)
}

// Await waits for a line after from that matches, and gives what the expression
// and its groups matched.
func (c *Console) Await(ctx context.Context, from int, pattern string) ([]string, error) {
	re := regexp.MustCompile(pattern)
	for {
		c.mu.Lock()
		fresh, more, off := c.lines[min(from, len(c.lines)):], c.more, c.off
		c.mu.Unlock()
		for _, line := range fresh {
			if m := re.FindStringSubmatch(line); m != nil {
				return m, nil
			}
		}
		from += len(fresh)
		if off {
			return nil, fmt.Errorf("the board went off before it printed %q", pattern)
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, fmt.Errorf("the board didn't print %q: %w", pattern, ctx.Err())
		}
	}
}

// End gives the last lines.
func (c *Console) End(n int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.lines[max(0, len(c.lines)-n):], "\n")
}

// Since gives the lines after a mark.
func (c *Console) Since(mark int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.lines[min(mark, len(c.lines)):], "\n")
}
