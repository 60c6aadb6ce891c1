package dialog

import (
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// handedUp is a request that somebody above is to answer.
type handedUp struct {
	id    txn.ID
	msg   *sip.Message
	until time.Time
}

// handUp tells the call of a request. The wait ends before the peer's timer F
// does (RFC 3261 §17.1.2).
func (d *Dialog) handUp(ev Incoming) {
	d.handed = append(d.handed, handedUp{id: ev.ID, msg: ev.Msg, until: d.after(32 * d.cfg.Timers.T1)})
	d.armHanded()
	d.tell(Requested(ev))
}

// reply answers a request that was handed up.
func (d *Dialog) reply(ev Reply) {
	for i, h := range d.handed {
		if h.id == ev.ID {
			d.handed = append(d.handed[:i], d.handed[i+1:]...)
			d.armHanded()
			d.respond(h.id, reply{req: h.msg, status: ev.Status, phrase: ev.Phrase, fields: ev.Fields})
			return
		}
	}
	d.unexpected(ev)
}

// handedTimeout answers those that have waited too long. They are in the order
// of their deadlines.
func (d *Dialog) handedTimeout() {
	for len(d.handed) > 0 && !d.handed[0].until.After(d.now) {
		h := d.handed[0]
		d.handed = d.handed[1:]
		d.respond(h.id, reply{req: h.msg, status: 480})
	}
	d.armHanded()
}

// dismissHanded answers them all, at the end of the dialog (RFC 3261 §15.1.2).
func (d *Dialog) dismissHanded() {
	for _, h := range d.handed {
		d.respond(h.id, reply{req: h.msg, status: 487})
	}
	d.handed = nil
	d.at.Clear(alarmHanded)
}

func (d *Dialog) armHanded() {
	d.at.Clear(alarmHanded)
	if len(d.handed) > 0 {
		d.at.Set(alarmHanded, d.handed[0].until)
	}
}

// ask sends a request within the dialog for somebody above.
func (d *Dialog) ask(ev Ask) {
	if d.state == Ending {
		d.unexpected(ev)
		return
	}
	d.send(&sent{
		purpose: forAsk, method: sip.Method(ev.Method), ref: ev.Ref,
		fields: ev.Fields, ctype: ev.ContentType, body: ev.Body,
	})
}
