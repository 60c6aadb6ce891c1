package reg

import (
	"iter"
	"strconv"
	"time"

	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/sip"
)

// register builds one REGISTER; expires 0 removes the binding.
func (r *Registration) register(expires time.Duration, credentials []sip.Field) *sip.Draft {
	d := sip.NewRequest(sip.REGISTER, r.cfg.Registrar)
	for _, route := range r.cfg.Route {
		d.Add(sip.HRoute, route)
	}
	d.Add(sip.HMaxForwards, "70")
	self := nameAddr(r.cfg.Display, r.cfg.AOR)
	d.Add(sip.HFrom, self+";tag="+r.tag)
	d.Add(sip.HTo, self)
	d.Add(sip.HCallID, r.callID)
	d.Add(sip.HCSeq, strconv.FormatUint(uint64(r.cseq), 10)+" REGISTER")
	for _, c := range r.contacts {
		d.Add(sip.HContact, "<"+c+">"+r.cfg.ContactParams)
	}
	d.Add(sip.HExpires, strconv.Itoa(int(expires/time.Second)))
	d.Add(sip.HSupported, "path, gruu, outbound")
	d.Add(sip.HAllow, "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, OPTIONS, INFO, NOTIFY, MESSAGE, REFER")
	if r.cfg.UserAgent != "" {
		d.Add(sip.HUserAgent, r.cfg.UserAgent)
	}
	if r.ims != nil {
		r.ims.secure(d)
		if len(credentials) == 0 {
			d.Add(sip.HAuthorization, r.authorization())
		}
	}
	for _, c := range credentials {
		d.Add(c.ID, c.Value)
	}
	return d
}

func nameAddr(display, uri string) string {
	if display == "" {
		return "<" + uri + ">"
	}
	return strconv.Quote(display) + " <" + uri + ">"
}

// challenged answers a 401 or 407; ok is false where there is nothing to
// answer or no use in answering.
func (r *Registration) challenged(msg *sip.Message, fx []Effect) (_ []Effect, ok bool) {
	credentials, err := r.answer(msg)
	if err != nil || len(credentials) == 0 {
		return fx, false
	}
	r.attempts++
	return r.send(fx, credentials...), true
}

// maxChallenges bounds the 401s and 407s that one REGISTER may go through:
// a proxy's, the registrar's, and a stale nonce of each.
const maxChallenges = 4

func (r *Registration) answer(msg *sip.Message) ([]sip.Field, error) {
	var lines iter.Seq[string]
	header := sip.HAuthorization
	switch msg.Status() {
	case 401:
		lines = msg.Lines(sip.HWWWAuthenticate)
	case 407:
		header, lines = sip.HProxyAuthorization, msg.Lines(sip.HProxyAuthenticate)
	default:
		return nil, nil
	}
	if r.attempts >= maxChallenges {
		return nil, digest.ErrRejected
	}
	values, err := r.cfg.Agent.Answer(lines, digest.Request{Method: string(sip.REGISTER), URI: r.cfg.Registrar}, r.attempts)
	if err != nil {
		return nil, err
	}
	fields := make([]sip.Field, len(values))
	for i, v := range values {
		fields[i] = sip.Field{ID: header, Value: v}
	}
	return fields, nil
}
