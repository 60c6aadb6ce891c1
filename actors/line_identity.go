package actors

import (
	"strings"

	"github.com/imsphone/imsphone/protocol/sip"
)

// identity is who calls are from: in an IMS core the default public identity,
// which is the first that the network gave us (TS 24.229 §5.1.1.4.1), as our own
// may be barred.
func (l *lineActor) identity() string {
	if l.ims != nil && len(l.status.Identities) > 0 {
		return l.status.Identities[0]
	}
	return l.account.AOR
}

// sipIdentity is the first of our identities that is a SIP URI: whose
// registration is subscribed to (TS 24.229 §5.1.1.3).
func (l *lineActor) sipIdentity() string {
	for _, uri := range append([]string{l.identity()}, l.status.Identities...) {
		if scheme, _, _ := strings.Cut(uri, ":"); strings.EqualFold(scheme, "sip") || strings.EqualFold(scheme, "sips") {
			return uri
		}
	}
	return l.account.AOR
}

// preferred is the P-Preferred-Identity of initial requests
// (TS 24.229 §5.1.2A.1.1).
func (l *lineActor) preferred() string {
	if l.ims == nil {
		return ""
	}
	return "<" + l.identity() + ">"
}

// extra gives what requests over SAs carry besides (TS 24.229 §5.1.2A.1.1,
// RFC 3329 §2.3.1), but for Security-Verify, which the Transport adds as it knows
// the set; nil for an account without IPsec. What it gives is called from the
// dialogs' actors.
func (l *lineActor) extra() func(method string) []sip.Field {
	if !l.account.secured() {
		return nil
	}
	network := l.account.IMS.AccessNetwork
	return func(method string) []sip.Field {
		if method == string(sip.ACK) || method == string(sip.CANCEL) {
			return nil
		}
		fields := []sip.Field{{ID: sip.HRequire, Value: "sec-agree"}, {ID: sip.HProxyRequire, Value: "sec-agree"}}
		if network != "" {
			fields = append(fields, sip.Field{ID: sip.HPAccessNetworkInfo, Value: network})
		}
		return fields
	}
}
