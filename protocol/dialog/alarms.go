package dialog

import "github.com/imsphone/imsphone/protocol/internal/deadline"

// alarm names one of the dialog's deadlines.
type alarm uint8

const (
	// alarmRepeat2xx retransmits our 2xx, alarmNoAck gives up on its ACK (RFC
	// 3261 §13.3.1.4).
	alarmRepeat2xx alarm = iota
	alarmNoAck
	// alarmReliable retransmits a reliable 1xx, alarmNoPrack gives up on its
	// PRACK (RFC 3262 §3).
	alarmReliable
	alarmNoPrack
	// alarmProvisional repeats a 1xx so that no proxy's timer C cancels the
	// INVITE (RFC 3261 §13.3.1.1).
	alarmProvisional
	// alarmRefresh refreshes the session, alarmExpire ends it (RFC 4028 §10).
	alarmRefresh
	alarmExpire
	// alarmGlare tries an offer again after 491 (RFC 3261 §14.1).
	alarmGlare
	// alarmChange cancels a re-INVITE that gets no final response.
	alarmChange
	// alarmHanded answers requests that nobody above has answered.
	alarmHanded
	// alarmGuard ends a dialog whose BYE gets no word from the transaction.
	alarmGuard
)

// alarms are the deadlines of a dialog.
type alarms = deadline.Set[alarm]

// tick rings every alarm that is due. Each one either goes off or is set to a
// later time, so the loop ends.
func (d *Dialog) tick() {
	for d.state != Terminated {
		k, ok := d.at.Due(d.now)
		if !ok {
			return
		}
		d.alarm(k)
	}
}

func (d *Dialog) alarm(k alarm) {
	switch k {
	case alarmRepeat2xx:
		d.repeat2xx()
	case alarmNoAck:
		d.noAck()
	case alarmReliable:
		d.repeatReliable()
	case alarmNoPrack:
		d.noPrack()
	case alarmProvisional:
		d.repeatProvisional()
	case alarmRefresh:
		d.refresh()
	case alarmExpire:
		d.expire()
	case alarmGlare:
		// pump offers again.
	case alarmChange:
		d.changeTimeout()
	case alarmHanded:
		d.handedTimeout()
	case alarmGuard:
		d.finish()
	}
}
