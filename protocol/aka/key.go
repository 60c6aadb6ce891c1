package aka

import "fmt"

// Key is one of the two session keys that an authentication yields: IK for
// integrity, CK for confidentiality (TS 33.102 §6.3). However it is printed, it
// prints as "(secret)".
type Key struct{ b [16]byte }

// NewKey wraps the 128 bits of a session key, as a card hands them out.
func NewKey(b [16]byte) Key { return Key{b} }

// Expose gives the bits. It is for protocol/esp, hw/ipsec and key logs that the
// user has asked for by name; a test of the source tree holds the list.
func (k Key) Expose() [16]byte { return k.b }

// Format prints "(secret)" for every verb.
func (Key) Format(f fmt.State, _ rune) { f.Write([]byte(redacted)) }

// MarshalText keeps the key out of JSON, logs and configuration files.
func (Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

const redacted = "(secret)"
