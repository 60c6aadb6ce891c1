package peertest

import (
	"encoding/json"
	"fmt"
)

// An Event is one JSON object that a phone's control interface has sent.
type Event map[string]any

// String returns the event as JSON, for messages.
func (e Event) String() string {
	text, err := json.Marshal(map[string]any(e))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Text returns a member of the object, printed; "" when it is absent.
func (e Event) Text(member string) string {
	v, ok := e[member]
	if !ok || v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// is returns a match for events whose members have these values, given as
// name, value, name, value …
func is(members ...string) func(Event) bool {
	return func(e Event) bool {
		for i := 0; i < len(members); i += 2 {
			if e.Text(members[i]) != members[i+1] {
				return false
			}
		}
		return true
	}
}
