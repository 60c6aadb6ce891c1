package call

import (
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// incoming is what is remembered of a call that came.
type incoming struct {
	id txn.ID
}

// request takes a request for this call.
func (c *Call) request(ev Incoming) {
	if c.phase == idle {
		c.arrive(ev)
		return
	}
	if l := c.legOf(ev.Msg.FromTag()); l != nil && !l.gone && ev.Msg.ToTag() == c.route.LocalTag {
		c.hand(l, ev)
		return
	}
	c.respond(ev, 481)
}

// ack takes an ACK for a 2xx.
func (c *Call) ack(ev IncomingAck) {
	if l := c.legOf(ev.Msg.FromTag()); l != nil && ev.Msg.ToTag() == c.route.LocalTag {
		if !l.gone {
			c.pass(l, dialog.IncomingAck{Msg: ev.Msg})
		}
		return
	}
	c.unexpected(ev)
}

// arrive takes the INVITE of a new call: what can't be done is refused before
// anything rings (RFC 3261 §8.2, §13.3.1).
func (c *Call) arrive(ev Incoming) {
	m := ev.Msg
	c.route = Route{CallID: m.CallID(), LocalTag: c.cfg.Dialog.Token()}
	negotiation := new(sdp.Negotiation)
	if r := c.examine(ev, negotiation); r.status != 0 {
		c.respond(ev, r.status, r.fields...)
		c.end(ReasonError, r.status, r.text)
		return
	}
	c.in = &incoming{id: ev.ID}
	c.phase = alerting
	c.winner = c.addLeg(m.FromTag())
	c.winner.params = dialog.Params{
		Config: c.cfg.Dialog, Local: ev.Local, Negotiation: negotiation,
		UAS: &dialog.UAS{ID: ev.ID, Invite: m, LocalTag: c.route.LocalTag},
	}
	c.remember(c.winner, ev)
	c.emit(Open{Dialog: c.winner.key, Params: c.winner.params})
	c.at.Set(alarmRing, c.after(c.patience(m)))
	c.tell(caller(m, ev.Trusted))
	if ev.Busy {
		c.enter(Waiting, ReasonIncomingNew)
	} else {
		c.enter(RingingIn, ReasonIncomingNew)
	}
}

// patience is how long an incoming call may ring: RingTimeout, or less when the
// INVITE expires sooner (RFC 3261 §13.3.1).
func (c *Call) patience(m *sip.Message) time.Duration {
	if n, ok := m.Number(sip.HExpires); ok {
		return min(c.cfg.RingTimeout, time.Duration(n)*time.Second)
	}
	return c.cfg.RingTimeout
}

// refusal is the answer to an INVITE that can't become a call.
type refusal struct {
	status int
	fields []sip.Field
	text   string
}

// examine checks the INVITE in the order of RFC 3261 §8.2.
func (c *Call) examine(ev Incoming, n *sdp.Negotiation) refusal {
	m := ev.Msg
	if m.Method() != sip.INVITE || m.ToTag() != "" {
		return refusal{status: 481, text: "A request came for a call that does not exist."}
	}
	if bad := badOptions(m); len(bad) > 0 {
		return refusal{status: 420, text: "The caller requires extensions that this phone does not have: " + strings.Join(bad, ", ") + ".",
			fields: []sip.Field{{ID: sip.HUnsupported, Value: strings.Join(bad, ", ")}}}
	}
	accept := []sip.Field{{ID: sip.HAccept, Value: dialog.SDPType}}
	if m.Body() != "" && dialog.SDP(m) == "" {
		return refusal{status: 415, fields: accept, text: "The caller describes the media in a way that this phone can't read."}
	}
	if !acceptsSDP(m) {
		return refusal{status: 406, text: "The caller doesn't accept SDP."}
	}
	if field, tooSmall := dialog.TooSmall(m, c.cfg.Dialog.MinSE); tooSmall {
		return refusal{status: 422, fields: []sip.Field{field}, text: "The caller asked for too short a session interval."}
	}
	if err := tryAnswer(m, n, ev.Local); err != nil {
		return refusal{status: 488, fields: []sip.Field{dialog.Warning(err)}, text: "The caller and this phone have no media in common: " + err.Error()}
	}
	return refusal{}
}

// badOptions gives what is required and unknown. Replaces is refused even when
// it is only asked for: ringing as a second call would be wrong (RFC 3891 §3).
func badOptions(m *sip.Message) []string {
	bad := dialog.Unsupported(m)
	if m.Has(sip.HReplaces) && !m.HasOption(sip.HRequire, "replaces") {
		bad = append(bad, "replaces")
	}
	return bad
}

// tryAnswer checks on a copy that the offer can be answered at all.
func tryAnswer(m *sip.Message, n *sdp.Negotiation, local sdp.Local) error {
	offer := dialog.SDP(m)
	if offer == "" {
		return nil
	}
	trial := n.Fork()
	if err := trial.Offered(offer); err != nil {
		return err
	}
	_, _, err := trial.Answer(local)
	return err
}

// canceled takes the peer's CANCEL of its INVITE.
func (c *Call) canceled(ev Canceled) {
	if c.in == nil {
		c.unexpected(ev)
		return
	}
	if ev.ID != c.in.id {
		// A re-INVITE: the dialog has answered it at once.
		return
	}
	if c.phase != alerting {
		return // our final response has crossed it
	}
	c.refuse(dialog.Refuse{Status: 487})
	c.end(ReasonTerminated, 487, "The caller hung up before the call was answered.")
}

// reply takes the commands that answer an incoming call.
func (c *Call) reply(ev Event) {
	if c.phase != alerting {
		c.unexpected(ev)
		return
	}
	switch ev := ev.(type) {
	case Ring:
		c.pass(c.winner, dialog.Ring{})
	case Progress:
		c.pass(c.winner, dialog.Progress{})
	case Answer:
		c.at.Clear(alarmRing)
		c.winner.answering = true
		c.pass(c.winner, dialog.Accept{})
	case Reject:
		if ev.Status < 300 || ev.Status > 699 {
			ev.Status = 603
		}
		c.refuse(dialog.Refuse{Status: ev.Status, Phrase: ev.Phrase, Fields: ev.Fields})
		c.end(rejectReason(ev.Status), ev.Status, "")
	}
}

// refuse ends the INVITE of an incoming call.
func (c *Call) refuse(ev dialog.Refuse) { c.pass(c.winner, ev) }

func rejectReason(status int) Reason {
	if status/100 == 3 {
		return ReasonDeflected
	}
	return ReasonRefusedOrBusy
}

// respond answers a request that no dialog will see.
func (c *Call) respond(ev Incoming, status int, fields ...sip.Field) {
	d := sip.NewResponse(ev.Msg, status, "")
	if ev.Msg.ToTag() == "" {
		d.TagTo(c.route.LocalTag)
	}
	if c.cfg.Dialog.UserAgent != "" {
		d.Add(sip.HServer, c.cfg.Dialog.UserAgent)
	}
	addFields(d, fields)
	c.emit(Respond{ID: ev.ID, Draft: d})
}
