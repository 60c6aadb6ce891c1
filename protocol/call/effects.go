package call

import (
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Effect is what a Call wants done. A Draft in an effect belongs to the
// receiver.
type Effect interface{ callEffect() }

// DialogKey names a dialog of one call: 1, 2, … in the order of their Opens.
type DialogKey uint32

// Request starts a client transaction (only ever INVITE). Key is this call's
// own: unique within the call, never within the phone, so the driver keeps
// (call, Key). The answers come back as Response or Failed with the same Key.
type Request struct {
	Key   uint64
	Draft *sip.Draft
	// Hop is the URI that decides where the request goes: the topmost Route,
	// or the request-URI (RFC 3261 §8.1.2).
	Hop string
}

// Cancel cancels the INVITE transaction Key; the transaction layer holds it
// back until a provisional response came (RFC 3261 §9.1). Should it get no
// final response the call gives up after 64·T1 with Abandon.
type Cancel struct {
	Key    uint64
	Fields []sip.Field
}

// Abandon tells the transaction layer that nobody waits for Key any more.
type Abandon struct{ Key uint64 }

// Respond answers the server transaction ID.
type Respond struct {
	ID    txn.ID
	Draft *sip.Draft
}

// Open makes the dialog named Dialog: dialog.New(Params). Its effects go to the
// transaction layer, its notices come back as Reported.
type Open struct {
	Dialog DialogKey
	Params dialog.Params
}

// Pass hands Event to a dialog. Passes of one dialog stay in order. One to a
// dialog that is gone is dropped.
type Pass struct {
	Dialog DialogKey
	Event  dialog.Event
}

// Media says how the streams shall run from now on. It is told only when
// something has changed, and telling it twice does no harm. The latest early
// answer drives the streams until the call is confirmed, then the confirmed
// dialog. A nil Agreement stops them.
type Media struct {
	Dialog    DialogKey
	Agreement *sdp.Agreement
}

// Tell is news for the line and the user.
type Tell struct{ Notice Notice }

// Unexpected is an event that the current state has no use for: counted and
// traced, without any other effect.
type Unexpected struct {
	State State
	Event Event
}

func (Request) callEffect()    {}
func (Cancel) callEffect()     {}
func (Abandon) callEffect()    {}
func (Respond) callEffect()    {}
func (Open) callEffect()       {}
func (Pass) callEffect()       {}
func (Media) callEffect()      {}
func (Tell) callEffect()       {}
func (Unexpected) callEffect() {}
