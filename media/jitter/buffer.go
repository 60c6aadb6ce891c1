package jitter

import (
	"time"

	"github.com/imsphone/imsphone/media/rtcp"
)

// Buffer is the jitter buffer of one stream. It is not safe for concurrent use.
// After New it allocates nothing.
type Buffer struct {
	rate     int64 // clock units a second
	min, max int64 // bounds of the target, clock units
	slack    int64 // how far beyond them a transit is still plausible
	usual    int64 // length of a packet by Config
	shortest int64 // of a packet that others are expected to be like
	longest  int64 // of a packet

	epoch time.Time // where ticks begin
	ring  ring
	stats Stats

	// The stream.
	synced   bool
	ssrc     uint32
	highest  int64 // extended sequence number of the newest packet
	newest   int64 // its extended timestamp
	origin   int64 // transits count from here
	transits transits
	jitter   rtcp.Interarrival
	suspect  suspect
	lateRun  int // late packets in a row

	// The playout.
	begun    bool  // something of the stream was played
	anchored bool  // play is valid
	next     int64 // extended sequence number of the next packet to play
	play     int64 // extended timestamp of the next sample to play
	head     int64 // timestamp of the packet that was popped last
	step     int64 // length of a packet, clock units
	dry      int   // frames in a row with nothing held
	pause    bool  // what was played last ended with a telephone event
	burst    bool  // the number before next was lost
	watch    watch
}

// New makes a buffer.
func New(c Config) *Buffer {
	b := &Buffer{}
	b.ring.storage = make([]byte, capacity*MaxPayload)
	b.Configure(c)
	return b
}

// Configure sets the buffer up for another stream, as after a change of the
// clock rate. The counters go on.
func (b *Buffer) Configure(c Config) {
	b.Reset()
	if c.ClockRate <= 0 {
		c.ClockRate = 8000
	}
	if c.Frame <= 0 {
		c.Frame = 20 * time.Millisecond
	}
	if c.Min <= 0 {
		c.Min = 20 * time.Millisecond
	}
	if c.Max <= 0 {
		c.Max = 200 * time.Millisecond
	}
	b.rate = int64(c.ClockRate)
	b.min, b.usual = b.units(c.Min), b.units(c.Frame)
	b.step = b.usual
	b.max = max(b.units(c.Max), b.min)
	b.slack, b.shortest, b.longest = b.rate/2, b.rate/400, b.rate/5
}

// Reset forgets the stream, as when its source or codec changes by agreement.
// The counters go on.
func (b *Buffer) Reset() {
	b.synced, b.anchored, b.begun = false, false, false
	b.ring.clear()
}

// Advance tells how long the packet was that Pop gave last, where it is not
// Config.Frame: ticks are RTP clock units.
func (b *Buffer) Advance(ticks int) {
	length := int64(ticks)
	if length <= 0 || length > b.longest {
		return
	}
	b.play = b.head + length
	// A few samples are no measure for what comes: they would make every
	// tolerance nothing.
	if length >= b.shortest {
		b.step = length
	}
}

// Stats gives the counters as they stand at now.
func (b *Buffer) Stats(now time.Time) Stats {
	s := b.stats
	s.Target = b.duration(b.target())
	if b.anchored {
		s.Delay = b.duration(b.delay(b.ticks(now)))
	}
	s.Jitter = b.duration(int64(b.jitter.Jitter()))
	return s
}

// ticks gives now in clock units. Seconds and the rest go apart, so that no
// product overflows.
func (b *Buffer) ticks(now time.Time) int64 {
	if b.epoch.IsZero() {
		b.epoch = now
	}
	return b.units(now.Sub(b.epoch))
}

func (b *Buffer) units(d time.Duration) int64 {
	return int64(d/time.Second)*b.rate + int64(d%time.Second)*b.rate/int64(time.Second)
}

func (b *Buffer) duration(units int64) time.Duration {
	return time.Duration(units/b.rate)*time.Second + time.Duration(units%b.rate*int64(time.Second)/b.rate)
}
