package dtmf

import (
	"encoding/binary"
	"errors"
)

// Payload is the payload of one telephone-event packet (RFC 4733 §2.3):
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|     event     |E|R| volume    |          duration             |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Payload struct {
	Event Event
	// End is set in the last packets of an event.
	End bool
	// Volume is the level without its sign: 0 to 63 for 0 to −63 dBm0.
	Volume uint8
	// Duration since the packet's timestamp, in units of the RTP clock.
	Duration uint16
}

// ErrPayload says that a payload is too short.
var ErrPayload = errors.New("telephone-event payload is shorter than 4 bytes")

const (
	endBit     = 0x80
	volumeMask = 0x3f
)

// ParsePayload reads the first event of a payload, or gives ErrPayload. The
// reserved bit is ignored, as §2.3.3 asks; so is what follows, which can only
// be another event after the end of this one (§2.5.1.5), sent by nobody.
func ParsePayload(b []byte) (Payload, error) {
	if len(b) < 4 {
		return Payload{}, ErrPayload
	}
	return Payload{Event: Event(b[0]), End: b[1]&endBit != 0, Volume: b[1] & volumeMask, Duration: binary.BigEndian.Uint16(b[2:])}, nil
}

// Append writes the payload's 4 bytes to dst. A volume of more than 63 is 63.
func (p Payload) Append(dst []byte) []byte {
	second := min(p.Volume, volumeMask)
	if p.End {
		second |= endBit
	}
	return binary.BigEndian.AppendUint16(append(dst, byte(p.Event), second), p.Duration)
}
