package jitter

// capacity is how many packets are held at most; a power of two. 64 are 640 ms
// even of packets of 10 ms.
const capacity = 64

type slotState uint8

const (
	vacant slotState = iota
	held
	played
)

// slot holds one packet, or remembers that it was played.
type slot struct {
	state slotState
	kind  uint8 // payload type
	size  int   // of the payload; 0 is a packet without audio
	seq   int64 // extended
	stamp int64 // extended timestamp
}

// ring holds packets by their extended sequence numbers, each payload in its
// own part of one piece of memory.
type ring struct {
	slots   [capacity]slot
	storage []byte
}

func (r *ring) at(seq int64) *slot { return &r.slots[seq&(capacity-1)] }

func (r *ring) put(seq, stamp int64, p *Packet) {
	*r.at(seq) = slot{state: held, kind: p.PayloadType, size: len(p.Payload), seq: seq, stamp: stamp}
	copy(r.bytes(seq), p.Payload)
}

func (r *ring) bytes(seq int64) []byte {
	from := int(seq&(capacity-1)) * MaxPayload
	return r.storage[from : from+MaxPayload : from+MaxPayload]
}

// seen tells whether the packet is held or was played.
func (r *ring) seen(seq int64) bool {
	s := r.at(seq)
	return s.state != vacant && s.seq == seq
}

// first gives the first packet held from number from to number to.
func (r *ring) first(from, to int64) *slot {
	for seq := from; seq <= to; seq++ {
		if s := r.at(seq); s.state == held && s.seq == seq {
			return s
		}
	}
	return nil
}

func (r *ring) clear() { r.slots = [capacity]slot{} }
