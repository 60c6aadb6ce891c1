package dialog

import (
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Effect is what a Dialog wants done. A Draft in an effect belongs to the
// receiver: the dialog never touches it again.
type Effect interface{ dialogEffect() }

// Request starts a client transaction. Key is this dialog's own: unique within
// the dialog, never within the phone, so the driver keeps (dialog, Key). The
// answers come back as Response or Failed with the same Key.
type Request struct {
	Key   uint64
	Draft *sip.Draft
	// Hop is the URI that decides where the request goes: the topmost Route,
	// or the request-URI (RFC 3261 §8.1.2).
	Hop string
}

// Stateless sends an ACK for a 2xx: no transaction, no answer.
type Stateless struct {
	Draft *sip.Draft
	// Hop decides where it goes, as in Request.
	Hop string
}

// Respond answers the server transaction ID. A 2xx to INVITE comes again each
// time that it has to be retransmitted (RFC 3261 §13.3.1.4), a reliable 1xx
// likewise (RFC 3262 §3).
type Respond struct {
	ID    txn.ID
	Draft *sip.Draft
}

// Cancel cancels the re-INVITE that was sent with Key (RFC 3261 §9.1).
type Cancel struct{ Key uint64 }

// Abandon tells the transaction layer that nobody waits for Key any more.
type Abandon struct{ Key uint64 }

// Tell is news for the call.
type Tell struct{ Notice Notice }

// Unexpected is an event that the current state has no use for: counted and
// traced, without any other effect.
type Unexpected struct {
	State State
	Event Event
}

func (Request) dialogEffect()    {}
func (Stateless) dialogEffect()  {}
func (Respond) dialogEffect()    {}
func (Cancel) dialogEffect()     {}
func (Abandon) dialogEffect()    {}
func (Tell) dialogEffect()       {}
func (Unexpected) dialogEffect() {}
