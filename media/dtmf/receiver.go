package dtmf

// Receiver finds the keys in a stream's telephone-event packets, each once,
// whichever of its packets are lost, doubled or late (RFC 4733 §2.5.2). A key
// is told twice over: by Receive when it goes down, and by Released, with its
// duration, when it has gone up. The zero value is ready.
type Receiver struct {
	seen    bool
	key     Key    // the newest event
	segment uint32 // timestamp of its newest segment
	heard   uint16 // of that segment
	ended   bool   // an end packet has come
	told    bool   // Released has given it, or never will

	former    Key // the event before, where it is yet to be told
	hasFormer bool
}

// Key is a key that was pressed and released.
type Key struct {
	Event Event
	// Stamp is the RTP timestamp of its beginning.
	Stamp uint32
	// Duration in units of the RTP clock, as far as it was heard.
	Duration uint32
}

const (
	// A packet that belongs this little before the newest event is late; one
	// further back is of a sender that has begun anew. 8 s at 16 kHz.
	lateness = 1 << 17
	// A key whose end packets are all lost counts as released when the stream
	// is this far beyond its last packet: 240 ms at 8 kHz, 120 ms at 16 kHz.
	patience = 1920
)

// Receive takes one packet: its payload and RTP timestamp. It gives the key
// with the first packet of it that arrives, whichever that is. Events that are
// no key, as fax tones, are passed over.
func (r *Receiver) Receive(p Payload, stamp uint32) (Event, bool) {
	if r.seen {
		ahead := int32(stamp - r.segment)
		switch {
		case ahead == 0:
			r.extend(p)
			return 0, false
		case ahead < 0 && ahead > -lateness:
			return 0, false
		case p.Event == r.key.Event && r.goesOn(ahead):
			r.segment, r.heard = stamp, 0
			r.extend(p)
			return 0, false
		}
		r.former, r.hasFormer = r.key, !r.told
	}
	isKey := p.Event <= Flash
	r.seen, r.told, r.ended = true, !isKey, false
	r.key, r.segment, r.heard = Key{Event: p.Event, Stamp: stamp}, stamp, 0
	r.extend(p)
	return p.Event, isKey
}

// goesOn tells whether a packet so far after the segment's beginning is of the
// event's next segment: segments touch, and are long (§2.5.1.3).
func (r *Receiver) goesOn(ahead int32) bool {
	return !r.ended && (ahead == maxSegment || r.heard > maxSegment/2 && ahead == int32(r.heard))
}

func (r *Receiver) extend(p Payload) {
	if p.Event != r.key.Event {
		return
	}
	r.heard = max(r.heard, p.Duration)
	r.key.Duration = r.segment - r.key.Stamp + uint32(r.heard)
	r.ended = r.ended || p.End
}

// Released gives each key once after it has gone up; call it until it gives
// none, after Receive and once in a while. now is the RTP timestamp that the
// stream has reached: a key without an end packet has gone up when another
// event comes, or when none of its packets has come for a while.
func (r *Receiver) Released(now uint32) (Key, bool) {
	if r.hasFormer {
		r.hasFormer = false
		return r.former, true
	}
	if !r.seen || r.told {
		return Key{}, false
	}
	if silence := int32(now - r.key.Stamp - r.key.Duration); !r.ended && silence < patience {
		return Key{}, false
	}
	r.told = true
	return r.key, true
}

// Reset forgets the past, as when another source (SSRC) takes the stream over.
func (r *Receiver) Reset() { *r = Receiver{} }
