// Package dtmf carries key presses in RTP as telephone events (RFC 4733).
package dtmf

import (
	"errors"
	"fmt"
)

// Event is an event code of RFC 4733 §3.2: 0–9, * 10, # 11, A–D 12–15, flash
// 16.
type Event uint8

// Flash is the hook flash.
const Flash Event = 16

const digits = "0123456789*#ABCD"

// ErrDigit says that a character is no key.
var ErrDigit = errors.New("not a telephone key")

// ParseDigit reads a key: 0-9, *, #, A-D in either case, ! for flash.
func ParseDigit(r rune) (Event, error) {
	if r >= 'a' && r <= 'd' {
		r -= 'a' - 'A'
	}
	for i, d := range digits {
		if d == r {
			return Event(i), nil
		}
	}
	if r == '!' {
		return Flash, nil
	}
	return 0, fmt.Errorf("%q: %w (use 0-9, *, #, A-D)", r, ErrDigit)
}

// String gives the key.
func (e Event) String() string {
	if int(e) < len(digits) {
		return digits[e : e+1]
	}
	if e == Flash {
		return "!"
	}
	return fmt.Sprintf("event %d", uint8(e))
}

// Payload is the payload of one telephone-event packet (RFC 4733 §2.3):
//
//	 0                   1                   2                   3
//	|     event     |E|R| volume    |          duration             |
type Payload struct {
	Event Event
	// End is set in the last packets of an event.
	End bool
	// Volume is the level in −dBm0, 0–63.
	Volume uint8
	// Duration since the event began, in units of the RTP clock.
	Duration uint16
}

// ErrPayload says that a payload is too short.
var ErrPayload = errors.New("telephone-event payload is shorter than 4 bytes")

// ParsePayload reads the first event of a payload.
func ParsePayload(b []byte) (Payload, error) {
	if len(b) < 4 {
		return Payload{}, ErrPayload
	}
	return Payload{Event: Event(b[0]), End: b[1]&0x80 != 0, Volume: b[1] & 0x3f, Duration: uint16(b[2])<<8 | uint16(b[3])}, nil
}

// Append writes the payload to dst.
func (p Payload) Append(dst []byte) []byte {
	second := p.Volume & 0x3f
	if p.End {
		second |= 0x80
	}
	return append(dst, byte(p.Event), second, byte(p.Duration>>8), byte(p.Duration))
}
