package dtmf

// Receiver finds the keys in a stream's telephone-event packets, each once,
// whichever of its packets are lost (RFC 4733 §2.5.2).
type Receiver struct {
	seen  bool
	stamp uint32
}

// Receive takes one packet. A key is told at its first packet that arrives;
// all packets of one event share its timestamp. Packets of an older event that
// come late are no new key.
func (r *Receiver) Receive(p Payload, stamp uint32) (Event, bool) {
	if r.seen && int32(stamp-r.stamp) <= 0 {
		return 0, false
	}
	r.seen, r.stamp = true, stamp
	return p.Event, p.Event <= Flash
}

// Reset forgets the past, as when the sender's timestamps start anew.
func (r *Receiver) Reset() { r.seen = false }
