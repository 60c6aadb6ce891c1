package dialog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/imsphone/imsphone/protocol/sip"
)

// incoming takes a request within the dialog: first what every request must
// pass (RFC 3261 §8.2, §12.2.2), then its method.
func (d *Dialog) incoming(ev Incoming) {
	m := ev.Msg
	if IDOfRequest(m) != d.id {
		d.respond(ev.ID, reply{req: m, status: 481})
		return
	}
	if !d.inOrder(m) {
		d.respond(ev.ID, reply{req: m, status: 500, phrase: "CSeq Out Of Order"})
		return
	}
	if d.state == Ending && m.Method() != sip.BYE {
		d.respond(ev.ID, reply{req: m, status: 481})
		return
	}
	if bad := Unsupported(m); len(bad) > 0 {
		d.respond(ev.ID, reply{req: m, status: 420, fields: []sip.Field{
			{ID: sip.HUnsupported, Value: strings.Join(bad, ", ")}}})
		return
	}
	d.method(ev)
}

// inOrder checks the peer's CSeq, which must rise (RFC 3261 §12.2.2). The
// transaction layer has taken out retransmissions before.
func (d *Dialog) inOrder(m *sip.Message) bool {
	seq, err := m.CSeq()
	if err != nil || d.remoteSeen && seq.Seq <= d.remoteSeq {
		return false
	}
	d.remoteSeq, d.remoteSeen = seq.Seq, true
	return true
}

func (d *Dialog) method(ev Incoming) {
	m := ev.Msg
	switch method := m.Method(); method {
	case sip.BYE:
		d.byeIn(ev)
	case sip.INVITE:
		d.inviteIn(ev)
	case sip.UPDATE:
		d.updateIn(ev)
	case sip.PRACK:
		d.prack(ev)
	case sip.OPTIONS:
		d.respond(ev.ID, reply{req: m, status: 200, fields: []sip.Field{{ID: sip.HAccept, Value: SDPType}}})
	case sip.INFO, sip.MESSAGE, sip.NOTIFY, sip.REFER:
		d.otherIn(ev, method)
	case sip.SUBSCRIBE, sip.PUBLISH, sip.REGISTER:
		d.respond(ev.ID, reply{req: m, status: 405})
	default:
		d.respond(ev.ID, reply{req: m, status: 501})
	}
}

// otherIn hands a request up, or answers it when nobody above wants it.
func (d *Dialog) otherIn(ev Incoming, method sip.Method) {
	m := ev.Msg
	switch {
	case slices.Contains(d.cfg.HandUp, string(method)):
		d.handUp(ev)
	case method == sip.INFO && m.Body() == "":
		// An empty INFO asks only whether we are there.
		d.respond(ev.ID, reply{req: m, status: 200})
	case method == sip.INFO && m.Has(sip.HInfoPackage):
		// RFC 6086 §4.2.2.
		d.respond(ev.ID, reply{req: m, status: 469, phrase: "Bad Info Package", fields: []sip.Field{{ID: sip.HRecvInfo, Value: "nil"}}})
	case method == sip.INFO:
		d.respond(ev.ID, reply{req: m, status: 415, fields: []sip.Field{{ID: sip.HAccept, Value: SDPType}}})
	case method == sip.NOTIFY:
		// No subscription of ours lives here (RFC 6665 §4.1.3).
		d.respond(ev.ID, reply{req: m, status: 481, phrase: "Subscription Does Not Exist"})
	default:
		d.respond(ev.ID, reply{req: m, status: 405})
	}
}

// badBody tells whether m has a body that an INVITE or UPDATE can't use, and
// answers it with 415 (RFC 3261 §8.2.3).
func (d *Dialog) badBody(ev Incoming) bool {
	if ev.Msg.Body() == "" || SDP(ev.Msg) != "" {
		return false
	}
	d.respond(ev.ID, reply{req: ev.Msg, status: 415, fields: []sip.Field{{ID: sip.HAccept, Value: SDPType}}})
	return true
}

// retryLater refuses a request that came while another is being worked on; the
// peer tries again after 0–10 s (RFC 3261 §14.2, RFC 3311 §5.2).
func (d *Dialog) retryLater(ev Incoming) {
	d.respond(ev.ID, reply{req: ev.Msg, status: 500, fields: []sip.Field{
		{ID: sip.HRetryAfter, Value: strconv.Itoa(d.random(11))}}})
}

// random gives a number in [0, n); without a source it is the middle.
func (d *Dialog) random(n int) int {
	if d.cfg.Random == nil {
		return n / 2
	}
	return d.cfg.Random(n)
}
