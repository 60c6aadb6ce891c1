package resolver

import (
	"sync"
	"time"
)

// The longest time that an answer is remembered, whatever its TTL.
const (
	maxTTL         = 24 * time.Hour
	maxNegativeTTL = time.Hour
)

// question is what an answer is remembered under.
type question struct {
	kind Kind
	name string // canonical
}

// cache remembers a bounded number of answers until they expire. Time is a
// parameter.
type cache struct {
	size int

	mu      sync.Mutex
	entries map[question]entry
}

type entry struct {
	answer  Answer
	expires time.Time
}

func newCache(size int) *cache {
	return &cache{size: size, entries: make(map[question]entry)}
}

// get gives the answer to q with the TTL that it has left.
func (c *cache) get(now time.Time, q question) (Answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[q]
	if !ok {
		return Answer{}, false
	}
	e.answer.TTL = e.expires.Sub(now)
	if e.answer.TTL <= 0 {
		delete(c.entries, q)
		return Answer{}, false
	}
	return e.answer, true
}

// put remembers a for its TTL. A full cache forgets what expires first.
func (c *cache) put(now time.Time, q question, a Answer) {
	if a.TTL <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[q]; !ok && len(c.entries) >= c.size {
		c.forget()
	}
	c.entries[q] = entry{a, now.Add(a.TTL)}
}

// forget drops the entry that expires first.
func (c *cache) forget() {
	var first question
	var at time.Time
	for q, e := range c.entries {
		if at.IsZero() || e.expires.Before(at) {
			first, at = q, e.expires
		}
	}
	delete(c.entries, first)
}

// clear forgets everything.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
}
