package actors

import "github.com/imsphone/imsphone/protocol/sip"

// The communication service of calls: multimedia telephony (TS 24.173 §5.1), as
// header fields name it, and as a feature tag does (TS 24.229 §7.9.2).
const (
	mmtelService = "urn:urn-7:3gpp-service.ims.icsi.mmtel"
	mmtelTag     = `+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"`
)

// contactParams are what our contacts say of us: who we are for good (RFC 5626
// §4.1), and to an IMS core what we can do (TS 24.229 §5.1.1.2.1, RFC 3840).
func (l *lineActor) contactParams() string {
	params := ""
	if l.account.InstanceID != "" {
		params = `;+sip.instance="<` + l.account.InstanceID + `>"`
	}
	if l.account.IMS != nil {
		params += ";" + mmtelTag + ";audio"
	}
	return params
}

// serviceFields ask an IMS core for telephony with initial requests, and for a
// callee's device that does it (TS 24.229 §5.1.2A.1.1, TS 24.173 §5.1).
func (l *lineActor) serviceFields() []sip.Field {
	if l.account.IMS == nil {
		return nil
	}
	return []sip.Field{{ID: sip.HPPreferredService, Value: mmtelService}, {ID: sip.HAcceptContact, Value: "*;" + mmtelTag}}
}
