package dialog

import "github.com/imsphone/imsphone/protocol/sip"

// inviteIn takes a re-INVITE (RFC 3261 §14.2).
func (d *Dialog) inviteIn(ev Incoming) {
	switch {
	case d.state != Up && d.uas, d.accept != nil:
		// An earlier INVITE of the peer's has not come to its end.
		d.retryLater(ev)
		return
	case d.state != Up, d.changes.inviteOut(d), d.media.phase == ourOffer:
		// Both sides want to change the session at once: glare.
		d.respond(ev.ID, reply{req: ev.Msg, status: 491})
		return
	}
	fields, body, ok := d.takeModification(ev)
	if !ok {
		return
	}
	d.accept2xx(ev.ID, d.remoteSeq, reply{req: ev.Msg, status: 200, fields: fields, body: body})
}

// updateIn takes an UPDATE (RFC 3311 §5.2).
func (d *Dialog) updateIn(ev Incoming) {
	if ev.Msg.Body() != "" {
		switch {
		case d.media.phase == ourOffer:
			d.respond(ev.ID, reply{req: ev.Msg, status: 491})
			return
		case d.media.phase != agreed:
			d.retryLater(ev)
			return
		}
	}
	fields, body, ok := d.takeModification(ev)
	if !ok {
		return
	}
	d.respond(ev.ID, reply{req: ev.Msg, status: 200, fields: fields, body: body})
}

// takeModification checks and does what a re-INVITE or UPDATE asks for, and
// gives the fields and SDP of its 200. When it can't be done the request is
// answered here and the session stays as it was.
func (d *Dialog) takeModification(ev Incoming) (fields []sip.Field, body string, ok bool) {
	m := ev.Msg
	if d.badBody(ev) {
		return nil, "", false
	}
	if tooSmall, ok := d.session.tooSmall(m); ok {
		d.respond(ev.ID, reply{req: m, status: 422, fields: []sip.Field{tooSmall}})
		return nil, "", false
	}
	body, err := d.modificationBody(m)
	if err != nil {
		d.respond(ev.ID, reply{req: m, status: 488, fields: []sip.Field{Warning(err)}})
		return nil, "", false
	}
	d.route.refreshTarget(m)
	d.peer.learn(m)
	return d.session.answer(d, m), body, true
}

// modificationBody answers the offer of a re-INVITE or UPDATE, or makes ours
// when a re-INVITE has none.
func (d *Dialog) modificationBody(m *sip.Message) (string, error) {
	if offer := SDP(m); offer != "" {
		return d.answerOffer(offer)
	}
	if m.Method() == sip.INVITE {
		return d.offer(d.current())
	}
	return "", nil
}
