package sdp

import (
	"fmt"
	"strconv"
)

// ParseError tells why a description is refused.
type ParseError struct {
	// Line counts from 1; 0 when no single line is to blame.
	Line int
	// Reason is a phrase such as "port 70000 is above 65535".
	Reason string
}

// Error names the line and the reason.
func (e *ParseError) Error() string {
	if e.Line == 0 {
		return "sdp: " + e.Reason
	}
	return "sdp: line " + strconv.Itoa(e.Line) + ": " + e.Reason
}

func refuse(line int, format string, args ...any) error {
	return &ParseError{Line: line, Reason: fmt.Sprintf(format, args...)}
}

// short cuts a value from the network to what fits into an error.
func short(s string) string {
	const most = 40
	if len(s) > most {
		return strconv.QuoteToASCII(s[:most]) + "…"
	}
	return strconv.QuoteToASCII(s)
}
