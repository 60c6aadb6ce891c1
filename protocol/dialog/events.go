package dialog

import (
	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Event is what happens to a Dialog: a command of its call, news of a
// transaction, or Tick.
type Event interface{ dialogEvent() }

// Tick says that the time of Next has come. A Tick that comes early does
// nothing.
type Tick struct{}

// InviteResponse hands on a provisional or 2xx response to the INVITE that made
// this dialog (UAC only): every copy of it, retransmitted ones included, for
// each 2xx is answered by an ACK (RFC 3261 §13.2.2.4).
type InviteResponse struct {
	Msg *sip.Message
	// Refuse tells that the call does not want this dialog: a 2xx is
	// acknowledged and followed by BYE (another branch of a fork has won, or
	// the user has hung up).
	Refuse bool
}

// Drop forgets a dialog without a request to the peer: an early one whose
// INVITE got a final response that isn't 2xx, or whose fork was abandoned (RFC
// 3261 §12.3), or one of a dead phone line. An INVITE of the peer's that has no
// final response yet gets 480.
type Drop struct{}

// Ring sends 180 Ringing (UAS, Early). It goes reliably when the peer requires
// or supports 100rel (RFC 3262 §3).
type Ring struct{}

// Progress sends 183 Session Progress with our answer, so that early media can
// flow (UAS, Early).
type Progress struct{}

// Accept sends 200 OK (UAS, Early). When reliable provisional responses with
// SDP are not acknowledged yet it waits for their PRACK (RFC 3262 §3).
type Accept struct{}

// Refuse sends a final response other than 2xx to the INVITE (UAS, Early).
//
// Where our 2xx has gone out already the dialog is ended by BYE instead.
type Refuse struct {
	// Status is 300–699.
	Status int
	// Phrase is the reason phrase, "" for the usual one.
	Phrase string
	// Fields are added to the response (Warning, Contact of a 3xx, …).
	Fields []sip.Field
}

// Bye ends an accepted or confirmed dialog. One whose 2xx is not acknowledged
// yet waits for the ACK, for at most 64·T1 (RFC 3261 §15). In an early dialog
// of a UAC it is a BYE on that dialog alone (§15.1.1).
type Bye struct {
	// Fields are added to the BYE (RFC 3326 Reason).
	Fields []sip.Field
}

// Hold offers the same streams sendonly or inactive (RFC 3264 §8.4). The
// outcome is told as Held or ModifyRefused.
type Hold struct{}

// Resume offers the streams as they were before Hold: Resumed or
// ModifyRefused is told.
type Resume struct{}

// Modify offers other streams or codecs, and refreshes our Contact when it has
// changed; Modified or ModifyRefused is told.
type Modify struct {
	// Local replaces what we offer; nil keeps it.
	Local *sdp.Local
	// Contact replaces Config.Contact; "" keeps it (a move to another network).
	Contact string
	// Quiet asks for no offer: Local is for what is offered and answered later.
	// The same goes for the Modify of a callee that owes its answer yet.
	Quiet bool
}

// Ask sends a request of Method (INFO, OPTIONS, MESSAGE, REFER, NOTIFY) within
// the dialog; its outcome is told as Asked with the same Ref.
type Ask struct {
	Ref         uint64
	Method      string
	Fields      []sip.Field
	ContentType string
	Body        string
}

// Reply answers a request that was told as Requested.
type Reply struct {
	ID     txn.ID
	Status int
	Phrase string
	Fields []sip.Field
}

// Incoming is a new request within the dialog. Its tags and Call-ID have been
// matched by the call (RFC 3261 §12.2.2).
type Incoming struct {
	ID  txn.ID
	Msg *sip.Message
}

// IncomingAck is an ACK for a 2xx of ours.
type IncomingAck struct{ Msg *sip.Message }

// Canceled tells that the peer has cancelled the transaction ID, a re-INVITE
// of this dialog. We answer re-INVITEs at once, so it always comes too late.
type Canceled struct{ ID txn.ID }

// Response is a response to the request that this dialog sent with Key.
type Response struct {
	Key uint64
	Msg *sip.Message
}

// Failed tells that the request with Key got no response: a timeout counts as
// 408, a transport error as 503 (RFC 3261 §8.1.3.1).
type Failed struct {
	Key uint64
	Err error
}

// Unacked tells that a non-2xx final response was never acknowledged.
type Unacked struct{ ID txn.ID }

func (Tick) dialogEvent()           {}
func (InviteResponse) dialogEvent() {}
func (Drop) dialogEvent()           {}
func (Ring) dialogEvent()           {}
func (Progress) dialogEvent()       {}
func (Accept) dialogEvent()         {}
func (Refuse) dialogEvent()         {}
func (Bye) dialogEvent()            {}
func (Hold) dialogEvent()           {}
func (Resume) dialogEvent()         {}
func (Modify) dialogEvent()         {}
func (Ask) dialogEvent()            {}
func (Reply) dialogEvent()          {}
func (Incoming) dialogEvent()       {}
func (IncomingAck) dialogEvent()    {}
func (Canceled) dialogEvent()       {}
func (Response) dialogEvent()       {}
func (Failed) dialogEvent()         {}
func (Unacked) dialogEvent()        {}
