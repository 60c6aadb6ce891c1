package call

import (
	"strconv"
	"time"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
)

// outgoing is what is remembered of a call that we make.
type outgoing struct {
	dial Dial
	// from and to are header values, from with our tag.
	from, to, callID string
	// uri is where the INVITE goes now: a redirection changes it.
	uri string
	// key and seq are those of the latest INVITE; open tells that it has no
	// final response, canceled that it was cancelled.
	key            uint64
	seq            uint32
	open, canceled bool
	negotiation    *sdp.Negotiation
	offer          string
	auth           []sip.Field
	session        dialog.Session
	reliable       bool // Require: 100rel
	retries        int
	redirects      redirects
	rang           bool
}

// dial starts the call.
func (c *Call) dial(ev Dial) {
	if c.phase != idle {
		c.unexpected(ev)
		return
	}
	o := &outgoing{dial: ev, uri: ev.URI, to: "<" + ev.URI + ">", negotiation: new(sdp.Negotiation)}
	c.out = o
	c.phase = calling
	o.callID = c.cfg.Dialog.Token()
	c.route = Route{CallID: o.callID, LocalTag: c.cfg.Dialog.Token()}
	o.from = c.identity(ev.Private) + ";tag=" + c.route.LocalTag
	o.session = dialog.Session{Interval: c.cfg.Dialog.SessionExpires, MinSE: c.cfg.Dialog.MinSE}
	o.reliable = c.cfg.Dialog.RequireReliable
	o.redirects.tried = []string{ev.URI}
	c.enter(Dialing, ReasonOutgoingStarted)
	if !ev.LateOffer {
		offer, err := o.negotiation.Offer(ev.Local)
		if err != nil {
			c.end(ReasonAudioSetupFailed, 0, "The phone has no audio to offer: "+err.Error())
			return
		}
		o.offer = offer
	}
	c.at.Set(alarmRing, c.after(c.cfg.RingTimeout))
	c.invite()
}

// identity is our From value; RFC 3323 §4.1.1.3 gives the anonymous one.
func (c *Call) identity(private bool) string {
	if private {
		return `"Anonymous" <sip:anonymous@anonymous.invalid>`
	}
	return c.cfg.From
}

// invite sends the INVITE, or sends it again with a higher CSeq (RFC 3261
// §8.1.3.5).
func (c *Call) invite() {
	o := c.out
	o.key++
	o.seq++
	o.open = true
	uri, routes, hop := dialog.Path(o.uri, c.cfg.Route)
	d := sip.NewRequest(sip.INVITE, uri)
	for _, r := range routes {
		d.Add(sip.HRoute, r)
	}
	d.Add(sip.HMaxForwards, "70")
	d.Add(sip.HFrom, o.from)
	d.Add(sip.HTo, o.to)
	d.Add(sip.HCallID, o.callID)
	d.Add(sip.HCSeq, strconv.FormatUint(uint64(o.seq), 10)+" INVITE")
	d.Add(sip.HContact, c.cfg.Dialog.Contact)
	c.inviteFields(d)
	if o.offer != "" {
		d.SetBody(dialog.SDPType, o.offer)
	}
	c.emit(Request{Key: o.key, Draft: d, Hop: hop})
}

// inviteFields adds what an INVITE says of us.
func (c *Call) inviteFields(d *sip.Draft) {
	o := c.out
	d.Add(sip.HAllow, dialog.Allow)
	d.Add(sip.HSupported, dialog.Supported)
	d.Add(sip.HAccept, dialog.SDPType)
	if o.reliable {
		d.Add(sip.HRequire, "100rel")
	}
	if c.cfg.Preferred != "" {
		d.Add(sip.HPPreferredIdentity, c.cfg.Preferred)
	}
	addFields(d, c.cfg.Fields)
	if o.dial.Private {
		d.Add(sip.HPrivacy, "id")
	}
	if c.cfg.Dialog.UserAgent != "" {
		d.Add(sip.HUserAgent, c.cfg.Dialog.UserAgent)
	}
	addFields(d, o.session.Fields())
	addFields(d, o.dial.Fields)
	addFields(d, o.auth)
	if c.cfg.Dialog.Extra != nil {
		addFields(d, c.cfg.Dialog.Extra(string(sip.INVITE)))
	}
}

// response takes a response to our INVITE.
func (c *Call) response(ev Response) {
	if c.out == nil || ev.Key != c.out.key || !c.out.sent(ev.Msg, c.route) {
		c.unexpected(ev)
		return
	}
	switch status := ev.Msg.Status(); {
	case status < 200:
		c.progressed(ev.Msg)
	case status < 300:
		c.success(ev.Msg)
	case c.out.open:
		c.final(status, ev.Msg)
	case !c.out.canceled:
		c.unexpected(ev)
	}
}

// sent tells whether a response is to our latest INVITE: what it repeats of it
// must be right. The branch alone isn't believed.
func (o *outgoing) sent(m *sip.Message, r Route) bool {
	seq, err := m.CSeq()
	return err == nil && seq == sip.CSeq{Seq: o.seq, Method: sip.INVITE} && m.CallID() == r.CallID && m.FromTag() == r.LocalTag
}

// failed takes the news that our INVITE got no response.
func (c *Call) failed(ev Failed) {
	switch {
	case c.out == nil || ev.Key != c.out.key:
		c.unexpected(ev)
	case c.out.open:
		c.final(dialog.StatusOf(ev.Err), nil)
	case !c.out.canceled:
		// A cancelled INVITE is given up here and there at the same time.
		c.unexpected(ev)
	}
}

// progressed takes a 1xx: each To tag is an early dialog of its own (RFC 3261
// §13.2.2.1).
func (c *Call) progressed(m *sip.Message) {
	if !c.out.open || m.Status() == 100 {
		return
	}
	l := c.legOf(m.ToTag())
	if l == nil && m.ToTag() != "" && c.phase == calling {
		l = c.open(m)
	}
	if l != nil && !l.gone {
		c.pass(l, dialog.InviteResponse{Msg: m})
	}
	if c.phase != calling {
		return
	}
	if c.state == Dialing {
		c.enter(RingingOut, ReasonOutgoingStarted)
	}
	if m.Status() == 180 && !c.out.rang {
		c.out.rang = true
		c.tell(Ringing{})
	}
}

// open makes the dialog of a response.
func (c *Call) open(m *sip.Message) *leg {
	again := c.legOf(m.ToTag()) != nil
	l := c.addLeg(m.ToTag())
	o := c.out
	l.params = dialog.Params{
		Config: c.cfg.Dialog, Local: o.dial.Local, Negotiation: o.negotiation.Fork(),
		UAC: &dialog.UAC{
			From: o.from, To: o.to, Seq: o.seq, Offered: o.offer != "", Again: again,
			Authorization: o.auth, Session: o.session, Response: m,
		},
	}
	c.emit(Open{Dialog: l.key, Params: l.params})
	return l
}

// success takes a 2xx. The first one wins; those of other branches, and those
// that cross our CANCEL, are acknowledged and ended by BYE (RFC 3261 §13.2.2.4,
// §9.1).
func (c *Call) success(m *sip.Message) {
	l := c.legOf(m.ToTag())
	if c.phase == closed || l != nil && l.gone && l.success {
		return // its BYE is answered: a copy that was late
	}
	if l == nil || l.over && !l.success {
		l = c.open(m)
	}
	if c.out.open {
		c.out.open = false
		c.at.Clear(alarmRing, alarmCancel)
		c.at.Set(alarmForks, c.after(64*c.cfg.Dialog.Timers.T1))
		if c.phase == calling {
			c.winner = l
		}
	}
	l.success = true
	c.pass(l, dialog.InviteResponse{Msg: m, Refuse: l != c.winner})
}

// forksDone drops the early dialogs that were never answered.
func (c *Call) forksDone() {
	for _, l := range c.legs {
		if !l.success && !l.over {
			c.drop(l)
		}
	}
}

// final takes the end of our INVITE without success; m is nil when status
// stands for no response. Its early dialogs are over (RFC 3261 §13.2.2.3).
func (c *Call) final(status int, m *sip.Message) {
	o := c.out
	o.open = false
	c.at.Clear(alarmCancel)
	for _, l := range c.legs {
		if !l.over {
			c.drop(l)
		}
	}
	if c.phase != calling || m != nil && c.again(status, m) {
		return
	}
	reason, text := explain(status, m)
	c.end(reason, status, text)
}

// cancel withdraws the INVITE.
func (c *Call) cancel(fields []sip.Field) {
	c.at.Clear(alarmRing, alarmRetry)
	if !c.out.open || c.out.canceled {
		return
	}
	c.out.canceled = true
	c.emit(Cancel{Key: c.out.key, Fields: fields})
	c.at.Set(alarmCancel, c.after(64*c.cfg.Dialog.Timers.T1))
}

// cancelTimeout gives up on a cancelled INVITE (RFC 3261 §9.1).
func (c *Call) cancelTimeout() {
	c.emit(Abandon{Key: c.out.key})
	c.final(487, nil)
}

// ringTimeout ends a call that nobody has answered.
func (c *Call) ringTimeout() {
	if c.out != nil {
		c.cancel([]sip.Field{{ID: sip.HReason, Value: `SIP;cause=408;text="No answer"`}})
		c.end(ReasonRefusedOrBusy, 408, "Nobody answered within "+seconds(c.cfg.RingTimeout)+" seconds.")
		return
	}
	c.refuse(dialog.Refuse{Status: 480})
	c.end(ReasonTerminated, 480, "The call was not answered.")
}

func seconds(t time.Duration) string { return strconv.Itoa(int(t / time.Second)) }
