package hss

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Entry is one request of Cx that the server has answered, or an RTR that it
// has sent. It holds no secret.
type Entry struct {
	// Peer is the CSCF's Diameter identity.
	Peer string
	// Command is UAR, MAR, SAR, LIR or RTR.
	Command    string
	IMPI, IMPU string
	// SCSCF is the Server-Name of the request.
	SCSCF string
	// Scheme is a MAR's authentication scheme, Resync whether it held AUTS.
	Scheme string
	Resync bool
	// Assignment is a SAR's Server-Assignment-Type.
	Assignment Assignment
	// Result is the Result-Code of the answer, or with Experimental the
	// Experimental-Result-Code. It is 0 for an RTR without answer.
	Result       uint32
	Experimental bool
}

// String gives the entry on one line.
func (e Entry) String() string {
	s := fmt.Sprintf("%s %s %s %s: %d", e.Peer, e.Command, e.IMPI, e.IMPU, e.Result)
	switch {
	case e.Command == "SAR":
		s += fmt.Sprintf(" (assignment %d)", e.Assignment)
	case e.Resync:
		s += " (resynchronisation)"
	}
	return s
}

// journal keeps the entries, and wakes who waits for one.
type journal struct {
	mu      sync.Mutex
	entries []Entry
	waiting []chan struct{}
}

func (s *Server) note(e Entry) {
	s.cfg.Log.Debug().Stringer("entry", e).Msg("hss")
	j := &s.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, e)
	for _, c := range j.waiting {
		close(c)
	}
	j.waiting = nil
}

// Journal gives the requests seen so far, oldest first.
func (s *Server) Journal() []Entry {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return slices.Clone(s.journal.entries)
}

// Await gives the first entry from the from-th on that matches, and waits for
// it. It tells the entry's index, so that a next call can go on behind it.
func (s *Server) Await(ctx context.Context, from int, match func(Entry) bool) (Entry, int, error) {
	for i := from; ; i++ {
		e, err := s.journal.at(ctx, i)
		if err != nil {
			return Entry{}, i, fmt.Errorf("no such request among the %d after the first %d: %w", i-from, from, err)
		}
		if match(e) {
			return e, i, nil
		}
	}
}

// at waits for the entry of an index.
func (j *journal) at(ctx context.Context, i int) (Entry, error) {
	for {
		e, more := j.get(i)
		if more == nil {
			return e, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return Entry{}, ctx.Err()
		}
	}
}

// get gives the entry of an index, or what closes when there is a new one.
func (j *journal) get(i int) (Entry, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if i < len(j.entries) {
		return j.entries[i], nil
	}
	c := make(chan struct{})
	j.waiting = append(j.waiting, c)
	return Entry{}, c
}
