package dialog

import (
	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Notice is what a Dialog tells its call, in the past tense.
type Notice interface{ dialogNotice() }

// Agreed tells that an offer/answer exchange has ended: the streams run as
// Agreement says. In an early dialog it is about early media.
type Agreed struct{ Agreement *sdp.Agreement }

// Confirmed tells that the dialog is up both ways: the 2xx was acknowledged.
type Confirmed struct{}

// Accepted tells that the 2xx went out (UAS); the ACK is still to come.
type Accepted struct{}

// Held tells that our hold was accepted.
type Held struct{}

// Resumed tells that our resume was accepted.
type Resumed struct{}

// Modified tells that the offer of a Modify was accepted.
type Modified struct{}

// ModifyRefused tells that an offer of ours (Hold, Resume, Modify) was not
// accepted: the streams stay as they were (RFC 3261 §14.1).
type ModifyRefused struct {
	Status int
	Text   string
}

// Asked is the outcome of an Ask: the final response, or the 408 or 503 that
// stands for none (Msg is nil then).
type Asked struct {
	Ref    uint64
	Status int
	Msg    *sip.Message
}

// Requested hands up a request that the dialog can't answer itself (INFO,
// MESSAGE, REFER, NOTIFY). The call answers by Reply; without one within
// 32·T1 the dialog answers 480 itself, so that no transaction hangs.
type Requested struct {
	ID  txn.ID
	Msg *sip.Message
}

// Ended tells that the dialog carries no session any more. Messages may still
// be owed: the end of it all is Closed.
type Ended struct {
	Cause Cause
	// Status is the SIP status that ended it, 0 for none.
	Status int
	// Text is one sentence for the user.
	Text string
}

// Closed is the last notice: no timer runs, no transaction is open, the dialog
// may be forgotten.
type Closed struct{}

func (Agreed) dialogNotice()        {}
func (Confirmed) dialogNotice()     {}
func (Accepted) dialogNotice()      {}
func (Held) dialogNotice()          {}
func (Resumed) dialogNotice()       {}
func (Modified) dialogNotice()      {}
func (ModifyRefused) dialogNotice() {}
func (Asked) dialogNotice()         {}
func (Requested) dialogNotice()     {}
func (Ended) dialogNotice()         {}
func (Closed) dialogNotice()        {}

// Cause is why a dialog ended.
type Cause uint8

// The causes of Ended.
const (
	// ByUs: Bye, Refuse or Drop of our own.
	ByUs Cause = iota
	// ByPeer: the peer sent BYE.
	ByPeer
	// NoAck: our 2xx was never acknowledged (RFC 3261 §13.3.1.4).
	NoAck
	// NoPrack: a reliable provisional response was never acknowledged (RFC
	// 3262 §3).
	NoPrack
	// Expired: the session timer ran out (RFC 4028 §10).
	Expired
	// Lost: a request within the dialog got 408 or 481, or no answer at all
	// (RFC 3261 §12.2.1.2).
	Lost
	// NoMedia: the peer's SDP can't be used.
	NoMedia
	// Vanished: the dialog broke off by an error of our own.
	Vanished
)

// String gives the name of the cause.
func (c Cause) String() string {
	names := [...]string{"ByUs", "ByPeer", "NoAck", "NoPrack", "Expired", "Lost", "NoMedia", "Vanished"}
	if int(c) < len(names) {
		return names[c]
	}
	return "Cause?"
}
