package dialog

import (
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

// Dialog is one dialog. It is not safe for concurrent use.
type Dialog struct {
	cfg   Config
	state State
	id    ID
	// uas tells who sent the INVITE: who owns the Call-ID too.
	uas bool

	// from and to are the header values of our requests, with tags.
	from, to string
	route    route

	// localSeq is the CSeq of our last request; inviteSeq the one of the
	// INVITE that made the dialog. remoteSeq is the peer's last (RFC 3261
	// §12.1), remoteSeen whether there was one.
	localSeq, inviteSeq, remoteSeq uint32
	remoteSeen                     bool

	media   media
	uac     *uac
	server  *server
	prov    provisionals
	rseq    sequence
	accept  *accepted
	acks    []ack
	sent    []*sent
	lastKey uint64
	changes changes
	session timer
	handed  []handedUp
	peer    abilities
	ending  ending
	at      alarms

	now time.Time
	fx  []Effect
}

// ending is what is remembered of an end: whether it was told, and the BYE that
// waits for the ACK of our 2xx.
type ending struct {
	told   bool
	byeDue bool
	fields []sip.Field
}

// New makes the dialog of p at time now. It takes p.Negotiation over.
func New(now time.Time, p Params) *Dialog {
	d := &Dialog{cfg: p.Config, now: now}
	d.cfg.fill()
	d.media = media{local: p.Local, negotiation: p.Negotiation}
	d.session.ask = Session{Interval: d.cfg.SessionExpires, MinSE: d.cfg.MinSE}
	if p.UAC != nil {
		d.newUAC(p.UAC)
	} else {
		d.newUAS(p.UAS)
	}
	if p.Salvage {
		d.salvage()
	}
	return d
}

// salvageGap is more than the requests that one dialog can have sent.
const salvageGap = 1 << 20

// salvage takes up a dialog that was lost while it was up.
func (d *Dialog) salvage() {
	d.state = Up
	d.localSeq += salvageGap
	if d.server != nil {
		d.server.final = true
	}
	if d.uac != nil {
		d.uac.acked = true
		d.acks = []ack{{seq: d.inviteSeq, auth: d.uac.auth, at: d.now}}
	}
}

// fill puts the defaults in.
func (c *Config) fill() {
	def := RFC3261Timers()
	if c.Timers.T1 == 0 {
		c.Timers.T1 = def.T1
	}
	if c.Timers.T2 == 0 {
		c.Timers.T2 = def.T2
	}
	if c.Timers.T4 == 0 {
		c.Timers.T4 = def.T4
	}
	c.MinSE = max(c.MinSE, MinSessionInterval)
}

// ID gives the dialog's name.
func (d *Dialog) ID() ID { return d.id }

// State gives where the dialog stands.
func (d *Dialog) State() State { return d.state }

// Next gives the earliest time at which Tick is wanted, zero for none.
func (d *Dialog) Next() time.Time { return d.at.Next() }

// Step feeds one event in at time now and appends to fx what is to be done.
func (d *Dialog) Step(now time.Time, ev Event, fx []Effect) []Effect {
	d.now, d.fx = now, fx
	if d.state == Terminated {
		d.afterEnd(ev)
	} else {
		d.dispatch(ev)
		d.pump()
		d.settle()
	}
	fx, d.fx = d.fx, nil
	return fx
}

// dispatch hands the event to the function of its kind.
func (d *Dialog) dispatch(ev Event) {
	switch ev := ev.(type) {
	case Tick:
		d.tick()
	case InviteResponse:
		d.inviteResponse(ev)
	case Drop:
		d.drop()
	case Ring, Progress, Accept, Refuse:
		d.answer(ev)
	case Bye:
		d.bye(ev)
	case Hold, Resume, Modify:
		d.change(ev)
	case Ask:
		d.ask(ev)
	case Reply:
		d.reply(ev)
	case Incoming:
		d.incoming(ev)
	case IncomingAck:
		d.incomingAck(ev)
	case Canceled, Unacked:
		// The INVITE's belong to the call; a re-INVITE was answered at once,
		// so there is nothing left to cancel, and the session stays as it was.
	case Response:
		d.response(ev)
	case Failed:
		d.failed(ev)
	default:
		d.unexpected(ev)
	}
}

// afterEnd serves what still comes for a dialog that is gone: a request gets
// 481 so that its transaction doesn't hang.
func (d *Dialog) afterEnd(ev Event) {
	switch ev := ev.(type) {
	case Incoming:
		d.respond(ev.ID, reply{req: ev.Msg, status: 481})
	case Tick, Drop, Canceled, Unacked:
	default:
		d.unexpected(ev)
	}
}

func (d *Dialog) unexpected(ev Event) { d.emit(Unexpected{State: d.state, Event: ev}) }

func (d *Dialog) emit(e Effect) { d.fx = append(d.fx, e) }

func (d *Dialog) tell(n Notice) { d.emit(Tell{Notice: n}) }

// end tells, once, that the session is over and answers what the peer still
// waits for. Messages of ours may still be on their way: see finish.
func (d *Dialog) end(c Cause, status int, text string) {
	if d.ending.told {
		return
	}
	d.ending.told = true
	d.changes.clear()
	d.at.Clear(alarmRefresh, alarmExpire, alarmGlare, alarmProvisional, alarmReliable, alarmNoPrack)
	d.dismissHanded()
	d.tell(Ended{Cause: c, Status: status, Text: text})
}

// drop forgets the dialog; an INVITE without final response still gets one.
func (d *Dialog) drop() {
	if d.server != nil && !d.server.final {
		d.refuse(Refuse{Status: 480})
		return
	}
	d.end(ByUs, 0, "")
	d.finish()
}

// finish terminates the dialog: nothing runs any more.
func (d *Dialog) finish() {
	if d.state == Terminated {
		return
	}
	for _, s := range d.sent {
		d.emit(Abandon{Key: s.key})
	}
	d.sent, d.acks, d.accept = nil, nil, nil
	d.at = alarms{}
	d.state = Terminated
	d.tell(Closed{})
}

// settle finishes an ending dialog once nothing is owed any more.
func (d *Dialog) settle() {
	if d.state == Ending && len(d.sent) == 0 && !d.ending.byeDue {
		d.finish()
	}
}
