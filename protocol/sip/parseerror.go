package sip

import "fmt"

// ParseError tells what is wrong with a received message and how a server
// answers it.
type ParseError struct {
	Status int    // 400, 416 or 505; 0: drop it silently
	Reason string // what is wrong, fit for a reason phrase
	Offset int    // where in the message, in bytes
}

// Error gives the reason and the place.
func (e *ParseError) Error() string {
	return fmt.Sprintf("sip: %s at byte %d", e.Reason, e.Offset)
}
