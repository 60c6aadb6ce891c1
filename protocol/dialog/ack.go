package dialog

import (
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

// ack is an ACK that we sent for a 2xx: every copy of the 2xx gets it again
// (RFC 3261 §13.2.2.4).
type ack struct {
	seq  uint32
	auth []sip.Field
	body string
	at   time.Time
}

// acknowledge sends the ACK for the 2xx to the INVITE of that CSeq, with the
// INVITE's credentials (RFC 3261 §22.1) and our answer to a late offer.
func (d *Dialog) acknowledge(seq uint32, auth []sip.Field, answer string) {
	kept := d.acks[:0]
	for _, a := range d.acks {
		// A server repeats its 2xx for 64·T1 at most.
		if d.now.Before(a.at.Add(64 * d.cfg.Timers.T1)) {
			kept = append(kept, a)
		}
	}
	a := ack{seq: seq, auth: auth, body: answer, at: d.now}
	d.acks = append(kept, a)
	d.sendAck(a)
}

// ackAgain answers a repeated 2xx; false when m is no 2xx that was acknowledged
// before.
func (d *Dialog) ackAgain(m *sip.Message) bool {
	seq, err := m.CSeq()
	if err != nil || seq.Method != sip.INVITE || m.Status()/100 != 2 {
		return false
	}
	for _, a := range d.acks {
		if a.seq == seq.Seq {
			d.sendAck(a)
			return true
		}
	}
	return false
}

func (d *Dialog) sendAck(a ack) {
	draft, p := d.request(&sent{method: sip.ACK, seq: a.seq, auth: a.auth, ctype: SDPType, body: a.body})
	d.emit(Stateless{Draft: draft, Hop: p.hop})
}
