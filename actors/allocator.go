package actors

import (
	"math/rand/v2"
	"sync"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// allocator is the phone's SPIs and protected ports, shared by its lines.
type allocator struct {
	mu sync.Mutex
	*secagree.Allocator
}

// newAllocator makes the allocator of ports first to last.
func newAllocator(first, last uint16) *allocator {
	return &allocator{Allocator: secagree.NewAllocator(first, last, rand.IntN)}
}

func (a *allocator) Allocate(server uint16) (secagree.End, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.Allocator.Allocate(server)
}

func (a *allocator) Release(e secagree.End, server bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Allocator.Release(e, server)
}
