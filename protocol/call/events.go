package call

import (
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Event is what happens to a Call: a command of the line, news of a
// transaction, a report of a dialog, or Tick.
type Event interface{ callEvent() }

// Tick says that the time of Next has come. A Tick that comes early does
// nothing.
type Tick struct{}

// Dial starts an outgoing call; it is the first event of one.
type Dial struct {
	// URI is who is called: sip:, sips: or tel:.
	URI string
	// Local is what we offer. With LateOffer the INVITE goes without SDP, and
	// the peer's offer is answered in the ACK (RFC 3261 §13.2.1).
	Local     sdp.Local
	LateOffer bool
	// Private hides our identity: From is anonymous and Privacy: id asks the
	// network to withhold the rest (RFC 3323, RFC 3325 §9.3).
	Private bool
	// Fields are added to the INVITE.
	Fields []sip.Field
}

// Incoming is a request outside the dialog layer's transactions that belongs
// to this call: first the INVITE that makes it, later every request whose
// Call-ID and To tag are those of Route. The call finds the dialog, and answers
// 481 itself when the tags match none (RFC 3261 §12.2.2).
type Incoming struct {
	ID  txn.ID
	Msg *sip.Message
	// Local, for the first INVITE, is what we can answer with.
	Local sdp.Local
	// Busy, for the first INVITE, tells that the user already has a call: this
	// one is Waiting instead of RingingIn. (A line that refuses a second call
	// sends Reject{486} next.)
	Busy bool
	// Trusted tells that the INVITE came over a flow whose
	// P-Asserted-Identity can be believed (RFC 3325 §6).
	Trusted bool
}

// IncomingAck is an ACK for a 2xx of this call.
type IncomingAck struct{ Msg *sip.Message }

// Canceled tells that the peer has cancelled the INVITE transaction ID (RFC
// 3261 §9.2; the transaction layer has answered the CANCEL).
type Canceled struct{ ID txn.ID }

// Response is a response to a request that this call sent with Key.
type Response struct {
	Key uint64
	Msg *sip.Message
}

// Failed tells that the request with Key got no response: txn.ErrTimeout
// counts as 408, any other error as 503 (RFC 3261 §8.1.3.1).
type Failed struct {
	Key uint64
	Err error
}

// Unacked tells that our non-2xx final response was never acknowledged.
type Unacked struct{ ID txn.ID }

// Reported hands on what a dialog told.
type Reported struct {
	Dialog DialogKey
	Notice dialog.Notice
}

// Lost tells that a dialog's actor is gone without a word: the call treats the
// dialog as ended.
type Lost struct{ Dialog DialogKey }

// Ring tells the caller that the user is being alerted: 180.
type Ring struct{}

// Progress opens early media towards the caller: 183 with our answer.
type Progress struct{}

// Answer takes the call: 200.
type Answer struct{}

// Reject refuses the incoming call.
type Reject struct {
	// Status is 300–699: 486 busy here, 480 no answer, 603 declined, 302 with
	// Contact in Fields to deflect.
	Status int
	// Phrase is the reason phrase, "" for the usual one.
	Phrase string
	Fields []sip.Field
}

// Hangup ends the call whatever its state: CANCEL, BYE, or 603 to an incoming
// one.
type Hangup struct {
	// Fields are added to the BYE or CANCEL (RFC 3326 Reason).
	Fields []sip.Field
}

// Hold puts the peer on hold: OnHold or Refused is told.
type Hold struct{}

// Resume takes the peer back: OffHold or Refused is told.
type Resume struct{}

// Modify changes the streams or our Contact in mid-call; see dialog.Modify.
type Modify struct {
	Local   *sdp.Local
	Contact string
	Quiet   bool
}

// Ask sends a request within the call's dialog, such as INFO for DTMF; its
// outcome is told as Asked.
type Ask struct{ Ask dialog.Ask }

// Reply answers a request that was told as Requested.
type Reply struct{ Reply dialog.Reply }

func (Tick) callEvent()        {}
func (Dial) callEvent()        {}
func (Incoming) callEvent()    {}
func (IncomingAck) callEvent() {}
func (Canceled) callEvent()    {}
func (Response) callEvent()    {}
func (Failed) callEvent()      {}
func (Unacked) callEvent()     {}
func (Reported) callEvent()    {}
func (Lost) callEvent()        {}
func (Ring) callEvent()        {}
func (Progress) callEvent()    {}
func (Answer) callEvent()      {}
func (Reject) callEvent()      {}
func (Hangup) callEvent()      {}
func (Hold) callEvent()        {}
func (Resume) callEvent()      {}
func (Modify) callEvent()      {}
func (Ask) callEvent()         {}
func (Reply) callEvent()       {}
