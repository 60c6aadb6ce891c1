package dialog

import "github.com/imsphone/imsphone/protocol/sip"

// uac is what is remembered of the INVITE that we sent.
type uac struct {
	auth []sip.Field
	// acked tells that a 2xx has been acknowledged.
	acked bool
}

// newUAC takes over the dialog that a response to our INVITE made (RFC 3261
// §12.1.2).
func (d *Dialog) newUAC(u *UAC) {
	d.uac = &uac{auth: u.Authorization}
	d.id = IDOfResponse(u.Response)
	d.from, d.to = u.From, withTag(u.To, d.id.Remote)
	d.route = routeOfResponse(u.Response)
	d.localSeq, d.inviteSeq = u.Seq, u.Seq
	d.session.ask = u.Session
	d.session.ask.MinSE = max(d.session.ask.MinSE, MinSessionInterval)
	if u.Again {
		d.localSeq += salvageGap
	}
	if u.Offered {
		d.media.phase = ourOffer
	}
}

// inviteResponse takes a response to the INVITE that made this dialog.
func (d *Dialog) inviteResponse(ev InviteResponse) {
	status := ev.Msg.Status()
	switch {
	case d.uac == nil || status >= 300:
		d.unexpected(ev)
	case status >= 200:
		d.success(ev)
	case d.state == Early:
		d.early(ev.Msg)
	}
}

// early takes a provisional response (RFC 3261 §13.2.2.1, RFC 3262 §4).
func (d *Dialog) early(m *sip.Message) {
	d.peer.learn(m)
	if isReliable(m) {
		d.reliableIn(m)
		return
	}
	d.previewAnswer(m)
}

// previewAnswer takes SDP of an unreliable response for the answer, so that
// early media can be heard; what counts is the reliable response that repeats
// it (RFC 3261 §13.2.1). SDP that can't be used is passed over.
func (d *Dialog) previewAnswer(m *sip.Message) {
	body := SDP(m)
	if body == "" || d.media.phase != ourOffer {
		return
	}
	preview := d.media.negotiation.Fork()
	a, err := preview.Answered(body)
	if err != nil {
		return
	}
	d.media.preview = preview
	d.tell(Agreed{Agreement: &a})
}

// success takes a 2xx: it confirms the dialog, and each copy of it gets an ACK
// (RFC 3261 §13.2.2.4).
func (d *Dialog) success(ev InviteResponse) {
	m := ev.Msg
	if d.uac.acked {
		d.ackAgain(m)
		return
	}
	d.uac.acked = true
	target := d.route.target
	if d.route = routeOfResponse(m); contactURI(m) == "" {
		d.route.target = target
	}
	d.peer.learn(m)
	answer, err := d.inviteAnswer(m)
	d.acknowledge(seqOf(m), d.uac.auth, answer)
	if d.state == Ending {
		d.sendBye(d.ending.fields)
		return
	}
	d.state = Up
	if ev.Refuse {
		d.hangUp(ByUs, 0, "", nil)
		return
	}
	if err != nil {
		d.hangUp(NoMedia, 488, mediaText(err), nil)
		return
	}
	d.session.fromResponse(d, m)
	d.tell(Confirmed{})
}

// inviteAnswer brings offer and answer to their end with a 2xx; it gives the
// SDP that the ACK has to carry.
func (d *Dialog) inviteAnswer(m *sip.Message) (string, error) {
	body := SDP(m)
	switch d.media.phase {
	case ourOffer:
		if body == "" && d.media.preview != nil {
			d.media.adoptPreview()
			return "", nil
		}
		return "", d.answered(body)
	case noOffer:
		return d.answerOffer(body)
	}
	return "", nil
}
