package peertest

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// A Journal collects what a peer says (log lines, events) in order of arrival
// and lets several goroutines wait for entries. The zero value is ready.
type Journal[T any] struct {
	mu      sync.Mutex
	entries []entry[T]
	grown   chan struct{} // closed and replaced at each change; nil while nobody waits
	ended   bool
}

type entry[T any] struct {
	value T
	taken bool
}

// Add appends v and wakes the waiters.
func (j *Journal[T]) Add(v T) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry[T]{value: v})
	j.wake()
}

// End tells the waiters that nothing more will come.
func (j *Journal[T]) End() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended = true
	j.wake()
}

func (j *Journal[T]) wake() {
	if j.grown != nil {
		close(j.grown)
		j.grown = nil
	}
}

// Wait returns the first entry that matches and that no earlier Wait has
// returned, and waits for it if it is not there yet. Because entries are taken
// one by one, events may be awaited in another order than they come in. The
// error names what was awaited and shows the last entries.
func (j *Journal[T]) Wait(ctx context.Context, what string, match func(T) bool) (T, error) {
	for {
		v, ok, grown, ended := j.take(match)
		if ok {
			return v, nil
		}
		if ended {
			return v, fmt.Errorf("%s never came, the source ended; last entries:\n%s", what, j.tail(15))
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return v, fmt.Errorf("%s did not come: %w; last entries:\n%s", what, ctx.Err(), j.tail(15))
		}
	}
}

func (j *Journal[T]) take(match func(T) bool) (v T, ok bool, grown <-chan struct{}, ended bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.entries {
		if e := &j.entries[i]; !e.taken && match(e.value) {
			e.taken = true
			return e.value, true, nil, false
		}
	}
	if j.grown == nil {
		j.grown = make(chan struct{})
	}
	return v, false, j.grown, j.ended
}

// Count returns how many entries match, taken or not.
func (j *Journal[T]) Count(match func(T) bool) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := 0
	for _, e := range j.entries {
		if match(e.value) {
			n++
		}
	}
	return n
}

// tail prints the last n entries, one a line.
func (j *Journal[T]) tail(n int) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var b strings.Builder
	for _, e := range j.entries[max(0, len(j.entries)-n):] {
		fmt.Fprintf(&b, "\t%v\n", e.value)
	}
	return b.String()
}
