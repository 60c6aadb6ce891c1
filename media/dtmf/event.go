// Package dtmf carries key presses: in RTP as telephone events (RFC 4733), and
// in the audio as dual tones (ITU-T Q.23) where the far end takes no events.
package dtmf

import (
	"errors"
	"fmt"
	"strings"
)

// Event is an event code of RFC 4733 §3.2: 0–9, * 10, # 11, A–D 12–15, flash
// 16.
type Event uint8

// Flash is the hook flash.
const Flash Event = 16

// digits are the keys in the order of their codes.
const digits = "0123456789*#ABCD!"

// ErrDigit says that a character is no key.
var ErrDigit = errors.New("not a telephone key")

// ParseDigit reads a key: 0-9, *, #, A-D in either case, ! for flash.
func ParseDigit(r rune) (Event, error) {
	if r >= 'a' && r <= 'd' {
		r -= 'a' - 'A'
	}
	if i := strings.IndexRune(digits, r); i >= 0 {
		return Event(i), nil
	}
	return 0, fmt.Errorf("%q: %w (use 0-9, *, #, A-D or ! for flash)", r, ErrDigit)
}

// ParseDigits reads several keys; an error names the first character that is
// none.
func ParseDigits(s string) ([]Event, error) {
	keys := make([]Event, 0, len(s))
	for _, r := range s {
		e, err := ParseDigit(r)
		if err != nil {
			return nil, err
		}
		keys = append(keys, e)
	}
	return keys, nil
}

// String gives the key as ParseDigit reads it.
func (e Event) String() string {
	if e <= Flash {
		return digits[e : e+1]
	}
	return fmt.Sprintf("event %d", uint8(e))
}
