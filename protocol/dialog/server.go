package dialog

import (
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// server is the peer's INVITE that made this dialog.
type server struct {
	id     txn.ID
	invite *sip.Message
	seq    uint32
	// reliable tells that our provisional responses go reliably.
	reliable bool
	// accepting is set when a 200 is due but must wait for a PRACK.
	accepting bool
	// final is set once the final response went out.
	final bool
}

// newUAS makes the dialog of an INVITE that came (RFC 3261 §12.1.1). An offer
// that the call has checked before can't fail here; should it, Accept says so.
func (d *Dialog) newUAS(u *UAS) {
	m := u.Invite
	seq, _ := m.CSeq()
	d.uas = true
	d.server = &server{
		id: u.ID, invite: m, seq: seq.Seq,
		reliable: m.HasOption(sip.HSupported, "100rel") || m.HasOption(sip.HRequire, "100rel"),
	}
	d.id = ID{CallID: m.CallID(), Local: u.LocalTag, Remote: m.FromTag()}
	d.from, d.to = withTag(m.Get(sip.HTo), u.LocalTag), m.Get(sip.HFrom)
	d.route = routeOfRequest(m)
	d.remoteSeq, d.remoteSeen = seq.Seq, true
	d.inviteSeq = seq.Seq
	d.peer.learn(m)
	if body := SDP(m); body != "" {
		d.media.phase = peerOffer
		d.media.broken = d.offered(body)
	}
}

// answer takes the commands that answer the INVITE.
func (d *Dialog) answer(ev Event) {
	if d.server != nil && d.server.final && d.state != Ending {
		if r, ok := ev.(Refuse); ok {
			// Our 2xx was faster than the change of mind.
			d.bye(Bye{Fields: r.Fields})
			return
		}
	}
	if d.server == nil || d.server.final || d.state != Early {
		d.unexpected(ev)
		return
	}
	switch ev := ev.(type) {
	case Ring:
		d.progress(provisional{status: 180})
	case Progress:
		d.progress(provisional{status: 183, media: true})
	case Accept:
		d.server.accepting = true
		d.tryAccept()
	case Refuse:
		d.refuse(ev)
	}
}

// refuse sends a final response other than 2xx: the dialog is over.
func (d *Dialog) refuse(ev Refuse) {
	d.server.final = true
	d.respond(d.server.id, reply{req: d.server.invite, status: ev.Status, phrase: ev.Phrase, fields: ev.Fields})
	d.end(ByUs, ev.Status, "")
	d.finish()
}

// reject ends the INVITE from within, for cause.
func (d *Dialog) reject(status int, c Cause, text string) {
	d.server.final = true
	d.respond(d.server.id, reply{req: d.server.invite, status: status})
	d.end(c, status, text)
	d.finish()
}

// tryAccept sends the 200 unless a reliable response with SDP is still without
// its PRACK (RFC 3262 §3).
func (d *Dialog) tryAccept() {
	if !d.server.accepting || d.server.final || d.prov.out != nil && d.prov.out.media {
		return
	}
	body, err := d.inviteBody()
	if err != nil {
		d.reject(488, NoMedia, mediaText(err))
		return
	}
	d.server.final, d.state = true, Accepted2xx
	d.at.Clear(alarmProvisional, alarmReliable, alarmNoPrack)
	d.prov.queue = nil
	fields := d.session.answer(d, d.server.invite)
	d.accept2xx(d.server.id, d.server.seq, reply{req: d.server.invite, status: 200, fields: fields, body: body})
	d.accept.initial = true
	d.tell(Accepted{})
}

// inviteBody gives the SDP that a reliable response to the INVITE has to carry:
// our answer, or our offer when the INVITE had none.
func (d *Dialog) inviteBody() (string, error) {
	switch {
	case d.media.broken != nil:
		return "", d.media.broken
	case d.media.answer != "":
		body := d.media.answer
		d.media.answer, d.media.phase = "", agreed
		return body, nil
	case d.media.phase == peerOffer:
		return d.makeAnswer()
	case d.media.phase == noOffer:
		return d.offer(d.current())
	}
	return "", nil
}

// accepted is a 2xx to INVITE that is not acknowledged yet.
type accepted struct {
	id       txn.ID
	seq      uint32
	reply    reply
	interval time.Duration
	// initial tells the INVITE that made the dialog from a re-INVITE, offer
	// that the 2xx carries our offer: the ACK has the answer.
	initial, offer bool
}

// accept2xx sends a 2xx and keeps sending it until the ACK comes, at intervals
// that start at T1 and double up to T2 (RFC 3261 §13.3.1.4).
func (d *Dialog) accept2xx(id txn.ID, seq uint32, r reply) {
	d.accept = &accepted{id: id, seq: seq, reply: r, interval: d.cfg.Timers.T1, offer: d.media.phase == ourOffer}
	d.respond(id, r)
	d.at.Set(alarmRepeat2xx, d.after(d.accept.interval))
	d.at.Set(alarmNoAck, d.after(64*d.cfg.Timers.T1))
}

func (d *Dialog) repeat2xx() {
	a := d.accept
	d.respond(a.id, a.reply)
	a.interval = min(2*a.interval, d.cfg.Timers.T2)
	d.at.Set(alarmRepeat2xx, d.after(a.interval))
}

// noAck gives up: the session is ended by BYE (RFC 3261 §13.3.1.4, §14.2).
func (d *Dialog) noAck() {
	d.accept = nil
	d.at.Clear(alarmRepeat2xx)
	d.hangUp(NoAck, 0, "The other side never confirmed the answer.", nil)
}

// incomingAck takes the ACK for our 2xx. Further copies of it are no news.
func (d *Dialog) incomingAck(ev IncomingAck) {
	seq, err := ev.Msg.CSeq()
	a := d.accept
	if err != nil || IDOfRequest(ev.Msg) != d.id || a == nil && (d.state == Early || seq.Seq > d.remoteSeq) {
		d.unexpected(ev)
		return
	}
	if a == nil || seq.Seq != a.seq {
		return
	}
	d.accept = nil
	d.at.Clear(alarmRepeat2xx, alarmNoAck)
	err = d.ackAnswer(a, SDP(ev.Msg))
	switch {
	case d.ending.byeDue:
		d.sendBye(d.ending.fields)
	case a.initial:
		d.confirm(err)
	}
}

// ackAnswer takes the answer to an offer that went out in a 2xx.
func (d *Dialog) ackAnswer(a *accepted, body string) error {
	if !a.offer || d.media.phase != ourOffer {
		return nil
	}
	err := d.answered(body)
	if err != nil && !a.initial {
		d.withdraw(agreed)
	}
	return err
}

// confirm takes the ACK of the INVITE that made the dialog.
func (d *Dialog) confirm(err error) {
	d.state = Up
	if err != nil {
		d.hangUp(NoMedia, 488, mediaText(err), nil)
		return
	}
	d.tell(Confirmed{})
}
