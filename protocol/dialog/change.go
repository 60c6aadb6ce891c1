package dialog

import (
	"time"

	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
)

// changePatience is how long a re-INVITE may stay without a final response
// before it is cancelled; a person may be asked at the other end.
const changePatience = 3 * time.Minute

// wish is what a change is about.
type wish uint8

const (
	wishHold wish = iota
	wishResume
	wishModify
	wishRefresh
)

// change is one modification of the session that we want.
type change struct {
	wish  wish
	local *sdp.Local
	tries int
	// canceled tells that its re-INVITE was cancelled.
	canceled bool
}

// changes are done one after the other: no offer while another is out (RFC
// 3261 §14.1, RFC 3311 §5.1).
type changes struct {
	queue  []*change
	active *change
	key    uint64
}

// clear forgets them all.
func (c *changes) clear() { *c = changes{} }

// inviteOut tells whether a re-INVITE of ours is under way.
func (c *changes) inviteOut(d *Dialog) bool {
	s := d.find(c.key)
	return c.active != nil && s != nil && s.method == sip.INVITE
}

// change takes the commands that change the session.
func (d *Dialog) change(ev Event) {
	if d.state == Ending {
		d.unexpected(ev)
		return
	}
	if m, ok := ev.(Modify); ok && (m.Quiet || d.owesAnswer()) {
		d.adopt(m)
		return
	}
	c := &change{}
	switch ev := ev.(type) {
	case Hold:
		c.wish = wishHold
	case Resume:
		c.wish = wishResume
	case Modify:
		c.wish, c.local = wishModify, ev.Local
		if ev.Contact != "" {
			d.cfg.Contact = ev.Contact
		}
	}
	d.changes.queue = append(d.changes.queue, c)
}

// owesAnswer tells that the INVITE which came has got no SDP from us yet.
func (d *Dialog) owesAnswer() bool {
	return d.state == Early && d.server != nil && (d.media.phase == peerOffer || d.media.phase == noOffer) &&
		d.media.answer == "" && d.media.preview == nil
}

// adopt changes what we offer and answer from now on.
func (d *Dialog) adopt(ev Modify) {
	if ev.Local != nil {
		d.media.local = *ev.Local
	}
	if ev.Contact != "" {
		d.cfg.Contact = ev.Contact
	}
	if !ev.Quiet {
		d.tell(Modified{})
	}
}

// refresh renews the session timer (RFC 4028 §10).
func (d *Dialog) refresh() {
	d.changes.queue = append(d.changes.queue, &change{wish: wishRefresh})
}

// pump starts the next change as soon as no other exchange is under way.
func (d *Dialog) pump() {
	for d.changes.active == nil && len(d.changes.queue) > 0 && !d.at.On(alarmGlare) && d.mayOffer() {
		c := d.changes.queue[0]
		d.changes.queue = d.changes.queue[1:]
		d.start(c)
	}
}

// mayOffer tells whether the session can be changed now. In an early dialog
// that takes UPDATE, and an answer that the peer has for sure.
func (d *Dialog) mayOffer() bool {
	if d.media.phase != agreed || d.accept != nil {
		return false
	}
	return d.state == Up || d.state == Early && d.peer.update && d.prov.out == nil
}

// start sends the request of a change. UPDATE serves for a refresh without
// SDP, where the peer knows it (RFC 4028 §7.4), and in early dialogs; what may
// need a person's consent goes by re-INVITE (RFC 3311 §5.1).
func (d *Dialog) start(c *change) {
	s := &sent{purpose: forChange, method: sip.INVITE, fields: d.session.request(d)}
	if d.state == Early || c.wish == wishRefresh && d.peer.update {
		s.method = sip.UPDATE
	}
	if s.method == sip.INVITE || c.wish != wishRefresh {
		body, err := d.offer(d.wanted(c))
		if err != nil {
			d.withdraw(agreed)
			d.refuseChange(c, 0, mediaText(err))
			return
		}
		s.ctype, s.body = SDPType, body
	}
	c.tries++
	d.send(s)
	d.changes.active, d.changes.key = c, s.key
	d.at.Set(alarmChange, d.after(changePatience))
}

// wanted gives what a change offers.
func (d *Dialog) wanted(c *change) sdp.Local {
	switch {
	case c.wish == wishHold:
		return d.media.local.Held()
	case c.wish == wishResume:
		return d.media.local
	case c.local != nil && d.media.holding:
		return c.local.Held()
	case c.local != nil:
		return *c.local
	}
	return d.current()
}

// changeDone takes the end of a change's request.
func (d *Dialog) changeDone(s *sent, status int, m *sip.Message) {
	success := status/100 == 2 && m != nil
	if success && s.method == sip.INVITE {
		d.acknowledge(s.seq, s.auth, "")
	}
	c := d.changes.active
	if c == nil || d.state == Ending {
		return
	}
	d.changes.active = nil
	d.at.Clear(alarmChange)
	if success {
		d.changeAccepted(c, s, m)
		return
	}
	if d.media.phase == ourOffer {
		d.withdraw(agreed)
	}
	if !d.changeAgain(c, s, status, m) {
		d.refuseChange(c, status, refusedText(status))
	}
}

// changeAccepted takes a 2xx to a change.
func (d *Dialog) changeAccepted(c *change, s *sent, m *sip.Message) {
	d.route.refreshTarget(m)
	d.peer.learn(m)
	d.session.fromResponse(d, m)
	if s.body != "" && d.media.phase == ourOffer {
		if err := d.answered(SDP(m)); err != nil {
			d.withdraw(agreed)
			d.refuseChange(c, 0, mediaText(err))
			return
		}
	}
	switch c.wish {
	case wishHold:
		d.media.holding = true
		d.tell(Held{})
	case wishResume:
		d.media.holding = false
		d.tell(Resumed{})
	case wishModify:
		if c.local != nil {
			d.media.local = *c.local
		}
		d.tell(Modified{})
	}
}

// changeAgain decides whether a refused change is tried once more, and when.
func (d *Dialog) changeAgain(c *change, s *sent, status int, m *sip.Message) bool {
	if c.tries >= maxTries || m == nil || c.canceled {
		return false
	}
	switch {
	case status == 491:
		d.at.Set(alarmGlare, d.after(d.glarePause()))
	case status == 500 && m.Has(sip.HRetryAfter):
		n, _ := m.Number(sip.HRetryAfter)
		d.at.Set(alarmGlare, d.after(min(time.Duration(n)*time.Second, 10*time.Second)))
	case status == 422 && d.session.raise(m):
	case s.method == sip.UPDATE && d.state == Up && (status == 405 || status == 501):
		d.peer.update = false
	default:
		return false
	}
	d.changes.queue = append([]*change{c}, d.changes.queue...)
	return true
}

// glarePause is 2.1–4 s for the side that made the Call-ID and 0–2 s for the
// other, in steps of 10 ms (RFC 3261 §14.1).
func (d *Dialog) glarePause() time.Duration {
	const step = 10 * time.Millisecond
	if d.uas {
		return time.Duration(d.random(201)) * step
	}
	return 2100*time.Millisecond + time.Duration(d.random(191))*step
}

// refuseChange tells that a change has failed: the session stays as it was. A
// refresh that failed is tried again in what is left of the session.
func (d *Dialog) refuseChange(c *change, status int, text string) {
	if c.wish == wishRefresh {
		d.session.again(d)
		return
	}
	d.tell(ModifyRefused{Status: status, Text: text})
}

// changeTimeout gives up on a re-INVITE without a final response: it is
// cancelled, and forgotten when even that gets no answer (RFC 3261 §9.1).
func (d *Dialog) changeTimeout() {
	c, s := d.changes.active, d.find(d.changes.key)
	if c == nil || s == nil {
		return
	}
	if s.method == sip.INVITE && !c.canceled {
		c.canceled = true
		d.emit(Cancel{Key: s.key})
		d.at.Set(alarmChange, d.after(64*d.cfg.Timers.T1))
		return
	}
	d.take(s.key)
	d.emit(Abandon{Key: s.key})
	d.changeDone(s, 408, nil)
}
