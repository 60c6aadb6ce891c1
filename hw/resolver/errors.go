package resolver

import (
	"errors"
	"fmt"
)

// The kinds of failure.
var (
	// ErrName: the text is no domain name.
	ErrName = errors.New("not a domain name")
	// ErrNoServer: none of the servers gave an answer.
	ErrNoServer = errors.New("no DNS server answers")
	// ErrServer: the settings name a server in a form that can't be used.
	ErrServer = errors.New("bad DNS server address")
)

// QueryError tells which question got no answer.
type QueryError struct {
	Kind  Kind
	Name  string
	Cause error // of the last server asked
}

// Error is a sentence that says what to do.
func (e *QueryError) Error() string {
	return fmt.Sprintf("%v for the %s records of %s (%v): check the network connection, or set dns.server", ErrNoServer, e.Kind, e.Name, e.Cause)
}

// Unwrap gives ErrNoServer and the cause.
func (e *QueryError) Unwrap() []error { return []error{ErrNoServer, e.Cause} }
