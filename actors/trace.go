package actors

import (
	"sync"
	"time"

	"github.com/imsphone/imsphone/protocol/transport"
)

// Trace remembers the last SIP messages of the phone, in both directions, for
// the call ladder. It is shared by the lines' transports and whoever reads it.
type Trace struct {
	mu      sync.Mutex
	records []TraceRecord
	next    int
	full    bool
}

// TraceRecord is one SIP message on the wire.
type TraceRecord struct {
	Time    time.Time
	Account string
	Flow    transport.Flow
	// Out tells that we sent it.
	Out bool
	Raw string
}

// NewTrace makes a trace that keeps the last n messages.
func NewTrace(n int) *Trace { return &Trace{records: make([]TraceRecord, n)} }

func (t *Trace) add(r TraceRecord) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.records[t.next] = r
	t.next++
	if t.next == len(t.records) {
		t.next, t.full = 0, true
	}
}

// Records gives the messages, oldest first.
func (t *Trace) Records() []TraceRecord {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []TraceRecord
	if t.full {
		list = append(list, t.records[t.next:]...)
	}
	return append(list, t.records[:t.next]...)
}
