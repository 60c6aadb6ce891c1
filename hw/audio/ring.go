package audio

import (
	"math/bits"
	"sync/atomic"
)

// ring is a queue of samples between one goroutine that pushes and one that
// pops, without locks: neither ever waits for the other, so that one of them
// may be a sound card's callback.
//
// put and got count samples since the beginning and wrap around; only the
// pushing side writes put, only the popping side writes got. The size is a
// power of two, so that they index buf also across the wrap.
type ring struct {
	buf      []int16
	put, got atomic.Uint32
}

// newRing makes a ring that holds at least size samples, below 2³¹.
func newRing(size int) *ring {
	return &ring{buf: make([]int16, 1<<bits.Len(uint(max(size, 1)-1)))}
}

// size is the number of samples that fit.
func (r *ring) size() int { return len(r.buf) }

// len is the number of samples queued. On the pushing side it may only shrink
// meanwhile, on the popping side only grow.
func (r *ring) len() int { return int(r.put.Load() - r.got.Load()) }

// push queues as many samples as fit and tells how many.
func (r *ring) push(pcm []int16) int {
	put := r.put.Load()
	n := min(len(pcm), r.size()-int(put-r.got.Load()))
	first := copy(r.buf[r.index(put):], pcm[:n])
	copy(r.buf, pcm[first:n])
	r.put.Store(put + uint32(n)) // publishes the samples
	return n
}

// pop takes as many samples as there are into pcm and tells how many.
func (r *ring) pop(pcm []int16) int {
	got := r.got.Load()
	n := min(len(pcm), int(r.put.Load()-got))
	first := copy(pcm[:n], r.buf[r.index(got):])
	copy(pcm[first:n], r.buf)
	r.got.Store(got + uint32(n)) // gives the room back
	return n
}

// drop takes n samples, or all that there are, without looking at them.
func (r *ring) drop(n int) {
	got := r.got.Load()
	r.got.Store(got + uint32(min(n, int(r.put.Load()-got))))
}

func (r *ring) index(count uint32) int { return int(count & uint32(len(r.buf)-1)) }
