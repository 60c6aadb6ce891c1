package jitter

import "time"

// Config sets a buffer up.
type Config struct {
	// ClockRate is the RTP timestamp rate in Hz; 0 is 8000.
	ClockRate int
	// Frame is how much audio a packet is expected to hold; 0 is 20 ms.
	// Advance corrects it.
	Frame time.Duration
	// Min and Max bound the target delay; 0 is 20 ms and 200 ms.
	Min, Max time.Duration
}

// MaxPayload is the most bytes that a packet may hold: 200 ms of G.711, the
// longest that RFC 3551 §4.2 asks a receiver to take.
const MaxPayload = 1600

// Packet is one RTP packet's part that matters here.
type Packet struct {
	SSRC        uint32
	Timestamp   uint32
	Sequence    uint16
	PayloadType uint8
	// Payload is copied. It is empty for a packet that holds no audio, as
	// those of telephone events: only its sequence number counts then, so that
	// it isn't missed.
	Payload []byte
}

// Result says what became of a packet.
type Result uint8

const (
	// Accepted is held and will be played.
	Accepted Result = iota
	// Resynced is held, too: the stream began anew with it.
	Resynced
	// Duplicate was here before.
	Duplicate
	// Late came after its turn.
	Late
	// Suspect doesn't continue the stream. Should its successor come next, the
	// stream begins anew with that.
	Suspect
	// TooLong has more than MaxPayload bytes.
	TooLong
)

// Kind says what a Frame is.
type Kind uint8

const (
	// Empty: there is no stream, or it has been silent for long.
	Empty Kind = iota
	// Audio is a packet to decode and to play.
	Audio
	// Skip is a packet to decode and not to play, as the delay is too long:
	// pop again at once, and blend from it into what comes.
	Skip
	// Lost is the place of a packet that didn't come in time: conceal it.
	Lost
	// Stretch is one frame more than was sent, as the delay is too short:
	// conceal it.
	Stretch
	// Silence is the place of a pause in the stream, by timestamps: nothing
	// was lost.
	Silence
)

// Frame is what is to be played next.
type Frame struct {
	Kind Kind
	// PayloadType and Payload are given for Audio and Skip. Payload is the
	// buffer's own and holds until the next call of Push.
	PayloadType uint8
	Payload     []byte
	// Timestamp is the RTP timestamp of the frame's first sample.
	Timestamp uint32
	// Ticks is the length in RTP clock units; for Audio and Skip the expected
	// one.
	Ticks int
}

// Stats counts since New, over all streams.
type Stats struct {
	Received   uint64 // packets pushed
	Played     uint64 // given as Audio
	Lost       uint64 // not there at their turn: lost, or late
	Bursts     uint64 // runs of lost packets
	Late       uint64
	Duplicates uint64
	Discarded  uint64 // suspect, too long, or dropped to catch up
	Skipped    uint64 // frames left out to shorten the delay
	Stretched  uint64 // frames inserted to lengthen it
	Resyncs    uint64
	// Target is the delay that is aimed at, Delay what it is: both beyond the
	// fastest packets' transit.
	Target, Delay time.Duration
	// Jitter is RFC 3550's interarrival jitter.
	Jitter time.Duration
}
