package dialog

import "github.com/imsphone/imsphone/protocol/sip"

// bye ends the dialog for the user (RFC 3261 §15).
func (d *Dialog) bye(ev Bye) {
	switch {
	case d.state == Ending:
		d.unexpected(ev)
	case d.state == Early && d.uas:
		// The callee must not send BYE before its 2xx (§15.1.1).
		d.refuse(Refuse{Status: 480, Fields: ev.Fields})
	case d.accept != nil && d.accept.initial:
		// A callee's BYE waits for the ACK, or for its time to run out.
		d.end(ByUs, 0, "")
		d.ending.byeDue, d.ending.fields = true, ev.Fields
		d.state = Ending
	default:
		d.hangUp(ByUs, 0, "", ev.Fields)
	}
}

// hangUp tells the end and sends BYE.
func (d *Dialog) hangUp(c Cause, status int, text string, fields []sip.Field) {
	d.end(c, status, text)
	d.state = Ending
	d.ending.fields = fields
	d.sendBye(fields)
}

// sendBye sends BYE. The guard is for a transaction that never reports back.
func (d *Dialog) sendBye(fields []sip.Field) {
	d.ending.byeDue = false
	d.accept = nil
	d.at.Clear(alarmRepeat2xx, alarmNoAck)
	d.send(&sent{purpose: forBye, method: sip.BYE, fields: fields})
	d.at.Set(alarmGuard, d.after(64*d.cfg.Timers.T1+d.cfg.Timers.T4))
}

// byeIn takes the peer's BYE (RFC 3261 §15.1.2). A BYE of ours that has crossed
// it still waits for its own answer.
func (d *Dialog) byeIn(ev Incoming) {
	d.respond(ev.ID, reply{req: ev.Msg, status: 200})
	if d.server != nil && !d.server.final {
		d.server.final = true
		d.respond(d.server.id, reply{req: d.server.invite, status: 487})
	}
	d.end(ByPeer, 0, "")
	d.accept, d.ending.byeDue = nil, false
	d.at.Clear(alarmRepeat2xx, alarmNoAck)
	d.state = Ending
	if !d.at.On(alarmGuard) {
		d.at.Set(alarmGuard, d.after(64*d.cfg.Timers.T1+d.cfg.Timers.T4))
	}
}
