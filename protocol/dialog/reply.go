package dialog

import (
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// reply is a response that can be written as often as it has to be sent.
type reply struct {
	req    *sip.Message
	status int
	phrase string
	fields []sip.Field
	body   string
}

// respond answers the server transaction id with r.
func (d *Dialog) respond(id txn.ID, r reply) {
	d.emit(Respond{ID: id, Draft: d.write(r)})
}

// write makes the message of r (RFC 3261 §8.2.6, §12.1.1).
func (d *Dialog) write(r reply) *sip.Draft {
	draft := sip.NewResponse(r.req, r.status, r.phrase)
	draft.TagTo(d.id.Local)
	method := r.req.Method()
	success := r.status/100 == 2
	if method == sip.INVITE && r.status > 100 && r.status < 300 && r.req.ToTag() == "" {
		for _, v := range values(r.req, sip.HRecordRoute) {
			draft.Add(sip.HRecordRoute, v)
		}
	}
	if (method == sip.INVITE && r.status < 300 || method == sip.UPDATE && success) && d.cfg.Contact != "" {
		draft.Add(sip.HContact, d.cfg.Contact)
	}
	if (method == sip.INVITE || method == sip.UPDATE || method == sip.OPTIONS) && r.status < 300 || r.status == 405 {
		draft.Add(sip.HAllow, Allow)
	}
	if success {
		draft.Add(sip.HSupported, Supported)
	}
	if d.cfg.UserAgent != "" {
		draft.Add(sip.HServer, d.cfg.UserAgent)
	}
	addFields(draft, r.fields)
	if r.body != "" {
		draft.SetBody(SDPType, r.body)
	}
	return draft
}
