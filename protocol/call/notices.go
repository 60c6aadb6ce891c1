package call

import (
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Notice is what a Call tells the line and the user, in the past tense.
type Notice interface{ callNotice() }

// Changed tells a change of state. With Terminated it has Status and Text, and
// it is the last Changed of the call; Closed follows.
type Changed struct {
	State  State
	Reason Reason
	// Status is the SIP status behind an end, 0 for none.
	Status int
	// Text is one sentence for the user, "" when State says it all.
	Text string
}

// Arrived describes the caller of an incoming call; Changed to RingingIn or
// Waiting follows.
type Arrived struct {
	// Name and URI are the caller's: from P-Asserted-Identity on a trusted
	// flow, else from From. Asserted tells which.
	Name, URI string
	Asserted  bool
	// Private tells that the caller asked for privacy; URI may be anonymous.
	Private bool
}

// Ringing tells that the callee is being alerted (180); without early media
// the phone plays the ringing tone.
type Ringing struct{}

// EarlyMedia tells that the far end may be heard before the answer.
type EarlyMedia struct{}

// OnHold tells that our hold was accepted; the state is Held.
type OnHold struct{}

// OffHold tells that our resume was accepted; the state is Active again.
type OffHold struct{}

// PeerHold tells that the peer has put us on hold, or taken us back.
type PeerHold struct{ Held bool }

// Updated tells that our Modify was accepted.
type Updated struct{}

// Refused tells that Hold, Resume or Modify was not accepted: the streams stay
// as they were.
type Refused struct {
	Status int
	Text   string
}

// Asked is the outcome of an Ask.
type Asked struct{ Asked dialog.Asked }

// Requested hands up a request within the call: INFO, MESSAGE, NOTIFY, REFER.
// It is answered by Reply.
type Requested struct {
	ID  txn.ID
	Msg *sip.Message
}

// Forwarded tells that a 3xx sent the call elsewhere, and where it goes now.
type Forwarded struct{ URI string }

// Closed is the last notice: nothing is owed any more, the call may be
// forgotten.
type Closed struct{}

func (Changed) callNotice()    {}
func (Arrived) callNotice()    {}
func (Ringing) callNotice()    {}
func (EarlyMedia) callNotice() {}
func (OnHold) callNotice()     {}
func (OffHold) callNotice()    {}
func (PeerHold) callNotice()   {}
func (Updated) callNotice()    {}
func (Refused) callNotice()    {}
func (Asked) callNotice()      {}
func (Requested) callNotice()  {}
func (Forwarded) callNotice()  {}
func (Closed) callNotice()     {}
