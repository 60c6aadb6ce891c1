package jitter

import (
	"time"

	"github.com/imsphone/imsphone/media/rtcp"
)

// Push takes a packet that arrived at now.
func (b *Buffer) Push(now time.Time, p Packet) Result {
	b.stats.Received++
	if len(p.Payload) > MaxPayload {
		b.stats.Discarded++
		return TooLong
	}
	arrival := b.ticks(now)
	if !b.synced || p.SSRC != b.ssrc {
		return b.sync(arrival, &p)
	}
	seq, stamp := b.extend(&p)
	if !b.continues(seq, stamp, arrival) {
		return b.doubt(arrival, &p)
	}
	b.suspect.waiting = false
	return b.take(seq, stamp, arrival, &p)
}

// extend gives sequence number and timestamp without their wraps.
func (b *Buffer) extend(p *Packet) (seq, stamp int64) {
	seq = b.highest + int64(int16(p.Sequence-uint16(b.highest)))
	stamp = b.newest + int64(int32(p.Timestamp-uint32(b.newest)))
	return seq, stamp
}

// continues tells whether a packet belongs to the stream: its number is near
// the newest, and its timestamp goes with either its number or, after a pause,
// its arrival.
func (b *Buffer) continues(seq, stamp, arrival int64) bool {
	ahead, longer := seq-b.highest, stamp-b.newest
	if ahead < 0 {
		ahead, longer = -ahead, -longer
	}
	if ahead >= capacity {
		return false
	}
	if longer >= 0 && longer <= ahead*b.longest {
		return true
	}
	behind := b.behind(stamp, arrival)
	return behind >= -b.slack && behind <= b.max+b.slack
}

// behind is how much longer than the base a packet was under way.
func (b *Buffer) behind(stamp, arrival int64) int64 {
	return arrival - stamp - b.origin - int64(b.transits.base)
}

// suspect is a packet that doesn't continue the stream.
type suspect struct {
	waiting   bool
	sequence  uint16
	timestamp uint32
}

// doubt drops a packet that doesn't continue the stream, unless it is the
// second in sequence: then that is the stream now.
func (b *Buffer) doubt(arrival int64, p *Packet) Result {
	was := b.suspect
	b.suspect = suspect{true, p.Sequence, p.Timestamp}
	if was.waiting && p.Sequence == was.sequence+1 && int64(p.Timestamp-was.timestamp) <= b.longest {
		return b.sync(arrival, p)
	}
	b.stats.Discarded++
	return Suspect
}

// sync begins a stream with a packet.
func (b *Buffer) sync(arrival int64, p *Packet) Result {
	result := Accepted
	if b.synced {
		result = Resynced
		b.finish(p)
	}
	b.Reset()
	b.synced, b.ssrc = true, p.SSRC
	b.highest, b.newest = int64(p.Sequence), int64(p.Timestamp)
	b.next = b.highest
	b.origin = arrival - b.newest
	b.transits, b.jitter, b.suspect, b.lateRun = transits{}, rtcp.Interarrival{}, suspect{}, 0
	b.step, b.dry, b.pause, b.burst = b.usual, 0, false, false
	b.hold(b.highest, b.newest, arrival, p)
	return result
}

// finish counts what the stream leaves behind that p ends. Where p only skips
// numbers, those are lost.
func (b *Buffer) finish(p *Packet) {
	b.stats.Resyncs++
	b.drop(b.highest + 1)
	if skipped := int64(int16(p.Sequence-uint16(b.highest))) - 1; p.SSRC == b.ssrc && skipped > 0 && skipped < maxDropout {
		b.lose(skipped)
	}
}

// maxDropout is RFC 3550 A.1's: more numbers skipped are a new run.
const maxDropout = 3000

// take accepts a packet of the stream, unless it was here or is late.
func (b *Buffer) take(seq, stamp, arrival int64, p *Packet) Result {
	switch {
	case b.ring.seen(seq):
		b.stats.Duplicates++
		return Duplicate
	case b.isLate(seq, stamp, p):
		return b.late(seq, stamp, arrival, p)
	case b.begun && !b.anchored && b.behind(stamp, arrival) > b.max:
		// In the pause the path became longer, or the sender's clock stood still.
		return b.sync(arrival, p)
	}
	b.lateRun = 0
	b.hold(seq, stamp, arrival, p)
	return Accepted
}

// isLate tells whether a packet's turn is over. Up to half a frame of delay is
// made good by playing it all the same. Telephone events repeat a timestamp, so
// it doesn't tell their turn.
func (b *Buffer) isLate(seq, stamp int64, p *Packet) bool {
	if b.begun && seq < b.next {
		return true
	}
	return b.anchored && len(p.Payload) > 0 && stamp+b.step/2 < b.play
}

// maxLateRun is how many packets may be late in a row before the buffer gives
// up its idea of time: the network's delay has changed for good.
const maxLateRun = 10

// late drops a packet that came after its turn. Its transit raises the target.
func (b *Buffer) late(seq, stamp, arrival int64, p *Packet) Result {
	if len(p.Payload) > 0 {
		if b.lateRun++; b.lateRun > maxLateRun {
			return b.sync(arrival, p)
		}
		b.measure(stamp, arrival, p)
		b.transits.settle()
	}
	b.stats.Late++
	b.drop(seq + 1)
	if seq > b.highest {
		b.highest, b.newest = seq, stamp
	}
	return Late
}

// hold stores a packet until its turn.
func (b *Buffer) hold(seq, stamp, arrival int64, p *Packet) {
	if seq > b.highest {
		b.highest, b.newest = seq, stamp
	}
	if seq < b.next {
		b.next = seq // nothing of the stream was played yet
	}
	b.drop(b.highest - capacity + 1)
	b.ring.put(seq, stamp, p)
	b.measure(stamp, arrival, p)
}

// measure adds the transit of a packet with audio.
func (b *Buffer) measure(stamp, arrival int64, p *Packet) {
	if len(p.Payload) > 0 {
		b.jitter.Add(p.Timestamp, uint32(arrival))
		b.transits.add(int32(arrival - stamp - b.origin))
	}
}

// drop gives up all numbers before to: those held are discarded, the others
// lost.
func (b *Buffer) drop(to int64) {
	for ; b.next < to; b.next++ {
		s := b.ring.at(b.next)
		if s.state == held && s.seq == b.next {
			s.state = played
			b.burst = false
			if s.size > 0 {
				b.stats.Discarded++
			}
		} else {
			b.lose(1)
		}
	}
}

// lose counts n lost packets that follow what was counted last.
func (b *Buffer) lose(n int64) {
	b.stats.Lost += uint64(n)
	if n > 0 && !b.burst {
		b.burst = true
		b.stats.Bursts++
	}
}
