package esp

// windowSize is how far behind the highest sequence number a packet may come
// (RFC 4303 §3.4.3).
const windowSize = 64

// window is the anti-replay window of one SA.
type window struct {
	top  uint32 // highest sequence number accepted, 0 before the first
	seen uint64 // bit i: top-i was accepted
}

// fresh tells whether seq could be a packet's that was not accepted yet.
func (w *window) fresh(seq uint32) bool {
	if seq > w.top {
		return true
	}
	behind := w.top - seq
	return seq != 0 && behind < windowSize && w.seen>>behind&1 == 0
}

// accept notes a fresh sequence number, once its packet proved authentic.
func (w *window) accept(seq uint32) {
	if seq > w.top {
		w.seen = w.seen<<(seq-w.top) | 1 // a jump past the window shifts all out
		w.top = seq
		return
	}
	w.seen |= 1 << (w.top - seq)
}
