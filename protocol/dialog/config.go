package dialog

import (
	"time"

	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Config is what a dialog knows of the phone. Its functions may be called from
// several dialogs at once when each runs in an actor of its own: they must be
// safe for that.
type Config struct {
	// Contact is our Contact header value: `<sip:alice@192.0.2.1:5060>;+g.3gpp…`.
	Contact string
	// UserAgent is the value of User-Agent and Server, "" for neither.
	UserAgent string
	// Timers are RFC 3261's; zero fields are filled from RFC3261Timers.
	Timers Timers
	// SessionExpires is the session interval that we ask for, 0 for no session
	// timer of our own (one that the peer asks for is still kept); MinSE is the
	// smallest that we accept, at least 90 s (RFC 4028 §4, §5).
	SessionExpires, MinSE time.Duration
	// RequireReliable asks with Require: 100rel in INVITEs that we send;
	// otherwise it is only Supported (RFC 3262 §4).
	RequireReliable bool
	// Token gives a fresh random token, for tags and Call-IDs. It is required.
	Token func() string
	// Random gives a number in [0, n), for the back-off of RFC 3261 §14.1 and
	// the like; nil always takes the middle.
	Random func(n int) int
	// Authorize gives the Authorization and Proxy-Authorization fields that
	// answer the 401 or 407 resp to a request of ours; !ok when it has no
	// credentials or they have just been refused. Nil means none at all.
	Authorize func(method, uri, body string, resp *sip.Message) (fields []sip.Field, ok bool)
	// Extra gives fields that every request of a method carries here (RFC 3329
	// Security-Verify, P-Access-Network-Info, …). Nil means none.
	Extra func(method string) []sip.Field
	// HandUp tells which request methods within a dialog somebody above
	// answers (Requested, Reply), besides those that the dialog knows.
	// INFO, MESSAGE, NOTIFY and REFER that aren't named here get 405 or 501.
	HandUp []string
}

// Timers are the times of RFC 3261 table 4 that a dialog needs.
type Timers struct{ T1, T2, T4 time.Duration }

// RFC3261Timers gives T1 500 ms, T2 4 s and T4 5 s.
func RFC3261Timers() Timers {
	return Timers{T1: 500 * time.Millisecond, T2: 4 * time.Second, T4: 5 * time.Second}
}

// ID names a dialog as messages do (RFC 3261 §12): it is comparable.
type ID struct{ CallID, Local, Remote string }

// IDOfRequest reads the dialog of a request that the peer sent: our tag is To.
func IDOfRequest(m *sip.Message) ID {
	return ID{CallID: m.CallID(), Local: m.ToTag(), Remote: m.FromTag()}
}

// IDOfResponse reads the dialog of a response to a request that we sent: our
// tag is From.
func IDOfResponse(m *sip.Message) ID {
	return ID{CallID: m.CallID(), Local: m.FromTag(), Remote: m.ToTag()}
}

// Params makes one dialog; it is what the call hands over in Open.
type Params struct {
	Config Config
	// Local is what we can offer and answer with.
	Local sdp.Local
	// Negotiation is where offer and answer stand. It is forked for this
	// dialog and belongs to it alone: with our offer in it (UAC), or still
	// empty (UAC with a late offer, UAS).
	Negotiation *sdp.Negotiation
	// Salvage tells that the dialog was up and that whoever ran it is lost: this
	// one knows nothing of its media and is there to say BYE. Its CSeq starts
	// far above what was used before.
	Salvage bool
	// One of the two is set: which side sent the INVITE.
	UAC *UAC
	UAS *UAS
}

// UAC is what a dialog needs to know of the INVITE that we sent.
type UAC struct {
	// From (with our tag) and To (as it was sent) are header values.
	From, To string
	// Seq is the INVITE's CSeq number.
	Seq uint32
	// Offered tells that the INVITE carried SDP.
	Offered bool
	// Authorization are the credentials of the INVITE, which its ACK repeats
	// (RFC 3261 §22.1).
	Authorization []sip.Field
	// Session is what the INVITE asked of the session timer.
	Session Session
	// Again tells that there was a dialog with the same tags before, which was
	// given up: the CSeq starts far above what that one used.
	Again bool
	// Response is the first response that has the peer's tag. The call passes
	// it on as InviteResponse too.
	Response *sip.Message
}

// UAS is what a dialog needs to know of the INVITE that the peer sent.
type UAS struct {
	// ID is its server transaction.
	ID txn.ID
	// Invite is the request, checked by the call.
	Invite *sip.Message
	// LocalTag is the tag that we put into To.
	LocalTag string
}
