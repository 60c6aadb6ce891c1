package call

import (
	"time"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sip"
)

// Config is what a call knows of its line. Its functions may be called from
// several calls and dialogs at once: they must be safe for that.
type Config struct {
	// Dialog is handed on to the dialogs; Contact, UserAgent, Timers, Token,
	// Authorize and Extra serve the call too.
	Dialog dialog.Config
	// From is our identity as an address: `"Alice" <sip:alice@example.com>`,
	// without a tag.
	From string
	// Preferred is the P-Preferred-Identity of initial requests (RFC 3325
	// §9.2), "" for none.
	Preferred string
	// Fields are what initial INVITEs carry besides, such as P-Preferred-Service
	// (RFC 6050 §4.1) and Accept-Contact (RFC 3841 §9.2).
	Fields []sip.Field
	// Route is the preloaded route set, one URI in angle brackets each: the
	// outbound proxy, then the Service-Route (RFC 3608).
	Route []string
	// RingTimeout ends an outgoing call that nobody answers (RFC 3261 §13.2.1);
	// 0 means 3 minutes. An incoming one gets 480 after it.
	RingTimeout time.Duration
	// MaxRedirects is how many 3xx are followed; 0 follows none.
	MaxRedirects int
}

// Route names a call for requests that come in: its Call-ID and our tag in it.
// It is comparable. Our own tag belongs to it because a phone that calls
// itself has two calls with one Call-ID.
type Route struct{ CallID, LocalTag string }

// RouteOf gives the Route of a request or of an ACK within a dialog; LocalTag
// is "" for a request outside any dialog.
func RouteOf(m *sip.Message) Route {
	return Route{CallID: m.CallID(), LocalTag: m.ToTag()}
}
