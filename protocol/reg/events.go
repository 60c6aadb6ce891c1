package reg

import (
	"time"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
)

// Event is what happens to a registration: a command of the line, or news from
// the transport.
type Event interface{ event() }

// Start asks for the registration: at once when idle, or again at once when it
// waits for its next try or stands.
type Start struct{}

// Stop asks for the de-registration (RFC 3261 §10.2.2). It ends in [Stopped],
// whatever the registrar answers.
type Stop struct{}

// FlowReady answers [NeedFlow]: there is a way to the registrar, and these are
// the contact URIs that reach us on it, in order of preference, at least one.
type FlowReady struct{ Contacts []string }

// NoFlow answers [NeedFlow]: no server could be reached. Err says why in words
// for the user.
type NoFlow struct{ Err error }

// FlowLost says that the flow of the registration is gone (a connection
// closed, the link or our address changed): the binding must be moved.
type FlowLost struct{ Err error }

// Response is a response to the REGISTER of that Key.
type Response struct {
	Key uint64
	Msg *sip.Message
}

// Failed says that the REGISTER of that Key got no response: timer F fired or
// the transport failed. Err says so in words for the user, where it went over
// SAs with what their counters tell.
type Failed struct {
	Key uint64
	Err error
}

// Tick says that the time that Next gave has come.
type Tick struct{}

// Authenticated answers [Authenticate]: the keys, or a [*aka.SyncError], or
// [aka.ErrMAC], or why the SIM can't be asked.
type Authenticated struct {
	ID   uint64
	Keys aka.Keys
	Err  error
}

// Protected and Unprotected answer [Protect].
type (
	Protected   struct{ Gen uint32 }
	Unprotected struct {
		Gen uint32
		Err error
	}
)

// SetEnded says that a set of SAs that was in use is gone.
type SetEnded struct {
	Gen uint32
	Err error
}

// Terminated says that the network has ended our binding, as reg-event tells
// (RFC 3680 §5.1, TS 24.229 §5.1.1.7): Rejoin asks for a new registration at
// once, which is obeyed unless that comes again soon after the last time; else it
// is tried again After that time, or where that is 0 after the longest back-off.
type Terminated struct {
	Rejoin bool
	After  time.Duration
	Text   string
}

func (Start) event()         {}
func (Stop) event()          {}
func (FlowReady) event()     {}
func (NoFlow) event()        {}
func (FlowLost) event()      {}
func (Response) event()      {}
func (Failed) event()        {}
func (Tick) event()          {}
func (Authenticated) event() {}
func (Protected) event()     {}
func (Unprotected) event()   {}
func (SetEnded) event()      {}
func (Terminated) event()    {}

// Effect is what the driver is to do, in order.
type Effect interface{ effect() }

// NeedFlow asks the driver for a flow to the registrar or the outbound proxy;
// it answers with [FlowReady] or [NoFlow]. Failover asks for another server
// than the one that failed just now (RFC 3263 §4.3), if there is one.
type NeedFlow struct{ Failover bool }

// Request asks the driver to send a REGISTER in a new client transaction over
// the set of SAs of that Gen, or where it is 0 over the flow of the last
// [FlowReady].
type Request struct {
	Key   uint64
	Draft *sip.Draft
	Gen   uint32
}

// Authenticate asks the SIM; the answer is [Authenticated].
type Authenticate struct {
	ID         uint64
	RAND, AUTN [16]byte
}

// Protect asks for a new set of SAs, all but its addresses; the answer is
// [Protected] or [Unprotected]. Confirm says that the registration over the set
// stands for that long; Abandon that it failed. Release gives up all sets.
type (
	Protect struct {
		Gen uint32
		Set secagree.Set
	}
	Confirm struct {
		Gen          uint32
		Registration time.Duration
	}
	Abandon struct{ Gen uint32 }
	Release struct{}
)

// Notice is something that the user may want to know though it changes
// nothing, such as a resynchronisation.
type Notice struct{ Text string }

// Registered says that the binding stands, after the first 200 and after each
// refresh.
type Registered struct {
	// Expires is how long the registrar keeps the binding.
	Expires time.Duration
	// Refresh is when the binding will be refreshed.
	Refresh time.Time
	// Contacts are the URIs that we registered.
	Contacts []string
	// Associated are the public identities of P-Associated-URI (RFC 7315
	// §4.1); the first is the default identity (TS 24.229 §5.1.1.4.1).
	Associated []string
	// ServiceRoute is the preloaded route of later requests (RFC 3608 §5).
	ServiceRoute []string
	// Path is the path that the registrar recorded (RFC 3327 §5).
	Path []string
	// First tells the first success from a refresh.
	First bool
}

// Refused says that the registration does not stand now, why in a sentence for
// the user, and when it is tried again.
type Refused struct {
	// Status is the final response's, or 0 where none came.
	Status int
	// Text says what happened and what to do.
	Text string
	// Retry is the time of the next try.
	Retry time.Time
	// Bound tells that an earlier binding still stands at the registrar until
	// it expires, so that calls may still come in.
	Bound bool
}

// Stopped says that the registration has ended after [Stop].
type Stopped struct{}

// Unexpected counts an event that the state has no use for.
type Unexpected struct {
	State State
	Event Event
}

func (NeedFlow) effect()     {}
func (Request) effect()      {}
func (Authenticate) effect() {}
func (Protect) effect()      {}
func (Confirm) effect()      {}
func (Abandon) effect()      {}
func (Release) effect()      {}
func (Notice) effect()       {}
func (Registered) effect()   {}
func (Refused) effect()      {}
func (Stopped) effect()      {}
func (Unexpected) effect()   {}
