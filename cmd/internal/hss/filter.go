package hss

// Filter is an initial filter criterion: which requests go to an application
// server (TS 29.228 Annex B.2.2).
type Filter struct {
	// Priority: the lowest comes first.
	Priority int
	// Server is the application server's SIP URI.
	Server string
	// TerminateOnFailure ends the session if the server can't be reached.
	TerminateOnFailure bool
	// CNF: triggers of a group are or-ed and the groups and-ed; otherwise the
	// other way about. No trigger at all matches every request.
	CNF      bool
	Triggers []Trigger
}

// Trigger is a service point trigger (TS 29.228 Annex B.2.3). One of Method,
// RequestURI, Header and Session is set.
type Trigger struct {
	Group   int
	Negated bool

	Method, RequestURI string
	// Header is a header's name; HeaderContent, a regular expression, may be
	// empty.
	Header, HeaderContent string
	Session               *SessionCase
}

// SessionCase says on whose side of a session the S-CSCF is.
type SessionCase uint8

// The session cases.
const (
	Originating             SessionCase = 0
	TerminatingRegistered   SessionCase = 1
	TerminatingUnregistered SessionCase = 2
)
