package dialog

import "github.com/imsphone/imsphone/protocol/sip"

const (
	// Allow lists the methods that are understood within a dialog.
	Allow = "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS, MESSAGE, NOTIFY, REFER"
	// Supported lists the option tags that we understand.
	Supported = "100rel, timer"
	// SDPType is the body type that an INVITE or UPDATE may have.
	SDPType = "application/sdp"
)

// Unsupported gives the option tags of the Require header of m that we don't
// understand (RFC 3261 §8.2.2.3); nil means that none is in the way. sec-agree
// is between the caller and his first hop, which not every one takes off
// (RFC 3329 §2.4).
func Unsupported(m *sip.Message) []string {
	var bad []string
	for _, tag := range values(m, sip.HRequire) {
		if !sip.EqualFold(tag, "100rel") && !sip.EqualFold(tag, "timer") && !sip.EqualFold(tag, "sec-agree") {
			bad = append(bad, tag)
		}
	}
	return bad
}

// abilities is what the peer has said that it can do.
type abilities struct {
	// update tells that it understands UPDATE (RFC 3311 §4).
	update bool
}

// learn takes the abilities from a message that has an Allow header.
func (a *abilities) learn(m *sip.Message) {
	methods := values(m, sip.HAllow)
	if len(methods) == 0 {
		return
	}
	a.update = false
	for _, s := range methods {
		if s == string(sip.UPDATE) {
			a.update = true
		}
	}
}
